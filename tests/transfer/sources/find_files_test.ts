import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  FileRefusedError,
  type FileSource,
  findFiles,
  type FindFilesOptions,
  type OpenFileSource,
  type SkippedSource,
} from "../../../transfer/mod.ts";
import { reasonOf } from "../../../transfer/sources/read_errors.ts";
import { inFolder, makePipe } from "../../contract/folder.ts";
import { stateOf } from "../../../testing/turns.ts";
import { Child, installed, succeeds } from "../../cli/child.ts";
import { onNode, runCommand } from "../../runtime.ts";
import { bytesOf } from "../incoming.ts";

async function find(
  paths: readonly string[],
  options: FindFilesOptions = {},
): Promise<(FileSource | SkippedSource)[]> {
  const found: (FileSource | SkippedSource)[] = [];
  for await (const source of findFiles(paths, options)) found.push(source);
  return found;
}

/** Returns each source on a line: the path that it gets, or why it is left out. */
async function linesOf(
  paths: readonly string[],
  options: FindFilesOptions = {},
): Promise<string[]> {
  return (await find(paths, options)).map((source) => {
    if (source.kind === "skipped") return `skipped ${source.local}: ${source.reason}`;
    return `${source.kind} ${source.path} ${source.size}`;
  });
}

/** Returns the only source, which is to be sent. */
async function only(path: string, options: FindFilesOptions = {}): Promise<FileSource> {
  const [source, ...more] = await find([path], options);
  assert(source !== undefined && source.kind !== "skipped");
  assertEquals(more, []);
  return source;
}

/** Reads a source to its end as text, some bytes at a time. */
async function textOf(source: OpenFileSource, bytesAtOnce = 3): Promise<string> {
  let text = "";
  const into = new Uint8Array(bytesAtOnce);
  for (let count; (count = await source.read(into)) !== null;) {
    text += new TextDecoder().decode(into.subarray(0, count));
  }
  return text;
}

/** Makes files by what they hold, and the folders that they need; a path that ends in a slash is a folder. */
async function makeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const folder = `${root}/${path}`.replace(/\/[^/]*$/, "");
    await Deno.mkdir(folder, { recursive: true });
    if (!path.endsWith("/")) await Deno.writeTextFile(`${root}/${path}`, text);
  }
}

Deno.test("findFiles() gives a file with its size, time and place when it is named", () =>
  inFolder(async (root) => {
    await makeFiles(root, { "a/photo.jpg": "hello" });
    const local = `${root}/a/photo.jpg`;
    await Deno.utime(local, 1, 1.5);
    const { kind, path, size, mtimeMs, mode, ...rest } = await only(local);
    assertEquals(
      { kind, path, size, mtimeMs, mode, local: rest.local },
      { kind: "file", path: "photo.jpg", size: 5, mtimeMs: 1500, mode: undefined, local },
    );
  }));

Deno.test("findFiles() gives permission bits, and no others, when they shall be kept", () =>
  inFolder(async (root) => {
    await makeFiles(root, { x: "" });
    await Deno.chmod(`${root}/x`, 0o4751);
    assertEquals((await only(`${root}/x`, { keepMode: true })).mode, 0o751);
  }));

Deno.test("findFiles() gives all that a folder holds, sorted, when a folder is named", () =>
  inFolder(async (root) => {
    await makeFiles(root, {
      "notes/b.txt": "bb",
      "notes/a.txt": "a",
      "notes/deep/er/c.txt": "ccc",
      "notes/deep/empty/": "",
      "notes/.hidden": "",
      "notes/é.txt": "",
    });
    const expected = [
      "file notes/.hidden 0",
      "file notes/a.txt 1",
      "file notes/b.txt 2",
      "folder notes/deep/empty 0",
      "file notes/deep/er/c.txt 3",
      "file notes/é.txt 0",
    ];
    for (const end of ["", "/", "//", "/.", "/deep/.."]) {
      assertEquals(await linesOf([`${root}/notes${end}`]), expected, end);
    }
  }));

Deno.test("findFiles() gives the last name of a path when it has several", () =>
  inFolder(async (root) => {
    await makeFiles(root, { "a/b/c": "c", "a/empty/": "" });
    assertEquals(await linesOf([`${root}/a/b/`, `${root}/a/b/c`, `${root}/a/empty`]), [
      "file b/c 1",
      "file c 1",
      "folder empty 0",
    ]);
  }));

