import { assert, assertEquals } from "@std/assert";
import { freeBytes, FreeSpace } from "../../../transfer/inbox/free_space.ts";
import { inFolder } from "../../contract/folder.ts";
import { assertRefused } from "../incoming.ts";

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

Deno.test("a free space never promises more than there is when many ask at once", async () => {
  const one = space();
  const asked = Array.from({ length: 10 }, () => one.promise(40));
  const got = (await Promise.allSettled(asked)).filter(({ status }) => status === "fulfilled");
  assertEquals(got.length, 2);
  await one.require(10);
  await assertRefused(one.require(11), "no-space");
});

Deno.test("a promise takes less of the free space as its bytes are written, and nothing once released", async () => {
  let free = 100;
  const one = new FreeSpace("/", { minFreeBytes: 0, freeBytesOf: () => Promise.resolve(free) });
  const promise = await one.promise(60);
  await assertRefused(one.require(41), "no-space");
  promise.use(50);
  free -= 50;
  await assertRefused(one.require(41), "no-space");
  // What is dropped is free again, and promised again.
  promise.renew(50);
  free += 50;
  await assertRefused(one.require(41), "no-space");
  promise.release();
  promise.release();
  promise.use(10);
  await one.require(100);
  await assertRefused(one.require(101), "no-space");
});

Deno.test("a promise counts for nothing below nothing when more comes than was promised", async () => {
  const one = space();
  const promise = await one.promise(50);
  promise.use(80);
  promise.release();
  await assertRefused(one.require(91), "no-space");
});

Deno.test("freeBytes() tells how much is free when the folder is there, and nothing when it is not", () =>
  inFolder(async (folder) => {
    const free = await freeBytes(folder);
    assert(Number.isSafeInteger(free) && Number(free) >= 0);
    assertEquals(await freeBytes(`${folder}/nowhere`), undefined);
  }));
