import { assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "../../codec/hashing.ts";
import { hashBytes, hashFile } from "../../transfer/hash_file.ts";
import { withFile } from "../contract/folder.ts";
import { openBytes, someBytes } from "./dialogue.ts";
import { assertRefused, digestOf } from "./incoming.ts";

const MIB = 1024 ** 2;

Deno.test("hashBytes() hashes over several blocks, and reads no further, when there is more", async () => {
  const bytes = someBytes(2 * MIB + 10);
  const hasher = sha256();
  const source = openBytes(bytes);
  const told: number[] = [];
  const options = { bytes: MIB + 5, hasher, onHashed: (count: number) => void told.push(count) };
  assertEquals(await hashBytes(source, options), true);
  assertEquals(await hashBytes(source, { bytes: MIB + 5, hasher }), true);
  const whole = sha256();
  whole.update(bytes);
  assertEquals([hasher.copy().digest(), told], [whole.digest(), [MIB, MIB + 5]]);
});

Deno.test("hashBytes() says false when the source ends before", async () => {
  assertEquals(await hashBytes(openBytes(someBytes(9)), { bytes: 10, hasher: sha256() }), false);
});

Deno.test("hashBytes() stops after a block when the file is no longer wanted", async () => {
  let blocks = 0;
  const isWanted = () => ++blocks < 2;
  const source = openBytes(someBytes(3 * MIB));
  assertEquals(await hashBytes(source, { bytes: 3 * MIB, hasher: sha256(), isWanted }), false);
  assertEquals([blocks, await source.read(new Uint8Array(2 * MIB))], [2, MIB]);
});

Deno.test("hashBytes() stops with the error that onHashed throws", async () => {
  const onHashed = () => {
    throw new Error("over");
  };
  const options = { bytes: 1, hasher: sha256(), onHashed };
  await assertRejects(() => hashBytes(openBytes(someBytes(1)), options), Error, "over");
});

Deno.test("hashFile() hashes the first bytes, and tells how far it is, when a file has them", () =>
  withFile("hello, world", async (path) => {
    const told: number[] = [];
    const hasher = await hashFile(path, { bytes: 5, onHashed: (bytes) => told.push(bytes) });
    assertEquals([hasher.copy().digest(), told], [digestOf("hello"), [5]]);
    assertEquals(
      (await hashFile(path, { bytes: 12, from: 5, hasher })).digest(),
      digestOf("hello, world"),
    );
    assertEquals((await hashFile("/nowhere", { bytes: 0 })).digest(), digestOf(""));
  }));

Deno.test("hashFile() refuses a file when it has not so many bytes", () =>
  withFile("hello", async (path) => {
    await assertRefused(hashFile(path, { bytes: 6 }), "storage-failed");
  }));
