import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { PartClaims } from "../../../transfer/inbox/part_claims.ts";
import { partKey, partName } from "../../../transfer/inbox/part_name.ts";
import type { Place } from "../../../transfer/inbox/place.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { stateOf } from "../../../testing/turns.ts";
import { inFolder } from "../../contract/folder.ts";

const IDENTITY = { size: 10, mtimeMs: 1 };

interface Standing {
  readonly claims: PartClaims;
  readonly clock: FakeClock;
  readonly place: Place;
  /** Writes what was left of the place's file. */
  leave(copy: number, text: string): Promise<string>;
}

function withClaims(test: (standing: Standing) => Promise<void>): Promise<void> {
  return inFolder(async (root) => {
    const clock = new FakeClock();
    const place = { root, path: "a", folder: root, name: "a", target: `${root}/a` };
    async function leave(copy: number, text: string): Promise<string> {
      const part = `${root}/${partName("a", { key: partKey(root, place), copy })}`;
      await Deno.writeTextFile(part, text);
      return part;
    }
    await test({ claims: new PartClaims(root, clock), clock, place, leave });
  });
}

function holderAt(lastByteAt: number, onGiveWay: () => void = () => {}) {
  return {
    size: 5,
    lastByteAt,
    giveWay() {
      onGiveWay();
      return Promise.resolve();
    },
  };
}

Deno.test("claimNew() gives each its own unfinished file, and the first again when it was let go of", () =>
  withClaims(async ({ claims, place }) => {
    const first = await claims.claimNew(place, IDENTITY);
    const second = await claims.claimNew(place, IDENTITY);
    assertNotEquals(first.part, second.part);
    assert(claims.has(first.part));
    first.release({ isKept: false });
    assert(!claims.has(first.part));
    assertEquals((await claims.claimNew(place, IDENTITY)).part, first.part);
  }));

Deno.test("claimNew() leaves what is kept where it is", () =>
  withClaims(async ({ claims, place, leave }) => {
    await leave(1, "hello");
    const second = await claims.claimNew(place, IDENTITY);
    await leave(2, "other");
    second.release({ isKept: true });
    assertEquals([second.copy, (await claims.claimNew(place, IDENTITY)).copy], [2, 3]);
    const found = await claims.partsOf(place, { size: 10, mtimeMs: 2 });
    assertEquals(found.map(({ name, bytes }) => [name.copy, bytes]), [[1, 5], [2, 5]]);
  }));

Deno.test("partsOf() waits a moment when the same file is let go of just then", () =>
  withClaims(async ({ claims, clock, place, leave }) => {
    const first = await claims.claimNew(place, IDENTITY);
    await leave(1, "hello");
    const found = claims.partsOf(place, IDENTITY);
    await clock.advance(999);
    assertEquals(await stateOf(found), "pending");
    first.release({ isKept: true });
    const [there] = await found;
    assertEquals([there?.part, there?.claim, clock.pending], [first.part, undefined, 0]);
    assertEquals((await claims.claimThere(there!, IDENTITY))?.part, first.part);
  }));

Deno.test("partsOf() leaves out what goes on elsewhere", () =>
  withClaims(async ({ claims, clock, place, leave }) => {
    const first = await claims.claimNew(place, IDENTITY);
    await leave(1, "hello");
    first.holder = holderAt(clock.now());
    const found = claims.partsOf(place, IDENTITY);
    await stateOf(found);
    await clock.advance(1_000);
    assertEquals(await found, []);
  }));

Deno.test("claimThere() takes an unfinished file over when nothing has come of it for 5 s elsewhere", () =>
  withClaims(async ({ claims, clock, place, leave }) => {
    const first = await claims.claimNew(place, IDENTITY);
    await leave(1, "hello");
    let gaveWay = 0;
    first.holder = holderAt(clock.now(), () => {
      gaveWay++;
      first.release({ isKept: true });
    });
    await clock.advance(4_000);
    const finding = claims.partsOf(place, IDENTITY);
    await stateOf(finding);
    await clock.advance(1_000);
    const [there] = await finding;
    // To find it is not to take it: whoever asks has shown nothing yet.
    assertEquals([there?.bytes, gaveWay], [5, 0]);
    const claim = await claims.claimThere(there!, IDENTITY);
    assertEquals([claim?.part, gaveWay], [first.part, 1]);
  }));

Deno.test("claimThere() gives nothing when the one who was silent goes on, or another one was faster", () =>
  withClaims(async ({ claims, clock, place, leave }) => {
    const first = await claims.claimNew(place, IDENTITY);
    await leave(1, "hello");
    first.holder = holderAt(clock.now() - 5_000);
    const finding = claims.partsOf(place, IDENTITY);
    await stateOf(finding);
    await clock.advance(1_000);
    const [there] = await finding;
    first.holder = holderAt(clock.now(), () => {
      throw new Error("It has to stay");
    });
    assertEquals(await claims.claimThere(there!, IDENTITY), undefined);
    first.release({ isKept: true });
    assert(await claims.claimThere(there!, IDENTITY));
    assertEquals(await claims.claimThere(there!, IDENTITY), undefined);
  }));

Deno.test("partsOf() waits for nobody when the other one has another file of that name", () =>
  withClaims(async ({ claims, place }) => {
    const identities = [
      IDENTITY,
      { size: 11, mtimeMs: 1 },
      { size: 10, mtimeMs: 2 },
      { size: null, mtimeMs: 1 },
      { size: null, mtimeMs: 1 },
    ];
    const parts = new Set<string>();
    for (const identity of identities) {
      assertEquals(await claims.partsOf(place, identity), []);
      parts.add((await claims.claimNew(place, identity)).part);
    }
    assertEquals(parts.size, identities.length);
  }));

Deno.test("release() does not let go for somebody else when it is called twice", () =>
  withClaims(async ({ claims, place }) => {
    const first = await claims.claimNew(place, IDENTITY);
    first.release({ isKept: false });
    const second = await claims.claimNew(place, IDENTITY);
    first.release({ isKept: false });
    assert(claims.has(second.part));
  }));

Deno.test("partsOf() rejects while the root is gone, and finds again when it is back", () =>
  inFolder(async (folder) => {
    const root = `${folder}/in`;
    const claims = new PartClaims(root, new FakeClock());
    const place = { root, path: "a", folder: root, name: "a", target: `${root}/a` };
    await claims.partsOf(place, IDENTITY).then(() => assert(false), () => {});
    await Deno.mkdir(root);
    assertEquals(await claims.partsOf(place, IDENTITY), []);
  }));
