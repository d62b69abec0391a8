import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertBytes, pattern, text, utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf } from "./failing.ts";
import { inFolder, makePipe, withFile } from "./folder.ts";

const { Start, Current, End } = Deno.SeekMode;
const READ_WRITE = { read: true, write: true } as const;

/** Reads up to that many bytes as a text. */
async function readText(file: Deno.FsFile, length = 100): Promise<string | null> {
  const into = new Uint8Array(length);
  const count = await file.read(into);
  return count === null ? null : text(into.subarray(0, count));
}

Deno.test("Deno.SeekMode counts from the start, the position and the end", () => {
  assertEquals<number[]>([Start, Current, End], [0, 1, 2]);
});

Deno.test("read() goes on where it was, fills a part at the end, and is null behind it", () =>
  withFile("0123456789", async (path) => {
    using file = await Deno.open(path);
    const into = new Uint8Array(4).fill(1);
    assertEquals([await file.read(into), text(into)], [4, "0123"]);
    assertEquals([await file.read(into), text(into)], [4, "4567"]);
    assertEquals([await file.read(into), text(into)], [2, "8967"]);
    assertEquals([await file.read(into), text(into)], [null, "8967"]);
    assertEquals(await file.read(into), null);
  }));

Deno.test("readSync() goes on where read() was, and is null behind the end", () =>
  withFile("012345", async (path) => {
    using file = await Deno.open(path);
    assertEquals(await readText(file, 2), "01");
    const into = new Uint8Array(3);
    assertEquals([file.readSync(into), text(into)], [3, "234"]);
    assertEquals(await readText(file, 2), "5");
    assertEquals(file.readSync(into), null);
  }));

Deno.test("read() and readSync() of no bytes are 0, at the end too", () =>
  withFile("", async (path) => {
    using file = await Deno.open(path);
    assertEquals(await file.read(new Uint8Array(0)), 0);
    assertEquals(file.readSync(new Uint8Array(0)), 0);
  }));

Deno.test("read() finds what was written behind the end after it was null", () =>
  withFile("one", async (path) => {
    using file = await Deno.open(path);
    assertEquals([await readText(file), await readText(file)], ["one", null]);
    await Deno.writeTextFile(path, " two", { append: true });
    assertEquals([await readText(file), await readText(file)], [" two", null]);
  }));

Deno.test("read() fills a part of a buffer alone", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path);
    const buffer = utf8("........");
    assertEquals(await file.read(buffer.subarray(2, 5)), 3);
    assertEquals(text(buffer), "..012...");
  }));

Deno.test("read() takes 3 MiB at once, as write() and writeSync() did", () =>
  inFolder(async (folder) => {
    const bytes = pattern(3 * 1024 * 1024);
    using file = await Deno.open(`${folder}/file`, { ...READ_WRITE, createNew: true });
    assertEquals(await file.write(bytes), bytes.length);
    assertEquals(file.writeSync(bytes), bytes.length);
    assertEquals((await file.stat()).size, 2 * bytes.length);
    await file.seek(bytes.length, Start);
    const into = new Uint8Array(bytes.length);
    assertEquals(await file.read(into), bytes.length);
    assertBytes(into, bytes);
  }));

Deno.test("read() and write() share one position", () =>
  withFile("0123456789", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    assertEquals(await readText(file, 2), "01");
    assertEquals(await file.write(utf8("ab")), 2);
    assertEquals(file.writeSync(utf8("c")), 1);
    assertEquals(await readText(file, 2), "56");
    assertEquals(await file.seek(0, Current), 7);
    assertEquals(await Deno.readTextFile(path), "01abc56789");
  }));

Deno.test("read(), write() and stat() take turns when they are called at once", () =>
  withFile("0123456789", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    const [first, second] = [new Uint8Array(2), new Uint8Array(3)];
    const counts = await Promise.all([
      file.read(first),
      file.read(second),
      file.write(utf8("ab")),
      file.seek(0, End),
      file.write(utf8("cd")),
      file.stat().then(({ size }) => size),
    ]);
    assertEquals(counts, [2, 3, 2, 10, 2, 12]);
    assertEquals([text(first), text(second)], ["01", "234"]);
    assertEquals(await Deno.readTextFile(path), "01234ab789cd");
  }));

Deno.test("read() goes on after one that failed", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path, { write: true });
    const failing = file.read(new Uint8Array(1));
    const writing = file.write(utf8("a"));
    await assertFails(failing, Error);
    assertEquals(await writing, 1);
    assertEquals(await Deno.readTextFile(path), "a123");
  }));