Deno.test("findFiles() gives '.' and '..' the folder's own name when they are named", () =>
  inFolder(async (root) => {
    await makeFiles(root, { "a/b/c": "c" });
    const name = (await Deno.realPath(root)).split("/").pop();
    const programs = runCommand("tests/transfer/children/find_files.ts", {
      flags: ["--allow-read"],
    });
    const paths = [".", "./", "..", "../..", "./c", "../b/."];
    await using child = new Child([...programs, `${root}/a/b`, ...paths]);
    assertEquals([await child.ended, child.stderr.text], [0, ""]);
    // The second and the last one are the first.
    const found = ["b/c", "a/b/c", `${name}/a/b/c`, "c"];
    assertEquals(child.stdout.text, found.map((path) => `${path}\n`).join(""));
  }));

Deno.test("findFiles() follows a link that is named, and leaves out one in a folder", () =>
  inFolder(async (root) => {
    await makeFiles(root, { "real/x": "x", "other/y": "y" });
    await Deno.symlink("real", `${root}/link`);
    await Deno.symlink("real/x", `${root}/to-x`);
    await Deno.symlink("../other", `${root}/real/inside`);
    await Deno.symlink(".", `${root}/real/loop`);
    assertEquals(await linesOf([`${root}/link`, `${root}/to-x`]), [
      `skipped ${root}/link/inside: it is a symbolic link`,
      `skipped ${root}/link/loop: it is a symbolic link`,
      "file link/x 1",
      "file to-x 1",
    ]);
    const inside = await find([`${root}/link`]);
    assertEquals(inside.map((one) => one.kind !== "skipped" || one.isFine), [true, true, true]);
  }));

Deno.test("findFiles() leaves out what is missing or leads nowhere, and goes on, when it is named", () =>
  inFolder(async (root) => {
    await makeFiles(root, { x: "x" });
    await Deno.symlink("nowhere", `${root}/dangling`);
    await Deno.symlink("loop", `${root}/loop`);
    const [empty, missing, dangling, loop, below, last] = await find([
      "",
      `${root}/missing`,
      `${root}/dangling`,
      `${root}/loop`,
      `${root}/x/y`,
      `${root}/x`,
    ]);
    for (const one of [empty, missing, dangling, loop, below]) {
      assert(one?.kind === "skipped" && !one.isFine);
    }
    for (const one of [missing, dangling]) {
      assert(one?.kind === "skipped" && one.reason === "there is no such file");
    }
    assertEquals(last?.kind, "file");
  }));

Deno.test(
  "findFiles() leaves out a pipe, and counts that as wrong only where it is named (needs mkfifo)",
  {
    ignore: !installed("mkfifo"),
  },
  () =>
    inFolder(async (root) => {
      await makeFiles(root, { "a/x": "x" });
      await makePipe(`${root}/a/pipe`);
      const found = await find([`${root}/a`, `${root}/a/pipe`]);
      assertEquals(found.map((one) => one.kind), ["skipped", "file", "skipped"]);
      const skipped = found.filter((one) => one.kind === "skipped");
      assertEquals(
        skipped.map(({ reason }) => reason),
        Array(2).fill("it is no file and no folder"),
      );
      assertEquals(skipped.map(({ isFine }) => isFine), [true, false]);
    }),
);

/** The administrator may read anything, and can give that up. */
const POWERLESS = "-dac_override,-dac_read_search";
const VIA = ["setpriv", `--bounding-set=${POWERLESS}`, `--inh-caps=${POWERLESS}`];
const READING = 'd="$(mktemp -d)"; chmod 0 "$d"; "$@" sh -c "! ls $d"; code=$?; rm -r "$d"; ' +
  'exit "$code"';

Deno.test(
  "findFiles() leaves out what may not be read, and goes on, when the system forbids it (needs setpriv)",
  {
    ignore: !succeeds(["sh", "-c", READING, "sh", ...VIA]),
  },
  () =>
    inFolder(async (root) => {
      await makeFiles(root, { "a/closed/x": "x", "a/y": "y", "a/z/": "" });
      await Deno.chmod(`${root}/a/closed`, 0);
      const command = runCommand("tests/transfer/children/find_files.ts", {
        flags: ["--allow-read"],
      });
      await using child = new Child([...command, root, "a", "a/closed/x"], { via: VIA });
      assertEquals([await child.ended, child.stderr.text], [0, ""]);
      const reason = "the system does not allow to read it";
      assertEquals(
        child.stdout.text,
        `skipped a/closed: ${reason}\na/y\na/z\nskipped a/closed/x: ${reason}\n`,
      );
      await Deno.chmod(`${root}/a/closed`, 0o700);
    }),
);

Deno.test("open() reads a file, both ways and from its beginning again, when it is a file", () =>
  inFolder(async (root) => {
    await makeFiles(root, { x: "hello, world" });
    await using source = await (await only(`${root}/x`)).open();
    assertEquals(await textOf(source), "hello, world");
    await source.seek?.(0);
    const into = new Uint8Array(5);
    assertEquals(source.readSync?.(into), 5);
    assertEquals(into, bytesOf("hello"));
  }));

