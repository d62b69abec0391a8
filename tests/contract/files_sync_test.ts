import { assert, assertEquals, assertThrows } from "@std/assert";
import { inFolder, namesIn, withFile } from "./folder.ts";

Deno.test("Deno.lstatSync() tells about a file, a folder and a link itself", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "text");
    await Deno.symlink("file", `${folder}/link`);
    const file = Deno.lstatSync(`${folder}/file`);
    assertEquals([file.isFile, file.isDirectory, file.size, file.nlink], [true, false, 4, 1]);
    assertEquals(file, await Deno.lstat(`${folder}/file`));
    assert(Deno.lstatSync(folder).isDirectory);
    assert(Deno.lstatSync(new URL(`file://${folder}/link`)).isSymlink);
  }));

Deno.test("Deno.chmodSync() sets permissions, and names what there is not", () =>
  withFile("text", (path) => {
    Deno.chmodSync(path, 0o600);
    assertEquals((Deno.lstatSync(path).mode ?? 0) & 0o777, 0o600);
    Deno.chmodSync(new URL(`file://${path}`), 0o640);
    assertEquals((Deno.lstatSync(path).mode ?? 0) & 0o777, 0o640);
    const error = assertThrows(() => Deno.chmodSync(`${path}-2`, 0o600), Deno.errors.NotFound);
    assertEquals(error.message, `No such file or directory (os error 2): chmod '${path}-2'`);
    return Promise.resolve();
  }));

Deno.test("Deno.linkSync() gives a file one more name, and no name that is taken", () =>
  withFile("text", (path) => {
    Deno.linkSync(path, `${path}-2`);
    assertEquals(Deno.lstatSync(`${path}-2`).ino, Deno.lstatSync(path).ino);
    assertThrows(() => Deno.linkSync(path, `${path}-2`), Deno.errors.AlreadyExists);
    Deno.removeSync(`${path}-2`);
    return Promise.resolve();
  }));

Deno.test("Deno.removeSync() removes files, links and folders", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/full/below`, { recursive: true });
    await Deno.mkdir(`${folder}/empty`);
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink("file", `${folder}/link`);
    for (const name of ["link", "file", "empty"]) Deno.removeSync(`${folder}/${name}`);
    assertThrows(() => Deno.removeSync(`${folder}/full`), Error, "not empty");
    Deno.removeSync(`${folder}/full`, { recursive: true });
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("Deno.openSync() opens and makes files as Deno.open() does", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    const options = { read: true, write: true, createNew: true, mode: 0o600 };
    using file = Deno.openSync(path, options);
    assertEquals(file.writeSync(new Uint8Array(3)), 3);
    assertEquals(file.statSync().size, 3);
    assertEquals((file.statSync().mode ?? 0) & 0o777, 0o600);
    assertThrows(() => Deno.openSync(path, options), Deno.errors.AlreadyExists);
    assertThrows(() => Deno.openSync(path, {}), Error, "at least one option");
    using again = Deno.openSync(new URL(`file://${path}`));
    assertEquals(await again.read(new Uint8Array(8)), 3);
  }));

Deno.test("FsFile.utimeSync() sets both times", () =>
  withFile("text", (path) => {
    using file = Deno.openSync(path, { read: true, write: true });
    file.utimeSync(new Date(1_000), 2);
    const { atime, mtime } = file.statSync();
    assertEquals([atime?.getTime(), mtime?.getTime()], [1_000, 2_000]);
    return Promise.resolve();
  }));

Deno.test("what is done before it returns throws as what is waited for rejects", () =>
  inFolder(async (folder) => {
    const missing = `${folder}/missing`;
    for (
      const [sync, later] of [
        [() => Deno.lstatSync(missing), () => Deno.lstat(missing)],
        [() => Deno.removeSync(missing), () => Deno.remove(missing)],
        [() => Deno.linkSync(missing, `${folder}/x`), () => Deno.link(missing, `${folder}/x`)],
        [() => Deno.openSync(missing), () => Deno.open(missing)],
      ] as const
    ) {
      const thrown = assertThrows(sync, Deno.errors.NotFound);
      const rejected = await later().then(() => undefined, (error) => error);
      assertEquals(thrown.message, rejected?.message);
    }
    await Deno.writeTextFile(`${folder}/file`, "");
    const file = Deno.openSync(`${folder}/file`);
    file.close();
    assertThrows(() => file.statSync(), Deno.errors.BadResource);
    assertThrows(() => file.utimeSync(0, 0), Deno.errors.BadResource);
  }));
