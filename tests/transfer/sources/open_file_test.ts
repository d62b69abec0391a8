import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { FileRefusedError, type OpenFileSource } from "../../../transfer/mod.ts";
import { openFile, type OpenFileOptions } from "../../../transfer/sources/open_file.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { installed } from "../../cli/child.ts";
import { inFolder, makePipe, withFile } from "../../contract/folder.ts";
import { digestOf, someBytes } from "../dialogue.ts";
import { bytesOf } from "../incoming.ts";

/** So long after its last change nobody needs to look at a file twice. */
const LATER_MS = 60_000;

async function open(
  path: string,
  options: Partial<OpenFileOptions> = {},
): Promise<OpenFileSource> {
  return await openFile(path, { found: await Deno.lstat(path), ...options });
}

/** Reads so many bytes, and returns them as {@linkcode OpenFileSource.isStill} is told of them. */
async function read(
  file: OpenFileSource,
  bytes: number,
): Promise<{ bytes: number; sha256: string }> {
  const into = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) at += await file.read(into.subarray(at)) ?? NaN;
  return { bytes, sha256: digestOf(into) };
}

async function assertReplaced(path: string, found: Deno.FileInfo): Promise<void> {
  const error = await rejectionOf(openFile(path, { found }));
  assertInstanceOf(error, FileRefusedError);
  const said = "something else is there than a moment ago";
  assertEquals([error.code, error.message], ["changed", said]);
}

Deno.test("openFile() refuses another file, a folder and a link when a file was found", () =>
  inFolder(async (root) => {
    const path = `${root}/x`;
    await Deno.writeTextFile(path, "x");
    const found = await Deno.lstat(path);
    await Deno.rename(path, `${root}/y`);
    await Deno.writeTextFile(path, "x");
    await assertReplaced(path, found);
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assertReplaced(path, found);
    await Deno.remove(path);
    await Deno.writeTextFile(`${root}/z`, "x");
    await Deno.symlink("z", path);
    await assertReplaced(path, found);
  }));

Deno.test("openFile() waits for nobody when a pipe is there by now (needs mkfifo)", {
  ignore: !installed("mkfifo"),
}, () =>
  inFolder(async (root) => {
    const path = `${root}/x`;
    await Deno.writeTextFile(path, "x");
    const found = await Deno.lstat(path);
    await Deno.remove(path);
    await makePipe(path);
    await assertReplaced(path, found);
  }));

Deno.test("openFile() throws what Deno would when the file is gone", () =>
  inFolder(async (root) => {
    const found = await Deno.lstat(root);
    const error = await rejectionOf(openFile(`${root}/x`, { found }));
    assertInstanceOf(error, Deno.errors.NotFound);
  }));

/** What somebody does to a file of ten bytes after five of them were read, and whether those are still what it holds. */
const CHANGES: readonly (readonly [string, (path: string) => Promise<void>, boolean])[] = [
  ["nothing is done to it", () => Promise.resolve(), true],
  ["its permissions are changed", (path) => Deno.chmod(path, 0o600), true],
  ["it grows", (path) => Deno.writeTextFile(path, "more", { append: true }), true],
  ["what was not read of it is cut off", (path) => Deno.truncate(path, 5), true],
  ["what was read of it is cut off", (path) => Deno.truncate(path, 4), false],
  ["it is written anew", (path) => Deno.writeTextFile(path, "0123x56789"), false],
  ["it is written anew and its time set back", async (path) => {
    await Deno.writeTextFile(path, "x123456789");
    await Deno.utime(path, 1, 1);
  }, false],
  ["another one takes its name", async (path) => {
    await Deno.writeTextFile(`${path}.new`, "xxxxxxxxxx");
    await Deno.rename(`${path}.new`, path);
  }, true],
];

for (const [what, change, isStill] of CHANGES) {
  for (const isOld of [false, true]) {
    const file = isOld ? "an old file" : "a file that was just written";
    Deno.test(`isStill() is ${isStill} for ${file} when ${what}`, () =>
      withFile("0123456789", async (path) => {
        await Deno.utime(path, 1, 1);
        // No test can write a file whose change is long ago, so it is opened later.
        const now = () => Date.now() + (isOld ? LATER_MS : 0);
        await using source = await open(path, { now });
        const content = await read(source, 5);
        // Once its size and its time are what they were, an old file's second is all that is left.
        if (isOld && what.endsWith("set back")) await untilNextSecond();
        await change(path);
        assertEquals(await source.isStill?.(content), isStill);
      }));
  }
}

/** Deno says in whole seconds when a file was changed. */
async function untilNextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1010 - Date.now() % 1000));
}

Deno.test("isStill() reads an old file that nobody touched no second time", () =>
  withFile("0123456789", async (path) => {
    await using source = await open(path, { now: () => Date.now() + LATER_MS });
    assertEquals(source.isFresh, false);
    // This is not what it holds.
    assertEquals(await source.isStill?.({ bytes: 5, sha256: digestOf(bytesOf("xxxxx")) }), true);
    assertEquals(await source.isStill?.({ bytes: 5, sha256: undefined }), true);
  }));

Deno.test("isStill() is false for a file that was just written when nobody knows the digest", () =>
  withFile("0123456789", async (path) => {
    await using source = await open(path);
    assertEquals(source.isFresh, true);
    assertEquals(await source.isStill?.({ bytes: 5, sha256: undefined }), false);
  }));

Deno.test("isStill() tells how far it is, and ends when nobody wants to know any more", () =>
  inFolder(async (root) => {
    const bytes = someBytes(3 * 1024 ** 2);
    await Deno.writeFile(`${root}/x`, bytes);
    await using source = await open(`${root}/x`);
    const told: number[] = [];
    const content = { bytes: bytes.length, sha256: digestOf(bytes) };
    const onHashed = (count: number) => void told.push(count);
    assertEquals(await source.isStill?.({ ...content, onHashed }), true);
    assertEquals(told.at(-1), bytes.length);
    assert(told.length > 1);
    assertEquals(await source.isStill?.({ ...content, isWanted: () => false }), false);
  }));

Deno.test("a file that is closed while it is read closes once the read is over", () =>
  withFile("hello", async (path) => {
    const source = await open(path);
    const reading = source.read(new Uint8Array(9));
    await source[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
    assertEquals(await reading, 5);
  }));