Deno.test("open() fails when the file is gone", () =>
  inFolder(async (root) => {
    await makeFiles(root, { x: "x" });
    const source = await only(`${root}/x`);
    await Deno.remove(`${root}/x`);
    await assertRejects(() => source.open(), Deno.errors.NotFound);
  }));

/** A stdin that gives these chunks. */
function stdinOf(...chunks: string[]): Required<FindFilesOptions>["stdin"] {
  return { stream: ReadableStream.from(chunks.map(bytesOf)), name: "typed" };
}

Deno.test("findFiles() gives stdin, of unknown size and time, when '-' is named", async () => {
  const { kind, local, path, size, mtimeMs } = await only("-", { stdin: stdinOf("x") });
  const expected = { kind: "file", local: "stdin", path: "typed", size: null, mtimeMs: null };
  assertEquals<unknown>({ kind, local, path, size, mtimeMs }, expected);
  assertEquals(await linesOf(["-"]), ["skipped -: there is no stdin"]);
});

Deno.test("stdin gives each byte once, in order, however it is cut", async () => {
  const text = "hello, wide world";
  const cuts = [[text], Array.from(text), ["hello", "", "", ", wide", " ", "world", ""], [], [""]];
  for (const chunks of cuts) {
    for (const bytesAtOnce of [1, 3, 100]) {
      await using source = await (await only("-", { stdin: stdinOf(...chunks) })).open();
      assertEquals(await textOf(source, bytesAtOnce), chunks.join(""));
      assertEquals(await source.read(new Uint8Array(1)), null);
      assertEquals([source.seek, source.readSync], [undefined, undefined]);
    }
  }
});

Deno.test("stdin can be opened once, and says so, when it is opened again", async () => {
  const source = await only("-", { stdin: stdinOf("x") });
  await (await source.open())[Symbol.asyncDispose]();
  await assertRejects(() => source.open(), TypeError, "stdin can be read only once");
});

Deno.test("a read from stdin ends when it is interrupted, or closed, while nothing comes", async () => {
  for (const end of ["interrupt", "close"]) {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>();
    const source = await (await only("-", { stdin: { stream, name: "typed" } })).open();
    const reading = source.read(new Uint8Array(1));
    assertEquals(await stateOf(reading), "pending");
    if (end === "interrupt") source.interrupt?.();
    else await source[Symbol.asyncDispose]();
    assertEquals(await reading, null);
    await source[Symbol.asyncDispose]();
  }
});

Deno.test("a stdin that broke throws its own error, and only that, when it is read and closed", async () => {
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("broken")),
  });
  const source = await only("-", { stdin: { stream, name: "typed" } });
  const error = await assertRejects(async () => {
    await using open = await source.open();
    await open.read(new Uint8Array(1));
  });
  assertInstanceOf(error, Error);
  assertEquals(error.message, "broken");
});

Deno.test("reasonOf() says in a phrase what the system said", () => {
  const { NotCapable, NotFound, PermissionDenied } = Deno.errors;
  assertEquals(reasonOf(new NotFound("x")), "there is no such file");
  assertEquals(reasonOf(new PermissionDenied("x")), "the system does not allow to read it");
  assertEquals(reasonOf(new NotCapable("x")), "Deno has no permission to read it");
  const busy = Object.assign(new Error("EAGAIN: again"), { code: "EAGAIN" });
  assertEquals(reasonOf(busy), "the system would have to wait for it");
  assertEquals([reasonOf(new Error("it broke")), reasonOf("it broke")], ["it broke", "it broke"]);
});

Deno.test("findFiles() gives a file no size when the system's own is not what can be read of it", async () => {
  const paths = [
    "/proc/version",
    "/proc/sys/kernel/ostype",
    "/sys/kernel/mm/transparent_hugepage/enabled",
  ];
  const there = [];
  for (const path of paths) if (await isThere(path)) there.push(path);
  for (const path of there) {
    const source = await only(path);
    assertEquals(source.size, null, path);
    for (let times = 0; times < 2; times++) {
      await using open = await source.open();
      assertEquals(await textOf(open, 1000), await Deno.readTextFile(path));
      assertEquals(await open.isStill?.({ bytes: 1, sha256: "" }), true);
    }
  }
});

Deno.test("findFiles() gives an empty file and one with holes the size that they have", () =>
  inFolder(async (root) => {
    await makeFiles(root, { empty: "", holes: "" });
    await Deno.truncate(`${root}/holes`, 5000);
    assertEquals(await linesOf([root]), [
      `file ${root.split("/").pop()}/empty 0`,
      `file ${root.split("/").pop()}/holes 5000`,
    ]);
  }));

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

