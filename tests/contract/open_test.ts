import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { text, utf8 } from "./bytes.ts";
import { assertFails, codeOf } from "./failing.ts";
import { inFolder, namesIn, withFile } from "./folder.ts";

Deno.test("Deno.open() opens a file to be read, by path and by URL", () =>
  withFile("text", async (path) => {
    for (const name of [path, new URL(`file://${path}`)]) {
      using file = await Deno.open(name);
      assertInstanceOf(file, Deno.FsFile);
      const into = new Uint8Array(8);
      assertEquals(await file.read(into), 4);
      assertEquals(text(into.subarray(0, 4)), "text");
    }
  }));

const IMPOSSIBLE: readonly (readonly [options: Deno.OpenOptions, message: string])[] = [
  [{}, "'options' requires at least one option to be true"],
  [{ mode: 0o600 }, "'options' requires at least one option to be true"],
  [{ read: false }, "'options' requires at least one option to be true"],
  [{ create: true }, "'create' or 'createNew' options require 'write' or 'append' to be true"],
  [
    { read: true, create: true },
    "'create' or 'createNew' options require 'write' or 'append' to be true",
  ],
  [
    { read: true, createNew: true },
    "'create' or 'createNew' options require 'write' or 'append' to be true",
  ],
  [{ read: true, truncate: true }, "'truncate' option requires 'write' to be true"],
  [{ append: true, truncate: true }, "'truncate' option requires 'write' to be true"],
  [{ append: true, truncate: true, create: true }, "'truncate' option requires 'write' to be true"],
];

for (const [options, message] of IMPOSSIBLE) {
  Deno.test(`Deno.open() rejects with a plain Error when its options are ${JSON.stringify(options)}`, () =>
    withFile("kept", async (path) => {
      const error = await assertFails(Deno.open(path, options), Error);
      assertEquals([error.message, codeOf(error)], [message, undefined]);
      assertEquals(await Deno.readTextFile(path), "kept");
    }));
}

Deno.test("Deno.open() rejects with TypeError when a file is to be truncated and appended to", () =>
  withFile("kept", async (path) => {
    const options = { write: true, append: true, truncate: true };
    const error = await assertFails(Deno.open(path, options), TypeError);
    const message = "creating or truncating a file requires write or append access";
    assertEquals([error.message, codeOf(error)], [`${message}: open '${path}'`, "EINVAL"]);
    assertEquals(await Deno.readTextFile(path), "kept");
  }));

const MISSING: readonly Deno.OpenOptions[] = [
  { read: true },
  { write: true },
  { append: true },
  { read: true, write: true },
  { write: true, truncate: true },
];

for (const options of MISSING) {
  Deno.test(`Deno.open() rejects with NotFound when nothing is there to open with ${JSON.stringify(options)}`, () =>
    inFolder(async (folder) => {
      await assertFails(Deno.open(`${folder}/missing`, options), Deno.errors.NotFound);
      assertEquals(await namesIn(folder), []);
    }));
}

const CREATING: readonly Deno.OpenOptions[] = [
  { write: true, create: true },
  { append: true, create: true },
  { write: true, append: true, create: true },
  { read: true, write: true, create: true, truncate: true },
  { write: true, createNew: true },
  { append: true, createNew: true },
  { write: true, createNew: true, truncate: true },
  { write: true, append: true, createNew: true, truncate: true },
  { write: true, create: true, createNew: true },
];

for (const options of CREATING) {
  Deno.test(`Deno.open() makes a file when nothing is there with ${JSON.stringify(options)}`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/new`;
      using file = await Deno.open(path, options);
      assertEquals(await file.write(utf8("text")), 4);
      assertEquals(await Deno.readTextFile(path), "text");
    }));
}

Deno.test("Deno.open() keeps what a file holds when it is not to be truncated", () =>
  withFile("kept", async (path) => {
    using file = await Deno.open(path, { write: true, create: true });
    await file.write(utf8("s"));
    assertEquals(await Deno.readTextFile(path), "sept");
  }));

Deno.test("Deno.open() empties a file when it is to be truncated", () =>
  withFile("lost", async (path) => {
    using _file = await Deno.open(path, { write: true, truncate: true });
    assertEquals((await Deno.stat(path)).size, 0);
  }));

for (
  const options of [
    { write: true, createNew: true },
    { append: true, createNew: true },
    { write: true, createNew: true, create: true, truncate: true },
  ]
) {
  Deno.test(`Deno.open() rejects with AlreadyExists when the file is there with ${JSON.stringify(options)}`, () =>
    withFile("kept", async (path) => {
      const error = await assertFails(Deno.open(path, options), Deno.errors.AlreadyExists);
      assertEquals(codeOf(error), "EEXIST");
      assertEquals(await Deno.readTextFile(path), "kept");
    }));
}

Deno.test("Deno.open() follows a link, and finds nothing when it is dangling", () =>
  withFile("text", async (path) => {
    await Deno.symlink(path, `${path}-link`);
    using file = await Deno.open(`${path}-link`, { write: true, create: true });
    assertEquals(await file.write(utf8("n")), 1);
    assertEquals(await Deno.readTextFile(path), "next");
    await Deno.symlink(`${path}-target`, `${path}-dangling`);
    for (const options of [{ read: true }, { write: true }]) {
      await assertFails(Deno.open(`${path}-dangling`, options), Deno.errors.NotFound);
    }
  }));

Deno.test("Deno.open() rejects with AlreadyExists when a new file has the path of a dangling link", () =>
  inFolder(async (folder) => {
    const path = `${folder}/link`;
    await Deno.symlink(`${folder}/target`, path);
    const opening = Deno.open(path, { write: true, createNew: true });
    await assertFails(opening, Deno.errors.AlreadyExists);
    assertEquals(await namesIn(folder), ["link"]);
  }));

Deno.test("Deno.open() gives a new file its mode, and leaves that of an old one", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    for (const mode of [0o600, 0o644]) {
      using file = await Deno.open(path, { write: true, create: true, mode });
      assertEquals((await file.stat()).mode! & 0o7777, 0o600);
    }
  }));

Deno.test("Deno.open() takes no more of a mode than what may be read, written and run", () =>
  inFolder(async (folder) => {
    const options = { write: true, create: true, mode: 0o7700 };
    using file = await Deno.open(`${folder}/file`, options);
    assertEquals((await file.stat()).mode! & 0o7777, 0o700);
  }));

Deno.test("Deno.open() opens a folder to be read, which can be synced then", () =>
  inFolder(async (folder) => {
    using opened = await Deno.open(folder, { read: true });
    assert((await opened.stat()).isDirectory);
    await opened.sync();
    await opened.syncData();
  }));

for (const options of [{ write: true }, { read: true, write: true }, { append: true }]) {
  Deno.test(`Deno.open() rejects with IsADirectory when a folder is opened with ${JSON.stringify(options)}`, () =>
    inFolder(async (folder) => {
      const error = await assertFails(Deno.open(folder, options), Deno.errors.IsADirectory);
      assertEquals(codeOf(error), "EISDIR");
    }));
}

Deno.test("Deno.open() rejects with TypeError when a URL is not that of a file", async () => {
  const error = await assertFails(Deno.open(new URL("http://127.0.0.1/file")), TypeError);
  assertEquals([error.message, codeOf(error)], ["Must be a file URL", undefined]);
});

Deno.test("Deno.open() rejects with TypeError when a URL has a host", async () => {
  await assertFails(Deno.open(new URL("file://host/file")), TypeError);
});
