import { assert, assertEquals } from "@std/assert";
import { utf8 } from "./bytes.ts";
import { assertFails, codeOf } from "./failing.ts";
import { inFolder, namesIn, withFile } from "./folder.ts";

Deno.test("Deno.stat() tells about what a link leads to, and Deno.lstat() about the link", () =>
  withFile("12345", async (path) => {
    await Deno.symlink(path, `${path}-link`);
    const { isFile, isSymlink, size } = await Deno.stat(`${path}-link`);
    assertEquals([isFile, isSymlink, size], [true, false, 5]);
    const link = await Deno.lstat(`${path}-link`);
    assertEquals([link.isFile, link.isSymlink, link.size], [false, true, path.length]);
    assertEquals((await Deno.lstat(path)).isFile, true);
  }));

Deno.test("Deno.stat() tells numbers, times and kinds", () =>
  withFile("12345", async (path) => {
    const info = await Deno.stat(path);
    for (const time of ["mtime", "atime", "ctime"] as const) {
      assert(info[time] instanceof Date, time);
    }
    assert(info.birthtime === null || info.birthtime instanceof Date);
    for (const name of ["dev", "ino", "mode", "uid", "gid", "rdev", "blksize", "blocks"] as const) {
      assertEquals(typeof info[name], "number", name);
    }
    assertEquals(info.mode! & 0o170000, 0o100000);
    assertEquals(info.nlink, 1);
    const kinds = [info.isSocket, info.isFifo, info.isBlockDevice, info.isCharDevice];
    assertEquals(kinds, [false, false, false, false]);
  }));

Deno.test("Deno.stat() cuts times to milliseconds", () =>
  withFile("x", async (path) => {
    const touch = new Deno.Command("touch", { args: ["-d", "@1700000000.999999999", path] });
    assert((await touch.output()).success);
    assertEquals((await Deno.stat(path)).mtime?.getTime(), 1_700_000_000_999);
  }));

Deno.test("Deno.stat() is the same as stat() of the open file", () =>
  withFile("12345", async (path) => {
    using file = await Deno.open(path);
    assertEquals({ ...await file.stat() }, { ...await Deno.stat(path) });
  }));

Deno.test("Deno.mkdir() gives a folder its mode, and those above it when it is recursive", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/one`, { mode: 0o7700 });
    await Deno.mkdir(`${folder}/two/below`, { mode: 0o700, recursive: true });
    for (const name of ["one", "two", "two/below"]) {
      assertEquals((await Deno.stat(`${folder}/${name}`)).mode! & 0o7777, 0o700, name);
    }
  }));

Deno.test("Deno.mkdir() takes a link to a folder for one when it is recursive", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real`);
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await Deno.mkdir(`${folder}/link`, { recursive: true });
    await Deno.mkdir(`${folder}/link/a/b`, { recursive: true });
    assertEquals(await namesIn(`${folder}/real/a`), ["b"]);
    await Deno.mkdir("/", { recursive: true });
  }));

Deno.test("Deno.mkdir() rejects when a file, a dangling link or a circle is in the way", () =>
  withFile("x", async (path) => {
    await Deno.symlink(`${path}-target`, `${path}-dangling`);
    await Deno.symlink(`${path}-circle`, `${path}-circle`);
    const { AlreadyExists, FilesystemLoop, NotADirectory } = Deno.errors;
    for (
      const [name, expected] of [
        [path, AlreadyExists],
        [`${path}/a`, NotADirectory],
        [`${path}/a/b`, NotADirectory],
        [`${path}-dangling`, AlreadyExists],
        [`${path}-dangling/a`, AlreadyExists],
        [`${path}-circle`, AlreadyExists],
        [`${path}-circle/a`, FilesystemLoop],
      ] as const
    ) {
      const error = await assertFails(Deno.mkdir(name, { recursive: true }), expected);
      assert(error.message.endsWith(`: mkdir '${name}'`), error.message);
    }
  }));

Deno.test("Deno.rename() moves a file or a folder, by path and by URL", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a/b`, { recursive: true });
    await Deno.writeTextFile(`${folder}/a/b/file`, "text");
    await Deno.rename(`${folder}/a/b`, `${folder}/c`);
    await Deno.rename(new URL(`file://${folder}/c/file`), new URL(`file://${folder}/file`));
    assertEquals(await namesIn(folder), ["a", "c", "file"]);
    assertEquals(await Deno.readTextFile(`${folder}/file`), "text");
  }));

