import { assert, assertEquals } from "@std/assert";
import { utf8 } from "./bytes.ts";
import { assertFails, assertThrown, codeOf, type ErrorClass } from "./failing.ts";
import { inFolder, namesIn, onSmallDisk, withFile } from "./folder.ts";

type Call = (path: string) => Promise<unknown>;

/** Each function that takes one path, and what its errors call it. */
const CALLS: readonly (readonly [name: string, word: string, call: Call])[] = [
  ["open", "open", async (path) => (await Deno.open(path)).close()],
  ["stat", "stat", (path) => Deno.stat(path)],
  ["lstat", "lstat", (path) => Deno.lstat(path)],
  ["mkdir", "mkdir", (path) => Deno.mkdir(path)],
  ["remove", "remove", (path) => Deno.remove(path)],
  ["readDir", "readdir", namesIn],
  ["realPath", "realpath", (path) => Deno.realPath(path)],
  ["chmod", "chmod", (path) => Deno.chmod(path, 0o600)],
  ["utime", "utime", (path) => Deno.utime(path, 1, 1)],
  ["readFile", "readfile", (path) => Deno.readFile(path)],
  ["readTextFile", "readfile", (path) => Deno.readTextFile(path)],
  ["writeFile", "writefile", (path) => Deno.writeFile(path, utf8("x"))],
  ["writeTextFile", "writefile", (path) => Deno.writeTextFile(path, "x")],
  ["truncate", "truncate", (path) => Deno.truncate(path)],
];

/** What a path can have wrong, whoever is given it. */
const WRONG: readonly (readonly [
  what: string,
  path: (folder: string) => string,
  expected: ErrorClass<Error>,
  code: string,
  message: string,
])[] = [
  [
    "a folder in its path is missing",
    (folder) => `${folder}/missing/x`,
    Deno.errors.NotFound,
    "ENOENT",
    "No such file or directory (os error 2)",
  ],
  [
    "its path goes through a file",
    (folder) => `${folder}/file/x`,
    Deno.errors.NotADirectory,
    "ENOTDIR",
    "Not a directory (os error 20)",
  ],
  [
    "a name has 300 bytes",
    (folder) => `${folder}/${"x".repeat(300)}`,
    Error,
    "ENAMETOOLONG",
    "File name too long (os error 36)",
  ],
  [
    "links lead in a circle",
    (folder) => `${folder}/circle/x`,
    Deno.errors.FilesystemLoop,
    "ELOOP",
    "Too many levels of symbolic links (os error 40)",
  ],
];

for (const [what, pathIn, expected, code, message] of WRONG) {
  for (const [name, word, call] of CALLS) {
    Deno.test(`Deno.${name}() rejects with ${expected.name} and ${code} when ${what}`, () =>
      inFolder(async (folder) => {
        await Deno.writeTextFile(`${folder}/file`, "x");
        await Deno.symlink(`${folder}/circle`, `${folder}/circle`);
        const path = pathIn(folder);
        const error = await assertFails(call(path), expected);
        assertEquals(codeOf(error), code);
        // What was tried is missing where Deno already fails while it looks at permissions.
        const rest = error.message.replace(message, "");
        assert(rest === `: ${word} '${path}'` || rest === "", error.message);
      }));
  }
}

for (const [name, , call] of CALLS) {
  Deno.test(`Deno.${name}() rejects with TypeError and EINVAL when its path has a NUL byte`, () =>
    inFolder(async (folder) => {
      assertEquals(codeOf(await assertFails(call(`${folder}/a\0b`), TypeError)), "EINVAL");
      assertEquals(await namesIn(folder), []);
    }));
}

Deno.test("what fails says why, what was tried and where", () =>
  inFolder(async (folder) => {
    const path = `${folder}/missing`;
    for (const [, word, call] of CALLS) {
      if (["mkdir", "writefile"].includes(word)) continue;
      const error = await assertFails(call(path), Deno.errors.NotFound);
      assertEquals(error.message, `No such file or directory (os error 2): ${word} '${path}'`);
    }
    const error = await assertFails(Deno.mkdir(folder), Deno.errors.AlreadyExists);
    assertEquals(error.message, `File exists (os error 17): mkdir '${folder}'`);
  }));

const PAIRS:
  readonly (readonly [name: string, call: (from: string, to: string) => Promise<void>])[] = [
    ["rename", (from, to) => Deno.rename(from, to)],
    ["link", (from, to) => Deno.link(from, to)],
  ];

for (const [name, call] of PAIRS) {
  Deno.test(`Deno.${name}() names both paths when the first is missing`, () =>
    inFolder(async (folder) => {
      const [from, to] = [`${folder}/a`, `${folder}/b`];
      const error = await assertFails(call(from, to), Deno.errors.NotFound);
      const message = `No such file or directory (os error 2): ${name} '${from}' -> '${to}'`;
      assertEquals([error.message, codeOf(error)], [message, "ENOENT"]);
    }));

  Deno.test(`Deno.${name}() rejects when the folder of the second path is missing, a file, or a name too long`, () =>
    withFile("kept", async (path) => {
      await assertFails(call(path, `${path}-missing/x`), Deno.errors.NotFound);
      await assertFails(call(path, `${path}/x`), Deno.errors.NotADirectory);
      assertEquals(
        codeOf(await assertFails(call(path, path + "x".repeat(300)), Error)),
        "ENAMETOOLONG",
      );
      assertEquals(codeOf(await assertFails(call(path, `${path}\0`), TypeError)), "EINVAL");
      assertEquals(await Deno.readTextFile(path), "kept");
    }));
}

