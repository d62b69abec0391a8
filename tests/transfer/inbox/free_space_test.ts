import { assert, assertEquals } from "@std/assert";
import { freeBytes, FreeSpace } from "../../../transfer/inbox/free_space.ts";
import { inFolder } from "../../contract/folder.ts";
import { assertRefused } from "../incoming.ts";

const MIB = 1024 * 1024;

/** A disk with 100 free bytes, 10 of which stay free. */
function space(free: number | undefined = 100): FreeSpace {
  return new FreeSpace("/", { minFreeBytes: 10, freeBytesOf: () => Promise.resolve(free) });
}

Deno.test("a free space has room for what is free but what stays free", async () => {
  for (const bytes of [0, 1, 89, 90]) await space().require(bytes);
  const error = await assertRefused(space().require(91), "no-space");
  assertEquals(error.message, "it needs 91 bytes, and the receiver has 90 to give");
  await space(5).require(0);
  assertEquals(
    (await assertRefused(space(5).require(1), "no-space")).message,
    "it needs 1 byte, and the receiver has 0 to give",
  );
});

Deno.test("a free space has room for everything when nobody knows what is free", async () => {
  const unknown = new FreeSpace("/", {
    minFreeBytes: 10,
    freeBytesOf: () => Promise.resolve(undefined),
  });
  await unknown.promise(Number.MAX_SAFE_INTEGER);
  await unknown.require(Number.MAX_SAFE_INTEGER);
});

/** A disk with so many free MiB, all of which may be used. */
function disk(freeMiB: number) {
  const state = { free: freeMiB * MIB };
  const freeBytesOf = () => Promise.resolve(state.free);
  return { state, space: new FreeSpace("/", { minFreeBytes: 0, freeBytesOf }) };
}

Deno.test("a free space promises one address an eighth of what is left, and all together half of what is free", async () => {
  const { space } = disk(8_000);
  const refusedFor = async (mib: number) =>
    await assertRefused(space.require(mib * MIB), "no-space");
  await space.promise(600 * MIB, { from: "192.0.2.1" });
  await space.promise(300 * MIB, { from: "192.0.2.1" });
  await refusedFor(7_101);
  // One more would be over an eighth: it is taken, and nothing is promised.
  await space.promise(100 * MIB, { from: "192.0.2.1" });
  await space.promise(7_000 * MIB, { from: "192.0.2.1" });
  await space.require(7_100 * MIB);
  // Others get their share of what is left.
  await space.promise(887 * MIB, { from: "192.0.2.2" });
  await refusedFor(6_214);
  for (let host = 3; host < 100; host++) {
    await space.promise(500 * MIB, { from: `192.0.2.${host}` });
  }
  await space.require(4_000 * MIB);
  await refusedFor(4_500);
});

Deno.test("a free space promises 64 MiB to one address when an eighth is less, but never more than half", async () => {
  const small = disk(200);
  await small.space.promise(64 * MIB);
  await assertRefused(small.space.require(137 * MIB), "no-space");
  await small.space.promise(1);
  await small.space.require(136 * MIB);
  const smaller = disk(100);
  await smaller.space.promise(51 * MIB);
  await smaller.space.require(100 * MIB);
  await smaller.space.promise(50 * MIB);
  await assertRefused(smaller.space.require(51 * MIB), "no-space");
});

Deno.test("a free space counts those without an address as one", async () => {
  const { space } = disk(800);
  await space.promise(100 * MIB);
  await space.promise(100 * MIB);
  await space.require(700 * MIB);
  await space.promise(80 * MIB, { from: "192.0.2.1" });
  await assertRefused(space.require(621 * MIB), "no-space");
});

Deno.test("a header that announces the whole disk keeps nobody else out", async () => {
  const { space } = disk(1_000);
  for (let file = 0; file < 100; file++) await space.promise(1_000 * MIB, { from: "192.0.2.66" });
  await space.promise(900 * MIB, { from: "192.0.2.1" });
  await assertRefused(space.promise(1_001 * MIB, { from: "192.0.2.66" }), "no-space");
});

Deno.test("a free space promises nothing twice when many ask at once", async () => {
  const { space } = disk(1_000);
  await Promise.all(
    Array.from({ length: 100 }, (_, host) => space.promise(100 * MIB, { from: `192.0.2.${host}` })),
  );
  // An eighth of what the first three left is less than the fourth one wants.
  await space.require(700 * MIB);
  await assertRefused(space.require(701 * MIB), "no-space");
});

Deno.test("a promise takes less of the free space as its bytes are written, and nothing once released", async () => {
  const { space, state } = disk(1_000);
  const promise = await space.promise(60 * MIB);
  await assertRefused(space.require(941 * MIB), "no-space");
  await promise.use(50 * MIB);
  state.free -= 50 * MIB;
  await space.require(940 * MIB);
  await assertRefused(space.require(941 * MIB), "no-space");
  // What is dropped is free again, and promised again.
  promise.renew(50 * MIB);
  state.free += 50 * MIB;
  await assertRefused(space.require(941 * MIB), "no-space");
  promise.release();
  promise.release();
  await promise.use(10 * MIB);
  await space.require(1_000 * MIB);
  await assertRefused(space.require(1_001 * MIB), "no-space");
});

Deno.test("a promise counts for nothing below nothing when more comes than was promised", async () => {
  const { space } = disk(1_000);
  const promise = await space.promise(50 * MIB);
  await promise.use(80 * MIB);
  promise.release();
  await assertRefused(space.require(1_001 * MIB), "no-space");
});

Deno.test("what was not promised is looked at again every 16 MiB, and nothing is promised when it starts anew", async () => {
  for (const bytes of [900 * MIB, null]) {
    const { space, state } = disk(1_000);
    const promise = await space.promise(bytes);
    promise.renew(20 * MIB);
    await space.require(1_000 * MIB);
    state.free = 0;
    for (let mib = 1; mib < 16; mib++) await promise.use(MIB);
    await assertRefused(promise.use(MIB), "no-space");
    state.free = MIB;
    for (let mib = 0; mib < 32; mib++) await promise.use(MIB);
    promise.release();
  }
});

Deno.test("a free space without a byte left takes no file whose length nobody knows", async () => {
  const { space, state } = disk(1);
  await space.promise(null);
  state.free = 0;
  await assertRefused(space.promise(null), "no-space");
  await space.promise(0);
});

Deno.test("a free space asks the system once in 100 ms as long as there is plenty, and each time otherwise", async () => {
  const state = { now: 0, asked: 0, free: 3_000 * MIB };
  const space = new FreeSpace("/", {
    minFreeBytes: 1_000 * MIB,
    now: () => state.now,
    freeBytesOf: () => {
      state.asked++;
      return Promise.resolve(state.free);
    },
  });
  for (let file = 0; file < 5; file++) await space.require(976 * MIB);
  assertEquals(state.asked, 1);
  await space.require(977 * MIB);
  assertEquals(state.asked, 2);
  state.now = 99;
  await space.promise(MIB);
  assertEquals(state.asked, 2);
  state.now = 100;
  await space.promise(MIB);
  assertEquals(state.asked, 3);
  state.now = 200;
  state.free = 2_000 * MIB;
  for (let file = 0; file < 5; file++) await space.require(1);
  assertEquals(state.asked, 8);
});

Deno.test("freeBytes() tells how much is free when the folder is there, and nothing when it is not", () =>
  inFolder(async (folder) => {
    const free = await freeBytes(folder);
    assert(Number.isSafeInteger(free) && Number(free) >= 0);
    assertEquals(await freeBytes(`${folder}/nowhere`), undefined);
  }));
