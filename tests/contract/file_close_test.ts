import { assertEquals } from "@std/assert";
import { utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf } from "./failing.ts";
import { inFolder, makePipe, withFile } from "./folder.ts";

const { Start, End } = Deno.SeekMode;
const READ_WRITE = { read: true, write: true } as const;

const CALLS: readonly [name: string, call: (file: Deno.FsFile) => Promise<unknown>][] = [
  ["read()", (file) => file.read(new Uint8Array(1))],
  ["write()", (file) => file.write(new Uint8Array(1))],
  ["write() of no bytes", (file) => file.write(new Uint8Array(0))],
  ["seek()", (file) => file.seek(0, Start)],
  ["truncate()", (file) => file.truncate()],
  ["sync()", (file) => file.sync()],
  ["syncData()", (file) => file.syncData()],
  ["stat()", (file) => file.stat()],
  ["utime()", (file) => file.utime(1, 1)],
];

for (const [name, call] of CALLS) {
  Deno.test(`${name} rejects with BadResource when the file is closed`, () =>
    withFile("kept", async (path) => {
      const file = await Deno.open(path, READ_WRITE);
      file.close();
      const error = await assertFails(call(file), Deno.errors.BadResource);
      assertEquals([error.message, codeOf(error)], ["Bad resource ID", undefined]);
      assertEquals(await Deno.readTextFile(path), "kept");
    }));
}

Deno.test("readSync(), writeSync() and close() throw BadResource when the file is closed", () =>
  withFile("kept", async (path) => {
    const file = await Deno.open(path, READ_WRITE);
    file.close();
    assertThrown(() => file.readSync(new Uint8Array(1)), Deno.errors.BadResource);
    assertThrown(() => file.writeSync(new Uint8Array(1)), Deno.errors.BadResource);
    assertThrown(() => file.close(), Deno.errors.BadResource);
  }));

Deno.test("read() of no bytes is 0 when the file is closed", () =>
  withFile("x", async (path) => {
    const file = await Deno.open(path);
    file.close();
    assertEquals(await file.read(new Uint8Array(0)), 0);
    assertEquals(file.readSync(new Uint8Array(0)), 0);
  }));

Deno.test("[Symbol.dispose]() closes a file, and does nothing when it is closed", () =>
  withFile("x", async (path) => {
    const file = await Deno.open(path);
    file[Symbol.dispose]();
    assertThrown(() => file.close(), Deno.errors.BadResource);
    file[Symbol.dispose]();
  }));

Deno.test("close() lets what was asked for before be done", () =>
  withFile("0123456789", async (path) => {
    const file = await Deno.open(path, READ_WRITE);
    const all = Promise.all([
      file.write(utf8("ab")),
      file.seek(-1, End),
      file.write(utf8("c")),
      file.truncate(12),
      file.sync(),
      file.stat().then(({ size }) => size),
    ]);
    file.close();
    const [first, position, second, , , size] = await all;
    assertEquals([first, position, second, size], [2, 9, 1, 12]);
    assertEquals(await Deno.readTextFile(path), "ab2345678c\0\0");
  }));

Deno.test("close() interrupts reads that wait", () =>
  inFolder(async (folder) => {
    await makePipe(`${folder}/pipe`);
    const file = await Deno.open(`${folder}/pipe`, READ_WRITE);
    using other = await Deno.open(`${folder}/pipe`, READ_WRITE);
    const reads = [file.read(new Uint8Array(1)), file.read(new Uint8Array(1))];
    file.close();
    for (const read of reads) {
      assertEquals(codeOf(await assertFails(read, Deno.errors.Interrupted)), "EINTR");
    }
    // The system's own read waits on, and would have the process wait for it.
    await other.write(new Uint8Array(2));
  }));