Deno.test("two handles on one file have positions of their own, and see what the other writes", () =>
  withFile("0123", async (path) => {
    using reader = await Deno.open(path);
    using writer = await Deno.open(path, { write: true });
    assertEquals(await readText(reader, 1), "0");
    await writer.write(utf8("abc"));
    assertEquals(await readText(reader, 3), "bc3");
  }));

Deno.test("seek() counts from the start, the position and the end, and says where that is", () =>
  withFile("0123456789", async (path) => {
    using file = await Deno.open(path);
    assertEquals(await file.seek(4, Start), 4);
    assertEquals(await readText(file, 2), "45");
    assertEquals(await file.seek(1, Current), 7);
    assertEquals(await file.seek(-5, Current), 2);
    assertEquals(await readText(file, 2), "23");
    assertEquals(await file.seek(-3, End), 7);
    assertEquals(await readText(file), "789");
    assertEquals(await file.seek(0n, Start), 0);
    assertEquals(await readText(file, 1), "0");
  }));

Deno.test("seek() cuts a fraction, and takes what is no number for 0", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path);
    assertEquals(await file.seek(1.9, Start), 1);
    assertEquals(await file.seek(1.9, Current), 2);
    assertEquals(await file.seek(NaN, Start), 0);
  }));

Deno.test("seek() rejects with TypeError and stays when the position would be before the start", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path);
    await file.seek(2, Start);
    for (const [offset, whence] of [[-1, Start], [-3, Current], [-5, End]] as const) {
      const error = await assertFails(file.seek(offset, whence), TypeError);
      assertEquals([error.message, codeOf(error)], ["Invalid argument (os error 22)", "EINVAL"]);
    }
    assertEquals(await file.seek(0, Current), 2);
    await assertFails(file.seek(Infinity, Start), TypeError);
  }));

Deno.test("seek() rejects with TypeError when it is not told from where to count", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path);
    const error = await assertFails(file.seek(1, 3 as Deno.SeekMode), TypeError);
    assertEquals(error.message, "Invalid seek mode: 3");
  }));

Deno.test("read() is null behind the end, and write() there leaves a hole of zeros", () =>
  withFile("ab", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    assertEquals(await file.seek(4, Start), 4);
    assertEquals(await readText(file), null);
    assertEquals((await file.stat()).size, 2);
    await file.write(utf8("c"));
    assertEquals(await Deno.readTextFile(path), "ab\0\0c");
  }));

Deno.test("write() far behind the end makes a file that takes no more room than it holds", () =>
  withFile("", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    const far = 5 * 1024 ** 3;
    assertEquals(await file.seek(far, Start), far);
    assertEquals(await file.write(utf8("x")), 1);
    const { size, blocks } = await file.stat();
    assertEquals(size, far + 1);
    assert(blocks! * 512 < 1024 ** 2, `It takes ${blocks} blocks`);
    await file.seek(-2, End);
    assertEquals(await readText(file), "\0x");
  }));

Deno.test("write() appends to what the file holds then, wherever it was", () =>
  withFile("abc", async (path) => {
    using file = await Deno.open(path, { read: true, append: true });
    assertEquals(await file.seek(0, Current), 0);
    assertEquals(await readText(file, 2), "ab");
    await file.write(utf8("d"));
    assertEquals(await file.seek(0, Current), 4);
    await file.seek(1, Start);
    assertEquals(file.writeSync(utf8("e")), 1);
    assertEquals([await file.seek(0, Current), await readText(file)], [5, null]);
    await Deno.writeTextFile(path, "XY", { append: true });
    assertEquals(await readText(file, 1), "X");
    await file.write(utf8("f"));
    assertEquals(await file.seek(0, Current), 8);
    await file.seek(-3, Current);
    assertEquals(await readText(file), "XYf");
    assertEquals(await Deno.readTextFile(path), "abcdeXYf");
  }));

Deno.test("write() of no bytes stays where it is, when it appends too", () =>
  withFile("abc", async (path) => {
    for (const options of [READ_WRITE, { read: true, append: true }]) {
      using file = await Deno.open(path, options);
      await file.seek(1, Start);
      assertEquals(await file.write(new Uint8Array(0)), 0);
      assertEquals(file.writeSync(new Uint8Array(0)), 0);
      assertEquals(await readText(file), "bc");
    }
  }));

