import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf, reasonOf } from "./failing.ts";
import { inFolder, namesIn, withFile } from "./folder.ts";

Deno.test("Deno.writeTextFile() writes what Deno.readTextFile() reads, by path and by URL", () =>
  inFolder(async (folder) => {
    const path = `${folder}/grüße.txt`;
    await Deno.writeTextFile(path, "grüße\n");
    assertEquals(await Deno.readTextFile(path), "grüße\n");
    assertEquals(await Deno.readTextFile(new URL(`file://${encodeURI(path)}`)), "grüße\n");
    assertEquals(Deno.readTextFileSync(path), "grüße\n");
  }));

Deno.test("Deno.writeTextFile() replaces a file, or appends to it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "the first text");
    await Deno.writeTextFile(path, "one");
    await Deno.writeTextFile(path, " two", { append: true });
    assertEquals(await Deno.readTextFile(path), "one two");
  }));

Deno.test("Deno.writeTextFile() rejects with AlreadyExists when the file must be a new one", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "kept", { createNew: true });
    const writing = Deno.writeTextFile(path, "new", { createNew: true });
    assertEquals(codeOf(await assertFails(writing, Deno.errors.AlreadyExists)), "EEXIST");
    assertEquals(await Deno.readTextFile(path), "kept");
  }));

Deno.test("Deno.writeTextFile() gives a new file the mode that was asked for", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "secret", { mode: 0o600 });
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  }));

Deno.test("Deno.readTextFile() keeps a byte order mark", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "\uFEFFx");
    assertEquals(await Deno.readTextFile(path), "\uFEFFx");
  }));

Deno.test("Deno.readTextFile() rejects with the reason when its signal is aborted", async () => {
  const signal = AbortSignal.abort(new Error("mine"));
  const reading = Deno.readTextFile("/etc/hostname", { signal });
  assertStrictEquals(await reasonOf(reading), signal.reason);
});

const MISSING: [name: string, call: (path: string) => Promise<unknown>][] = [
  ["Deno.readTextFile()", (path) => Deno.readTextFile(path)],
  ["Deno.writeTextFile()", (path) => Deno.writeTextFile(path, "x")],
  ["Deno.stat()", (path) => Deno.stat(path)],
  ["Deno.remove()", (path) => Deno.remove(path)],
  ["Deno.mkdir()", (path) => Deno.mkdir(path)],
  ["Deno.readDir()", namesIn],
  ["Deno.makeTempDir()", (dir) => Deno.makeTempDir({ dir })],
  ["Deno.makeTempFile()", (dir) => Deno.makeTempFile({ dir })],
];

for (const [name, call] of MISSING) {
  Deno.test(`${name} rejects with NotFound when the folder is missing`, () =>
    inFolder(async (folder) => {
      const error = await assertFails(call(`${folder}/missing/file`), Deno.errors.NotFound);
      assertEquals(codeOf(error), "ENOENT");
    }));
}

Deno.test("Deno.readTextFileSync() throws NotFound and names the path when the file is missing", () => {
  const error = assertThrown(() => Deno.readTextFileSync("/missing/file"), Deno.errors.NotFound);
  assert(error.message.includes("/missing/file"), error.message);
});

Deno.test("reading or writing a folder as a file rejects with IsADirectory", () =>
  inFolder(async (folder) => {
    await assertFails(Deno.readTextFile(folder), Deno.errors.IsADirectory);
    await assertFails(Deno.writeTextFile(folder, "x"), Deno.errors.IsADirectory);
  }));

Deno.test("a path through a file rejects with NotADirectory", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "x");
    await assertFails(Deno.readTextFile(`${path}/below`), Deno.errors.NotADirectory);
    await assertFails(Deno.stat(`${path}/below`), Deno.errors.NotADirectory);
    await assertFails(Deno.mkdir(`${path}/below`), Deno.errors.NotADirectory);
    await assertFails(namesIn(path), Deno.errors.NotADirectory);
  }));

Deno.test("Deno.stat() tells files and folders apart", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeTextFile(path, "12345");
    const file = await Deno.stat(path);
    assertEquals([file.isFile, file.isDirectory, file.isSymlink], [true, false, false]);
    assertEquals(file.size, 5);
    assert(file.mtime instanceof Date);
    const { isFile, isDirectory } = Deno.statSync(folder);
    assertEquals([isFile, isDirectory], [false, true]);
  }));

Deno.test("Deno.mkdir() rejects with AlreadyExists when something has the path", () =>
  inFolder(async (folder) => {
    await assertFails(Deno.mkdir(folder), Deno.errors.AlreadyExists);
    await Deno.writeTextFile(`${folder}/file`, "x");
    const making = Deno.mkdir(`${folder}/file`, { recursive: true });
    await assertFails(making, Deno.errors.AlreadyExists);
  }));