Deno.test("Deno.rename() replaces a file, whose open handle keeps the old one", () =>
  withFile("old", async (path) => {
    using file = await Deno.open(path);
    await Deno.writeTextFile(`${path}-new`, "new");
    await Deno.rename(`${path}-new`, path);
    assertEquals(await Deno.readTextFile(path), "new");
    const into = new Uint8Array(3);
    await file.read(into);
    assertEquals(into, utf8("old"));
  }));

Deno.test("Deno.rename() replaces an empty folder with a folder, and a link itself", () =>
  inFolder(async (folder) => {
    for (const name of ["from", "to"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/from/file`, "x");
    await Deno.rename(`${folder}/from`, `${folder}/to`);
    await Deno.symlink(`${folder}/to`, `${folder}/link`);
    await Deno.rename(`${folder}/to/file`, `${folder}/link`);
    assertEquals(await namesIn(folder), ["link", "to"]);
    assertEquals(await namesIn(`${folder}/to`), []);
  }));

Deno.test("Deno.rename() rejects between a file and a folder, and over what a folder holds", () =>
  withFile("x", async (path) => {
    const [full, empty] = [`${path}-full`, `${path}-empty`];
    await Deno.mkdir(`${full}/below`, { recursive: true });
    await Deno.mkdir(empty);
    const onto = await assertFails(Deno.rename(full, path), Deno.errors.NotADirectory);
    assertEquals(codeOf(onto), "ENOTDIR");
    for (const folder of [full, empty]) {
      const over = await assertFails(Deno.rename(path, folder), Deno.errors.IsADirectory);
      assertEquals(codeOf(over), "EISDIR");
    }
    const filled = await assertFails(Deno.rename(empty, full), Error);
    assertEquals(codeOf(filled), "ENOTEMPTY");
    assertEquals(
      filled.message,
      `Directory not empty (os error 39): rename '${empty}' -> '${full}'`,
    );
    const inside = await assertFails(Deno.rename(full, `${full}/below/x`), TypeError);
    assertEquals(codeOf(inside), "EINVAL");
  }));

Deno.test("Deno.link() gives a file one more name", () =>
  withFile("one", async (path) => {
    await Deno.link(path, `${path}-2`);
    await Deno.writeTextFile(`${path}-2`, " two", { append: true });
    assertEquals(await Deno.readTextFile(path), "one two");
    const [first, second] = [await Deno.stat(path), await Deno.stat(`${path}-2`)];
    assertEquals([first.nlink, first.ino], [2, second.ino]);
  }));

Deno.test("Deno.link() rejects with AlreadyExists when something has the name, and keeps it", () =>
  withFile("one", async (path) => {
    await Deno.writeTextFile(`${path}-2`, "two");
    const error = await assertFails(Deno.link(path, `${path}-2`), Deno.errors.AlreadyExists);
    const message = `File exists (os error 17): link '${path}' -> '${path}-2'`;
    assertEquals([error.message, codeOf(error)], [message, "EEXIST"]);
    assertEquals(await Deno.readTextFile(`${path}-2`), "two");
  }));

Deno.test("Deno.link() rejects with PermissionDenied when it is a folder", () =>
  inFolder(async (folder) => {
    const linking = Deno.link(folder, `${folder}/link`);
    assertEquals(codeOf(await assertFails(linking, Deno.errors.PermissionDenied)), "EPERM");
  }));

Deno.test("Deno.remove() removes a link and not what it leads to, recursive or not", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real/below`, { recursive: true });
    for (const recursive of [false, true]) {
      await Deno.symlink(`${folder}/real`, `${folder}/link`);
      await Deno.remove(`${folder}/link`, { recursive });
      await Deno.symlink(`${folder}/nowhere`, `${folder}/link`);
      await Deno.remove(`${folder}/link`, { recursive });
    }
    assertEquals(await namesIn(folder), ["real"]);
    assertEquals(await namesIn(`${folder}/real`), ["below"]);
  }));

Deno.test("Deno.remove() removes a folder with all that it holds, and a file, when it is recursive", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a/b/c`, { recursive: true });
    await Deno.writeTextFile(`${folder}/a/b/file`, "x");
    await Deno.writeTextFile(`${folder}/file`, "x");
    await Deno.remove(`${folder}/a`, { recursive: true });
    await Deno.remove(new URL(`file://${folder}/file`), { recursive: true });
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("Deno.remove() rejects with NotADirectory when a file is named as a folder", () =>
  withFile("kept", async (path) => {
    await assertFails(Deno.remove(`${path}/`), Deno.errors.NotADirectory);
    assertEquals(await Deno.readTextFile(path), "kept");
  }));

Deno.test("Deno.remove() says why a folder stays when it is not empty", () =>
  withFile("kept", async (path) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const error = await assertFails(Deno.remove(folder), Error);
    assertEquals(error.message, `Directory not empty (os error 39): remove '${folder}'`);
  }));

Deno.test("Deno.readDir() gives what a folder holds each time it is gone through", () =>
  inFolder(async (folder) => {
    await Deno.symlink("nowhere", `${folder}/link`);
    const entries = Deno.readDir(folder);
    const found: (readonly [string, boolean, boolean])[][] = [];
    for (const name of ["one", "two"]) {
      await Deno.writeTextFile(`${folder}/${name}`, "x");
      const all: (readonly [string, boolean, boolean])[] = [];
      for await (const { name, isFile, isSymlink } of entries) all.push([name, isFile, isSymlink]);
      found.push(all.sort());
    }
    const [link, one, two] = [["link", false, true], ["one", true, false], [
      "two",
      true,
      false,
    ]] as const;
    assertEquals(found, [[link, one], [link, one, two]]);
  }));

Deno.test("Deno.readDir() says nothing when nobody asks for what is missing", () =>
  inFolder(async (folder) => {
    Deno.readDir(`${folder}/missing`);
    await assertFails(namesIn(`${folder}/missing`), Deno.errors.NotFound);
  }));

Deno.test("Deno.realPath() follows links, and takes . and .. away", () =>
  inFolder(async (folder) => {
    const real = await Deno.realPath(folder);
    await Deno.mkdir(`${folder}/below`);
    await Deno.symlink(`${folder}/below`, `${folder}/link`);
    assertEquals(await Deno.realPath(`${folder}/./link/../link`), `${real}/below`);
    assertEquals(await Deno.realPath(new URL(`file://${folder}/link`)), `${real}/below`);
    assertEquals(await Deno.realPath("."), await Deno.realPath(Deno.cwd()));
    await Deno.symlink(`${folder}/missing`, `${folder}/dangling`);
    await assertFails(Deno.realPath(`${folder}/dangling`), Deno.errors.NotFound);
  }));

Deno.test("Deno.chmod() sets permissions, also the ones for what is run", () =>
  withFile("x", async (path) => {
    for (const mode of [0o640, 0o4711]) {
      await Deno.chmod(path, mode);
      assertEquals((await Deno.stat(path)).mode! & 0o7777, mode);
    }
  }));

const TIMES: readonly (readonly [what: string, time: number | Date, ms: number])[] = [
  ["a date", new Date(1_700_000_000_001), 1_700_000_000_001],
  ["a date before 1970", new Date(-2501), -2501],
  ["seconds", 1_700_000_000, 1_700_000_000_000],
  ["parts of a second", 1_700_000_000.123, 1_700_000_000_123],
  ["less than a millisecond", 0.0009, 0],
  ["seconds before 1970", -1.5, -1500],
  ["0", 0, 0],
  ["no number", NaN, 0],
  ["no date", new Date(NaN), 0],
];

for (const [what, time, ms] of TIMES) {
  Deno.test(`Deno.utime() sets when a file was read and written, given ${what}`, () =>
    withFile("x", async (path) => {
      await Deno.utime(path, time, time);
      const { atime, mtime } = await Deno.stat(path);
      assertEquals([atime?.getTime(), mtime?.getTime()], [ms, ms]);
    }));
}

Deno.test("Deno.utime() sets the times of a folder", () =>
  inFolder(async (folder) => {
    await Deno.utime(folder, 1, 2);
    const { atime, mtime } = await Deno.stat(folder);
    assertEquals([atime?.getTime(), mtime?.getTime()], [1000, 2000]);
  }));

Deno.test("Deno.truncate() cuts a file, or has it end in zeros", () =>
  withFile("0123456789", async (path) => {
    await Deno.truncate(path, 3.9);
    assertEquals(await Deno.readTextFile(path), "012");
    await Deno.truncate(path, 5);
    assertEquals(await Deno.readTextFile(path), "012\0\0");
    await Deno.truncate(path);
    assertEquals(await Deno.readTextFile(path), "");
  }));

Deno.test("Deno.truncate() rejects with NotFound and makes nothing when the file is missing", () =>
  inFolder(async (folder) => {
    await assertFails(Deno.truncate(`${folder}/missing`), Deno.errors.NotFound);
    assertEquals(await namesIn(folder), []);
  }));