Deno.test("write() appends from two handles without a byte lost", () =>
  inFolder(async (folder) => {
    const options = { append: true, create: true };
    using first = await Deno.open(`${folder}/file`, options);
    using second = await Deno.open(`${folder}/file`, options);
    for (const letter of "abcdef") {
      await Promise.all([first.write(utf8(letter)), second.write(utf8(letter))]);
    }
    assertEquals(await Deno.readTextFile(`${folder}/file`), "aabbccddeeff");
  }));

Deno.test("truncate() cuts a file or has it end in zeros, and leaves the position", () =>
  withFile("0123456789", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    await file.seek(5, Start);
    await file.truncate(3);
    assertEquals([await Deno.readTextFile(path), await file.seek(0, Current)], ["012", 5]);
    assertEquals(await readText(file), null);
    await file.truncate(4);
    assertEquals(await Deno.readTextFile(path), "012\0");
    await file.write(utf8("x"));
    assertEquals(await Deno.readTextFile(path), "012\0\0x");
    await file.truncate();
    assertEquals(await Deno.readTextFile(path), "");
  }));

Deno.test("truncate() cuts a fraction, and takes less than 0 for 0", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path, { write: true });
    await file.truncate(2.9);
    assertEquals(await Deno.readTextFile(path), "01");
    await file.truncate(-1);
    assertEquals(await Deno.readTextFile(path), "");
  }));

Deno.test("sync() and syncData() wait for what was written", () =>
  withFile("", async (path) => {
    using file = await Deno.open(path, { write: true });
    const writing = file.write(utf8("x"));
    await file.sync();
    assertEquals(await writing, 1);
    await file.syncData();
    assertEquals(await Deno.readTextFile(path), "x");
  }));

Deno.test("sync() takes a file that was opened to be read", () =>
  withFile("x", async (path) => {
    using file = await Deno.open(path);
    await file.sync();
    await file.syncData();
  }));

Deno.test("stat() tells about the file that is open, whatever its path leads to", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "another");
    const { isFile, isDirectory, size, nlink, ino } = await file.stat();
    assertEquals([isFile, isDirectory, size, nlink], [true, false, 4, 0]);
    assertNotEquals(ino, (await Deno.stat(path)).ino);
    assertEquals(await readText(file), "0123");
  }));

Deno.test("utime() sets when a file was read and written, by date and by seconds", () =>
  withFile("x", async (path) => {
    using file = await Deno.open(path);
    await file.utime(new Date(1_700_000_000_001), new Date(1_700_000_000_999));
    const { atime, mtime } = await file.stat();
    assertEquals([atime?.getTime(), mtime?.getTime()], [1_700_000_000_001, 1_700_000_000_999]);
    await file.utime(1.5, 2.25);
    const second = await file.stat();
    assertEquals([second.atime?.getTime(), second.mtime?.getTime()], [1500, 2250]);
  }));

Deno.test("isTerminal() is false of a file, open or closed", () =>
  withFile("x", async (path) => {
    const file = await Deno.open(path);
    assertEquals(file.isTerminal(), false);
    file.close();
    assertEquals(file.isTerminal(), false);
  }));

Deno.test("a pipe is read and written, and has no positions", () =>
  inFolder(async (folder) => {
    await makePipe(`${folder}/pipe`);
    using pipe = await Deno.open(`${folder}/pipe`, READ_WRITE);
    assertEquals((await pipe.stat()).isFifo, true);
    assertEquals(await pipe.write(utf8("0123")), 4);
    assertEquals(pipe.writeSync(utf8("4")), 1);
    const error = await assertFails(pipe.seek(0, Current), Error);
    assertEquals([error.message, codeOf(error)], ["Illegal seek (os error 29)", undefined]);
    assertEquals(await readText(pipe, 2), "01");
    const into = new Uint8Array(3);
    assertEquals([pipe.readSync(into), text(into)], [3, "234"]);
  }));

Deno.test("read() and write() refuse what is no Uint8Array", () =>
  withFile("0123", async (path) => {
    using file = await Deno.open(path, READ_WRITE);
    const words = "expected typed ArrayBufferView";
    // What the types forbid.
    for (const bytes of ["ab", new Uint16Array(1)] as unknown as Uint8Array[]) {
      assertEquals((await assertFails(file.read(bytes), TypeError)).message, words);
      assertEquals((await assertFails(file.write(bytes), TypeError)).message, words);
      assertEquals(assertThrown(() => file.readSync(bytes), TypeError).message, words);
      assertEquals(assertThrown(() => file.writeSync(bytes), TypeError).message, words);
    }
    assertEquals(await Deno.readTextFile(path), "0123");
  }));