Deno.test("Deno.mkdir() makes a whole path when it is recursive, and twice is no error", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a/b/c`, { recursive: true });
    await Deno.mkdir(`${folder}/a/b/c`, { recursive: true });
    assertEquals(Deno.statSync(`${folder}/a/b/c`).isDirectory, true);
  }));

Deno.test("Deno.remove() removes a file, and an empty folder", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "x");
    await Deno.mkdir(`${folder}/empty`);
    await Deno.remove(`${folder}/file`);
    await Deno.remove(`${folder}/empty`);
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("Deno.remove() rejects and removes nothing when a folder is not empty", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "x");
    assertEquals(codeOf(await assertFails(Deno.remove(folder), Error)), "ENOTEMPTY");
    assertEquals(await namesIn(folder), ["file"]);
  }));

Deno.test("Deno.remove() rejects with NotFound though it is recursive", () =>
  inFolder(async (folder) => {
    const removing = Deno.remove(`${folder}/missing`, { recursive: true });
    await assertFails(removing, Deno.errors.NotFound);
  }));

Deno.test("Deno.readDir() gives each entry with its kind", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "x");
    await Deno.mkdir(`${folder}/below`);
    const entries: [string, boolean, boolean][] = [];
    for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
      entries.push([name, isFile, isDirectory]);
    }
    assertEquals(entries.sort(), [["below", false, true], ["file", true, false]]);
  }));

Deno.test("Deno.makeTempDir() and Deno.makeTempFile() make what only their user may read", () =>
  inFolder(async (dir) => {
    const options = { dir, prefix: "before-", suffix: ".after" };
    const [folder, file] = [await Deno.makeTempDir(options), await Deno.makeTempFile(options)];
    for (const path of [folder, file]) assertMatch(path, /\/before-[^/]+\.after$/);
    assert(folder.startsWith(`${dir}/`) && file.startsWith(`${dir}/`) && folder !== file);
    assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o600);
    assertEquals(await Deno.readTextFile(file), "");
  }));

Deno.test("Deno.readFile() reads what Deno.writeFile() wrote, in memory of its own", () =>
  inFolder(async (folder) => {
    for (const length of [0, 1, 70_000]) {
      const bytes = new Uint8Array(length).fill(7);
      await Deno.writeFile(`${folder}/file`, bytes);
      const read = await Deno.readFile(`${folder}/file`);
      assertEquals(read, bytes);
      assertEquals([read.constructor, read.buffer.byteLength], [Uint8Array, length]);
    }
  }));

Deno.test("Deno.writeFile() replaces a file, appends to it, or needs it to be there or not", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    const missing = Deno.writeFile(path, utf8("x"), { create: false });
    await assertFails(missing, Deno.errors.NotFound);
    await Deno.writeFile(path, utf8("the first"), { createNew: true });
    await assertFails(
      Deno.writeFile(path, utf8("x"), { createNew: true, append: true }),
      Deno.errors.AlreadyExists,
    );
    await Deno.writeFile(path, utf8("one"), { create: false });
    await Deno.writeFile(path, utf8(" two"), { append: true });
    assertEquals(await Deno.readTextFile(path), "one two");
  }));

Deno.test("Deno.writeFile() gives a file its mode, whether it is new or not", () =>
  inFolder(async (folder) => {
    for (const mode of [0o666, 0o600]) {
      await Deno.writeFile(`${folder}/file`, utf8("x"), { mode });
      assertEquals((await Deno.stat(`${folder}/file`)).mode! & 0o7777, mode);
    }
  }));

Deno.test("Deno.writeFile() and Deno.writeTextFile() write a stream", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await Deno.writeFile(path, ReadableStream.from([utf8("one"), utf8(" two")]));
    assertEquals(await Deno.readTextFile(path), "one two");
    await Deno.writeTextFile(path, ReadableStream.from(["drei", " grüße"]));
    assertEquals(await Deno.readTextFile(path), "drei grüße");
  }));

Deno.test("Deno.readFile() and Deno.writeFile() reject with the reason when their signal is aborted", () =>
  withFile("kept", async (path) => {
    const signal = AbortSignal.abort(new Error("mine"));
    assertStrictEquals(await reasonOf(Deno.readFile(path, { signal })), signal.reason);
    const writing = Deno.writeFile(path, utf8("x"), { signal });
    assertStrictEquals(await reasonOf(writing), signal.reason);
    assertEquals(await Deno.readTextFile(path), "kept");
  }));