const READING_A_FOLDER: readonly (readonly [name: string, message: string, call: Call])[] = [
  ["readFile", ": readfile 'PATH'", (path) => Deno.readFile(path)],
  ["readTextFile", ": readfile 'PATH'", (path) => Deno.readTextFile(path)],
  ["writeFile", ": writefile 'PATH'", (path) => Deno.writeFile(path, utf8("x"))],
  ["truncate", ": truncate 'PATH'", (path) => Deno.truncate(path)],
  ["FsFile.read", "", async (path) => {
    using opened = await Deno.open(path);
    await opened.read(new Uint8Array(1));
  }],
];

for (const [name, message, call] of READING_A_FOLDER) {
  Deno.test(`Deno.${name}() rejects with IsADirectory when it is a folder`, () =>
    inFolder(async (folder) => {
      const error = await assertFails(call(folder), Deno.errors.IsADirectory);
      const expected = `Is a directory (os error 21)${message.replace("PATH", folder)}`;
      assertEquals([error.message, codeOf(error)], [expected, "EISDIR"]);
    }));
}

Deno.test("write() rejects with a plain Error and EBADF when the file was opened to be read", () =>
  withFile("kept", async (path) => {
    using file = await Deno.open(path);
    for (const bytes of [utf8("x"), utf8("")]) {
      const error = await assertFails(file.write(bytes), Error);
      assertEquals([error.message, codeOf(error)], ["Bad file descriptor (os error 9)", "EBADF"]);
      assertEquals(codeOf(assertThrown(() => file.writeSync(bytes), Error)), "EBADF");
    }
    assertEquals(await Deno.readTextFile(path), "kept");
  }));

Deno.test("read() rejects with a plain Error and EBADF when the file was opened to be written", () =>
  withFile("x", async (path) => {
    for (const options of [{ write: true }, { append: true }]) {
      using file = await Deno.open(path, options);
      const into = new Uint8Array(1);
      assertEquals(codeOf(await assertFails(file.read(into), Error)), "EBADF");
      assertEquals(codeOf(assertThrown(() => file.readSync(into), Error)), "EBADF");
    }
  }));

Deno.test("truncate() rejects with TypeError when the file was opened to be read", () =>
  withFile("kept", async (path) => {
    using file = await Deno.open(path);
    const error = await assertFails(file.truncate(1), TypeError);
    assertEquals([error.message, codeOf(error)], ["Invalid argument (os error 22)", "EINVAL"]);
    assertEquals(await Deno.readTextFile(path), "kept");
  }));

Deno.test("Deno.open() rejects with a plain Error without a code when Deno has none for it", () =>
  inFolder(async (folder) => {
    // The system says ENXIO of a Unix socket.
    using _listener = Deno.listen({ transport: "unix", path: `${folder}/socket` });
    const error = await assertFails(Deno.open(`${folder}/socket`), Error);
    const message = `No such device or address (os error 6): open '${folder}/socket'`;
    assertEquals([error.message, codeOf(error)], [message, undefined]);
  }));

const ignore = !await onSmallDisk(() => Promise.resolve());

Deno.test(
  "write() writes what fits, then rejects with a plain Error and ENOSPC (needs a small tmpfs)",
  {
    ignore,
  },
  async () => {
    await onSmallDisk(async (folder) => {
      using file = await Deno.open(`${folder}/file`, { write: true, create: true });
      const bytes = new Uint8Array(60_000);
      assertEquals(await file.write(bytes), 60_000);
      assertEquals(await file.write(bytes), 5_536);
      const error = await assertFails(file.write(bytes), Error);
      assertEquals([error.message, codeOf(error)], [
        "No space left on device (os error 28)",
        "ENOSPC",
      ]);
      assertEquals(codeOf(assertThrown(() => file.writeSync(bytes), Error)), "ENOSPC");
      assertEquals(await file.seek(0, Deno.SeekMode.Current), 65_536);
      await file.sync();
    });
  },
);

Deno.test("Deno.writeFile() rejects with ENOSPC and leaves what fitted (needs a small tmpfs)", {
  ignore,
}, async () => {
  await onSmallDisk(async (folder) => {
    const path = `${folder}/file`;
    const error = await assertFails(Deno.writeFile(path, new Uint8Array(70_000)), Error);
    const message = `No space left on device (os error 28): writefile '${path}'`;
    assertEquals([error.message, codeOf(error)], [message, "ENOSPC"]);
    assertEquals((await Deno.stat(path)).size, 65_536);
  });
});

Deno.test(
  "Deno.rename() and Deno.link() reject with EXDEV between two disks (needs a small tmpfs)",
  {
    ignore,
  },
  async () => {
    await onSmallDisk((other) =>
      withFile("kept", async (path) => {
        for (const [name, call] of PAIRS) {
          const error = await assertFails(call(path, `${other}/file`), Error);
          const message =
            `Invalid cross-device link (os error 18): ${name} '${path}' -> '${other}/file'`;
          assertEquals([error.message, codeOf(error)], [message, "EXDEV"]);
        }
        assertEquals(await Deno.readTextFile(path), "kept");
      })
    );
  },
);

Deno.test(
  "Deno.remove() rejects with a plain Error and EBUSY when a disk is there (needs a small tmpfs)",
  {
    ignore,
  },
  async () => {
    await onSmallDisk(async (folder) => {
      const error = await assertFails(Deno.remove(folder), Error);
      const message = `Device or resource busy (os error 16): remove '${folder}'`;
      assertEquals([error.message, codeOf(error)], [message, "EBUSY"]);
    });
  },
);
