import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { PartClaims } from "../../../transfer/inbox/part_claims.ts";
import type { Place } from "../../../transfer/inbox/place.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { stateOf } from "../../../testing/turns.ts";

const PLACE: Place = { root: "/in", path: "a", folder: "/in", name: "a", target: "/in/a" };
const IDENTITY = { size: 10, mtimeMs: 1 };

function holderAt(lastByteAt: number, onGiveWay: () => void = () => {}) {
  return {
    lastByteAt,
    giveWay() {
      onGiveWay();
      return Promise.resolve();
    },
  };
}

Deno.test("claim() gives the same unfinished file when the one who had it has let go", async () => {
  const claims = new PartClaims(new FakeClock());
  const first = await claims.claim(PLACE, IDENTITY);
  assert(claims.has(first.part));
  first.release();
  assert(!claims.has(first.part));
  assertEquals((await claims.claim(PLACE, IDENTITY)).part, first.part);
});

Deno.test("claim() waits a moment when the same file is let go of just then", async () => {
  const clock = new FakeClock();
  const claims = new PartClaims(clock);
  const first = await claims.claim(PLACE, IDENTITY);
  const second = claims.claim(PLACE, IDENTITY);
  assertEquals(await stateOf(second), "pending");
  await clock.advance(999);
  assertEquals(await stateOf(second), "pending");
  first.release();
  assertEquals((await second).part, first.part);
  assertEquals(clock.pending, 0);
});

Deno.test("claim() gives another unfinished file when the same one goes on elsewhere", async () => {
  const clock = new FakeClock();
  const claims = new PartClaims(clock);
  const first = await claims.claim(PLACE, IDENTITY);
  first.holder = holderAt(clock.now(), () => {
    throw new Error("It has to stay");
  });
  const second = claims.claim(PLACE, IDENTITY);
  await stateOf(second);
  await clock.advance(1_000);
  assertNotEquals((await second).part, first.part);
});

Deno.test("claim() takes the unfinished file over when nothing has come of it for 5 s elsewhere", async () => {
  const clock = new FakeClock();
  const claims = new PartClaims(clock);
  const first = await claims.claim(PLACE, IDENTITY);
  let gaveWay = 0;
  first.holder = holderAt(clock.now(), () => {
    gaveWay++;
    first.release();
  });
  await clock.advance(4_000);
  const second = claims.claim(PLACE, IDENTITY);
  await stateOf(second);
  await clock.advance(1_000);
  assertEquals([(await second).part, gaveWay], [first.part, 1]);
});

Deno.test("claim() waits for nobody when the other one has another file of that name", async () => {
  const claims = new PartClaims(new FakeClock());
  const parts = new Set<string>();
  const identities = [
    IDENTITY,
    { size: 11, mtimeMs: 1 },
    { size: 10, mtimeMs: 2 },
    { size: null, mtimeMs: 1 },
    { size: null, mtimeMs: 1 },
  ];
  for (const identity of identities) parts.add((await claims.claim(PLACE, identity)).part);
  assertEquals(parts.size, identities.length);
});

Deno.test("claim() does not let go for somebody else when it is released twice", async () => {
  const claims = new PartClaims(new FakeClock());
  const first = await claims.claim(PLACE, IDENTITY);
  first.release();
  const second = await claims.claim(PLACE, IDENTITY);
  first.release();
  assert(claims.has(second.part));
});