Deno.test("findFiles() gives a file the name that it is told, and what folders hold their own", () =>
  inFolder(async (root) => {
    await makeFiles(root, { x: "x", "d/x": "y" });
    assertEquals(await linesOf([`${root}/x`], { name: "z" }), ["file z 1"]);
    assertEquals(await linesOf([`${root}/d`], { name: "z" }), ["file d/x 1"]);
  }));

Deno.test("findFiles() leaves out what it is told to, and says nothing of it", () =>
  inFolder(async (root) => {
    await makeFiles(root, {
      "p/a.log": "a",
      "p/b.txt": "b",
      "p/build/x.o": "x",
      "p/build/y": "y",
      "p/logs/a.log": "a",
      "p/empty/": "",
      "q.log": "q",
    });
    const operands = [`${root}/p`, `${root}/q.log`];
    const lines = (...exclude: string[]) => linesOf(operands, { exclude });
    // A folder of which nothing is left is not sent either.
    assertEquals(await lines("*.log", "build/*.o"), [
      "file p/b.txt 1",
      "file p/build/y 1",
      "folder p/empty 0",
    ]);
    assertEquals(await lines("build/", "empty", "logs/**"), [
      "file p/a.log 1",
      "file p/b.txt 1",
      "file q.log 1",
    ]);
    assertEquals(await lines("*"), []);
    assertEquals(await lines("p"), ["file q.log 1"]);
  }));

/** Makes a file whose name is an "a", bytes that are no UTF-8, and a "b". */
async function makeUnreadable(folder: string): Promise<void> {
  const { writeFile } = await import("node:fs/promises");
  const { Buffer } = await import("node:buffer");
  await writeFile(
    Buffer.concat([Buffer.from(`${folder}/a`), new Uint8Array([0xff]), Buffer.from("b")]),
    "x",
  );
}

Deno.test(
  "findFiles() says that a name is no UTF-8, and loses nothing beside it (needs a readDir that lists such names)",
  {
    ignore: !onNode || Deno.build.os !== "linux",
  },
  () =>
    inFolder(async (root) => {
      await Deno.mkdir(`${root}/d`);
      await makeUnreadable(`${root}/d`);
      const reason = "its name is no UTF-8";
      const skipped = `skipped ${root}/d/a\ufffdb: ${reason}`;
      assertEquals(await linesOf([`${root}/d`]), [skipped]);
      const [first] = await find([`${root}/d`]);
      assert(first?.kind === "skipped" && !first.isFine);
      await Deno.writeTextFile(`${root}/d/a\ufffdb`, "real");
      assertEquals(await linesOf([`${root}/d`]), [skipped, "file d/a\ufffdb 4"]);
      // A shell gives both names, and the runtime makes one of them.
      const named = `${root}/d/a\ufffdb`;
      assertEquals(await linesOf([named, named]), ["file a\ufffdb 4", skipped, skipped]);
      assertEquals(await linesOf([named]), ["file a\ufffdb 4", skipped]);
    }),
);

Deno.test("findFiles() says that a name may be no UTF-8 when nothing has the name that came of it", () =>
  inFolder(async (root) => {
    const local = `${root}/a\ufffdb`;
    assertEquals(await linesOf([local]), [`skipped ${local}: its name is no UTF-8`]);
    await Deno.writeTextFile(local, "real");
    assertEquals(await linesOf([local]), ["file a\ufffdb 4"]);
    assertEquals(await linesOf([local, local]), [
      "file a\ufffdb 4",
      `skipped ${local}: its name is no UTF-8`,
    ]);
  }));

Deno.test("findFiles() leaves out a folder that became a link while it was read, and what is behind it", () =>
  inFolder(async (root) => {
    await makeFiles(root, {
      "d/in/a": "a",
      "d/in/b": "b",
      "other/a": "secret",
      "other/b": "secret",
    });
    const changed = "something else is there than a moment ago";
    const swap = async () => {
      await Deno.rename(`${root}/d/in`, `${root}/d/was`);
      await Deno.symlink("../other", `${root}/d/in`);
    };
    const sources = findFiles([`${root}/d`]);
    const { value: first } = await sources.next();
    assert(first?.kind === "file" && first.path === "d/in/a");
    await swap();
    // It was found before.
    await assertRejects(() => first.open(), FileRefusedError, changed);
    const { value: second } = await sources.next();
    assert(second?.kind === "file" && second.path === "d/in/b");
    await assertRejects(() => second.open(), FileRefusedError, changed);
  }));
