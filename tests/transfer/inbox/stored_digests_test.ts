import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { StoredDigests } from "../../../transfer/inbox/stored_digests.ts";
import { inFolder } from "../../contract/folder.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import { digestOf } from "../incoming.ts";

const MIB = 1024 ** 2;
/** So late that nothing can have been changed just now. */
const LATER = { now: () => Date.now() + 60_000 };

interface Opened {
  readonly digests: StoredDigests;
  /** The names of the files in the order in which they were opened. */
  readonly order: string[];
  /** Lets so many more files be opened. */
  allow(files: number): void;
}

/** Makes one whose reads wait until they are allowed. */
function held(options: { now?: () => number } = LATER): Opened {
  const order: string[] = [];
  const waiting: (() => void)[] = [];
  let allowed = 0;
  const digests = new StoredDigests({
    ...options,
    async open(path) {
      order.push(path.slice(path.lastIndexOf("/") + 1));
      if (allowed > 0) allowed--;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
      return await Deno.open(path, { read: true });
    },
  });
  return {
    digests,
    order,
    allow(files) {
      allowed += files;
      for (; allowed > 0 && waiting.length > 0; allowed--) waiting.shift()!();
    },
  };
}

/** Writes files of so many bytes, named by them. */
async function writeFiles(folder: string, ...sizes: readonly number[]): Promise<void> {
  for (const size of sizes) await Deno.writeFile(`${folder}/${size}`, new Uint8Array(size));
}

Deno.test("beginningOf() gives what has taken the first bytes of a file, and what nobody else adds to", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x`, "hello, world");
    const digests = new StoredDigests(LATER);
    const wanted = [5, 5, 0, 12].map((bytes) => digests.beginningOf(`${folder}/x`, { bytes }));
    const [five, again, none, all] = await Promise.all(wanted);
    assertEquals(five?.copy().digest(), digestOf("hello"));
    five?.update(new TextEncoder().encode("!"));
    assertEquals([five, again, none, all].map((hasher) => hasher?.digest()), [
      digestOf("hello!"),
      digestOf("hello"),
      digestOf(""),
      digestOf("hello, world"),
    ]);
    assertEquals(digests.size, 0);
  }));

Deno.test("beginningOf() gives nothing when the file is shorter, gone, a folder or a link", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x`, "hello");
    await Deno.symlink("x", `${folder}/link`);
    const digests = new StoredDigests();
    for (const [name, bytes] of [["x", 6], ["nothing", 1], ["", 1], ["link", 5]] as const) {
      assertEquals(await digests.beginningOf(`${folder}/${name}`, { bytes }), undefined);
    }
  }));

Deno.test("beginningOf() gives nothing when the file is changed while it waits", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/x`, "hello");
    const { digests, order, allow } = held();
    const wanted = digests.beginningOf(`${folder}/x`, { bytes: 5 });
    while (order.length === 0) await turns(1);
    await Deno.writeTextFile(`${folder}/x`, "other, and longer");
    allow(1);
    assertEquals(await wanted, undefined);
  }));

Deno.test("beginningOf() reads a file once when many want it, and not again unless it was changed just now", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, 5);
    for (const [options, times] of [[LATER, 1], [{ now: Date.now }, 2]] as const) {
      const { digests, order, allow } = held(options);
      allow(10);
      const path = `${folder}/5`;
      const want = (from: string) => digests.beginningOf(path, { bytes: 5, from });
      // Whoever asks first about a folder waits until that is known, and the others would not.
      await digests.beginningOf(path, { bytes: 0 });
      const all = await Promise.all(Array.from({ length: 100 }, (_, at) => want(`${at % 7}`)));
      assertEquals(new Set(all.map((hasher) => hasher?.digest())).size, 1);
      assert(await want("later"));
      assertEquals(order.length, times);
    }
  }));

Deno.test("beginningOf() has two files open at a time, and stops reading what nobody waits for", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, ...Array.from({ length: 10 }, (_, at) => at + 1));
    const { digests, order, allow } = held();
    const gone = new AbortController();
    const wanted = Array.from({ length: 10 }, (_, at) => {
      const signal = at < 8 ? gone.signal : undefined;
      return digests.beginningOf(`${folder}/${at + 1}`, { bytes: at + 1, signal });
    });
    const rejections = wanted.slice(0, 8).map(rejectionOf);
    while (digests.size < 10) await turns(1);
    await turns(20);
    assertEquals([order.length, digests.size], [2, 10]);
    const reason = new Error("gone");
    gone.abort(reason);
    for (const rejection of rejections) assertStrictEquals(await rejection, reason);
    const abandoned = digests.abandoned();
    assertEquals(await stateOf(abandoned), "pending", "a file is open");
    allow(10);
    await abandoned;
    assert((await Promise.all(wanted.slice(8))).every((hasher) => hasher));
    // The first two were open before anybody left, whichever they were.
    assert(order.length <= 4, `${order.length} were opened`);
    assertEquals(digests.size, 0);
    const late = digests.beginningOf(`${folder}/1`, { bytes: 1, signal: gone.signal });
    assertStrictEquals(await rejectionOf(late), reason);
  }));

Deno.test("beginningOf() gives each address its turn, and first what has the least left to read", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, 1, 2, 3, 4, 5, 6);
    const { digests, order, allow } = held();
    const want = (bytes: number, from: string) =>
      digests.beginningOf(`${folder}/${bytes}`, { bytes, from });
    const wanted: Promise<unknown>[] = [];
    // The first two are read at once; what comes then waits.
    for (const [bytes, from] of [[6, "a"], [5, "a"]] as const) wanted.push(want(bytes, from));
    while (order.length < 2) await turns(1);
    for (const [bytes, from] of [[4, "a"], [3, "a"], [2, "b"], [1, "b"]] as const) {
      wanted.push(want(bytes, from));
      while (digests.size < wanted.length) await turns(1);
    }
    for (let files = 1; files <= 6; files++) {
      allow(1);
      while (order.length < Math.min(6, files + 2)) await turns(1);
    }
    await Promise.all(wanted);
    assertEquals(order.slice(0, 2).toSorted(), ["5", "6"]);
    assertEquals(
      [order.indexOf("1") < order.indexOf("2"), order.indexOf("3") < order.indexOf("4")],
      [
        true,
        true,
      ],
    );
  }));

Deno.test("beginningOf() lets a small file pass when a large one is being read", () =>
  inFolder(async (folder) => {
    for (const name of ["one", "two"]) {
      await Deno.writeFile(`${folder}/${name}`, new Uint8Array(0));
      await Deno.truncate(`${folder}/${name}`, 100 * MIB);
    }
    await writeFiles(folder, 3);
    const digests = new StoredDigests(LATER);
    const large = ["one", "two"].map((name) =>
      digests.beginningOf(`${folder}/${name}`, { bytes: 100 * MIB })
    );
    while (digests.size < 2) await turns(1);
    assert(await digests.beginningOf(`${folder}/3`, { bytes: 3 }));
    for (const one of large) assertEquals(await stateOf(one), "pending");
    assert((await Promise.all(large)).every((hasher) => hasher));
  }));
