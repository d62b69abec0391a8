import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { FolderGoneError, Inbox } from "../../../transfer/mod.ts";
import type { ExistsPolicy } from "../../../transfer/mod.ts";
import { HOSTILE_NAMES, ORDINARY_NAMES } from "../../codec/hostile_names.ts";
import { inFolder, namesIn, onSmallDisk } from "../../contract/folder.ts";
import { succeeds } from "../../cli/child.ts";
import {
  assertRefused,
  bytesOf,
  digestOf,
  goOn,
  leaveFile,
  partOf,
  takeFile,
  treeOf,
  withInbox,
} from "../incoming.ts";

const POLICIES: readonly ExistsPolicy[] = ["fail", "rename", "overwrite", "skip-same"];
const canMount = succeeds(["sh", "-c", '[ "$(id -u)" = 0 ] && command -v mount']);

function offer(path: string, size: number | null) {
  return { path, size, mtimeMs: null };
}

Deno.test("Inbox.open() makes the folder and follows a link to it when it is named by one", () =>
  inFolder(async (folder) => {
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await Inbox.open(`${folder}/real/deep`);
    assertEquals((await Inbox.open(`${folder}/link`)).root, await Deno.realPath(`${folder}/real`));
  }));

// The compiler refuses it; JavaScript does not.
const WRONG_POLICY = "replace" as ExistsPolicy;

for (
  const [options, ErrorClass, message] of [
    [{ limits: { maxSessionFiles: 0 } }, RangeError, "Cannot set maxSessionFiles: 0 "],
    [{ minFreeBytes: -1 }, RangeError, "Cannot set minFreeBytes: -1 "],
    [{ minFreeBytes: NaN }, RangeError, "Cannot set minFreeBytes: NaN "],
    [{ exists: WRONG_POLICY }, TypeError, "Cannot set exists: replace is none of fail, rename,"],
  ] as const
) {
  Deno.test(`Inbox.open() makes no folder when it is given ${JSON.stringify(options)}`, () =>
    inFolder(async (folder) => {
      await assertRejects(() => Inbox.open(`${folder}/inbox`, options), ErrorClass, message);
      assertEquals(await namesIn(folder), []);
    }));
}

Deno.test("an inbox refuses every hostile name, and writes nothing anywhere, when it is offered", () =>
  withInbox({ exists: "overwrite" }, async ({ inbox, outside }) => {
    await Deno.writeTextFile(`${outside}/x`, "untouched");
    await Deno.writeTextFile(`${outside}/inbox/a`, "a file");
    const before = await treeOf(outside);
    for (const { name } of HOSTILE_NAMES) {
      await assertRefused(inbox.begin(offer(name, 1)), "bad-name");
      await assertRefused(inbox.beginUnnamed({ ...offer(name, 1), size: 1 }), "bad-name");
      await assertRefused(inbox.makeFolder(name), "bad-name");
    }
    assertEquals(await treeOf(outside), before);
  }));

for (const exists of POLICIES) {
  Deno.test(`an inbox writes nothing behind a link that leads out when it has policy ${exists}`, () =>
    withInbox({ exists }, async ({ inbox, root, outside }) => {
      await Deno.mkdir(`${outside}/prey`);
      await Deno.writeTextFile(`${outside}/prey/file`, "untouched");
      await Deno.symlink("../prey", `${root}/relative`);
      await Deno.symlink(`${outside}/prey`, `${root}/absolute`);
      await Deno.symlink("relative", `${root}/twice`);
      await Deno.symlink(`${outside}/nowhere`, `${root}/dangling`);
      await Deno.symlink("loop", `${root}/loop`);
      const before = await treeOf(outside);
      for (const link of ["relative", "absolute", "twice", "dangling", "loop"]) {
        await assertRefused(inbox.begin(offer(`${link}/file`, 9)), "bad-name");
        await assertRefused(inbox.begin(offer(`${link}/new/file`, 9)), "bad-name");
        await assertRefused(inbox.makeFolder(`${link}/new`), "bad-name");
        await assertRefused(inbox.makeFolder(link), "bad-name");
      }
      assertEquals(await treeOf(outside), before);
    }));

  Deno.test(`an inbox leaves what a link leads to alone when the link has the name, with policy ${exists}`, () =>
    withInbox({ exists }, async ({ inbox, root, outside }) => {
      await Deno.writeTextFile(`${outside}/prey`, "untouched");
      await Deno.symlink(`${outside}/prey`, `${root}/link`);
      const taking = takeFile(inbox, { path: "link", text: "untouched" });
      if (exists === "rename") {
        assertEquals((await taking).path, "link (1)");
      } else if (exists === "overwrite") {
        assertEquals((await taking).path, "link");
        assert((await Deno.lstat(`${root}/link`)).isFile);
      } else {
        await assertRefused(taking, "exists");
        assert((await Deno.lstat(`${root}/link`)).isSymlink);
      }
      assertEquals(await Deno.readTextFile(`${outside}/prey`), "untouched");
    }));

  Deno.test(`an inbox refuses a file below a file, and takes none in a folder's place, with policy ${exists}`, () =>
    withInbox({ exists }, async ({ inbox, root }) => {
      await Deno.writeTextFile(`${root}/file`, "old");
      await Deno.mkdir(`${root}/folder`);
      await assertRefused(takeFile(inbox, { path: "file/x", text: "new" }), "exists");
      await assertRefused(takeFile(inbox, { path: "file/x/y", text: "new" }), "exists");
      const taking = takeFile(inbox, { path: "folder", text: "new" });
      if (exists === "rename") await taking;
      else await assertRefused(taking, "exists");
      const more = exists === "rename" ? ["folder (1): new"] : [];
      assertEquals(await treeOf(root), ["file: old", ...more, "folder/"]);
    }));
}

Deno.test("an inbox stores a file once when a link inside leads to its folder", () =>
  withInbox({}, async ({ inbox, root }) => {
    await Deno.mkdir(`${root}/real`);
    await Deno.symlink("real", `${root}/link`);
    const stored = await takeFile(inbox, { path: "link/new/x", text: "hello" });
    assertEquals([stored.path, stored.same], ["link/new/x", false]);
    assert((await takeFile(inbox, { path: "real/new/x", text: "hello" })).same);
    assertEquals(await treeOf(root), ["link ->", "real/", "real/new/", "real/new/x: hello"]);
  }));

Deno.test("makeFolder() says whether the folder was there when it is asked twice", () =>
  withInbox({}, async ({ inbox, root }) => {
    assertEquals(await inbox.makeFolder("a/b"), false);
    assertEquals(await inbox.makeFolder("a/b"), true);
    await Deno.symlink("a", `${root}/link`);
    assertEquals(await inbox.makeFolder("link"), true);
    await Deno.writeTextFile(`${root}/file`, "");
    await assertRefused(inbox.makeFolder("file"), "exists");
    await assertRefused(inbox.makeFolder("file/b"), "exists");
    assertEquals(await treeOf(root), ["a/", "a/b/", "file: ", "link ->"]);
  }));

Deno.test("an inbox takes a file up to maxFileBytes when its size is announced", () =>
  withInbox({ limits: { maxFileBytes: 4 } }, async ({ inbox, root }) => {
    await takeFile(inbox, { path: "below", text: "abc" });
    await takeFile(inbox, { path: "at", text: "abcd" });
    const error = await assertRefused(inbox.begin(offer("over", 5)), "too-large");
    assertEquals(error.message, "Cannot accept file: 5 bytes exceed maxFileBytes 4");
    await assertRefused(inbox.beginUnnamed({ ...offer("over", 5), size: 5 }), "too-large");
    assertEquals(await namesIn(root), ["at", "below"]);
  }));

Deno.test("an inbox takes a file up to maxFileBytes when nobody knows its size", () =>
  withInbox({ limits: { maxFileBytes: 4 } }, async ({ inbox, root }) => {
    await takeFile(inbox, { path: "at", text: "abcd", size: null });
    await assertRefused(takeFile(inbox, { path: "over", text: "abcde", size: null }), "too-large");
    assertEquals(await namesIn(root), ["at"]);
  }));

Deno.test("an inbox refuses every byte when minFreeBytes is more than there is", () =>
  withInbox({ minFreeBytes: Number.MAX_SAFE_INTEGER }, async ({ inbox, root }) => {
    const error = await assertRefused(inbox.begin(offer("x", 10)), "no-space");
    assertEquals(error.message, "it needs 10 bytes, and the receiver has 0 to give");
    await assertRefused(inbox.begin(offer("x", null)), "no-space");
    await assertRefused(inbox.beginUnnamed({ ...offer("x", 1), size: 1 }), "no-space");
    // They need none.
    await takeFile(inbox, { path: "empty", text: "" });
    assertEquals(await treeOf(root), ["empty: "]);
  }));

Deno.test(
  "an inbox counts what it promised as used until an upload is over (needs a small tmpfs)",
  {
    ignore: !canMount,
  },
  async () => {
    const found = await onSmallDisk(async (root) => {
      const inbox = await Inbox.open(root, { minFreeBytes: 0 });
      const [most, more] = [offer("most", 30_000), offer("more", 40_000)];
      for (let round = 0; round < 100; round++) {
        await using upload = await inbox.begin(most, { from: "192.0.2.1" });
        await assertRefused(inbox.begin(more, { from: "192.0.2.2" }), "no-space");
        // A third of them never starts, a third is kept, a third is dropped.
        if (round % 3 > 0) await upload.start();
        if (round % 3 > 1) await upload.discard();
      }
      await Promise.all(Array.from({ length: 8 }, async () => {
        await inbox.begin(offer("many", 30_000)).then((upload) => upload.release(), () => {});
      }));
      await takeFile(inbox, { path: "whole", text: "x".repeat(40_000) });
      await Deno.remove(`${root}/whole`);
      // More than half of the disk is promised to nobody.
      await using all = await inbox.begin(offer("all", 65_536));
      await using both = await inbox.begin(offer("both", 65_536));
      assertEquals([all.size, both.size], [0, 0]);
    });
    assert(found);
  },
);

Deno.test("begin() gives two files of one path an unfinished file each when both are under way", () => {
  return withInbox({}, async ({ inbox, root }) => {
    await using one = await inbox.begin(offer("x", 3));
    await using other = await inbox.begin(offer("x", 3));
    await one.start();
    await other.start();
    await one.writeBytes(bytesOf("one"));
    await other.writeBytes(bytesOf("two"));
    const parts = [await partOf(inbox, "x", 1), await partOf(inbox, "x", 2)];
    await one.release();
    await other.release();
    assertEquals((await namesIn(root)).length, 2);
    assertEquals(await Promise.all(parts.map((part) => Deno.readTextFile(part))), ["one", "two"]);
  });
});

Deno.test("begin() gives the unfinished file to the next one when the one before is over", () =>
  withInbox({}, async ({ inbox }) => {
    for (const end of ["release", "discard"] as const) {
      await using upload = await inbox.begin(offer("x", 3));
      await upload[end]();
    }
    await leaveFile(inbox, { path: "x", text: "ab", size: 3 });
    await using upload = await goOn(inbox, { path: "x", size: 3, text: "ab" });
    assertEquals(upload.size, 2);
  }));

Deno.test("begin() takes a file anew, and leaves what came of one, when that has more than is offered", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 11 });
    {
      await using upload = await goOn(inbox, { path: "x", size: 4, text: "hello" });
      assertEquals(upload.size, 0);
    }
    assertEquals((await namesIn(root)).length, 1);
  }));

Deno.test("offsetsToCompare() asks for nothing when nothing is there, or nobody knows how long the file becomes", () =>
  withInbox({}, async ({ inbox, root }) => {
    assertEquals(await inbox.offsetsToCompare(offer("x", 5)), []);
    await leaveFile(inbox, { path: "x", text: "hello", size: 11 });
    await Deno.writeTextFile(`${root}/x`, "other");
    assertEquals(await inbox.offsetsToCompare(offer("x", null)), []);
    assertEquals(await inbox.offsetsToCompare(offer("x", 11)), [5, 11]);
    assertEquals(await inbox.offsetsToCompare(offer("x", 3)), [3]);
    assertEquals(await inbox.offsetsToCompare(offer("y", 3)), []);
  }));

Deno.test("begin() keeps 16 unfinished files of one path, and none beyond", () =>
  withInbox({}, async ({ inbox, root }) => {
    for (let at = 0; at < 18; at++) {
      await leaveFile(inbox, { path: "x", text: `${at}:${"x".repeat(at)}`, size: 100 });
    }
    assertEquals((await namesIn(root)).length, 16);
    const text = `15:${"x".repeat(97)}`;
    await using upload = await goOn(inbox, { path: "x", size: 100, text });
    assertEquals(upload.size, 18);
  }));

Deno.test("an inbox finds what a server before it left, by names that tell whose it is", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "a/photo.jpg", text: "hello", size: 11 });
    assertMatch((await namesIn(root)).join(), /^photo\.jpg\.[0-9a-f]{24}-1\.part$/);
    const next = await Inbox.open(root, { minFreeBytes: 0 });
    await using upload = await goOn(next, { path: "a/photo.jpg", size: 11, text: "hello" });
    assertEquals(upload.size, 5);
  }));

Deno.test("an inbox refuses a name that unfinished files have, however it is written", () =>
  withInbox({}, async ({ inbox }) => {
    const name = "x.0123456789abcdef01234567-1.part";
    for (const path of [name, name.toUpperCase(), name.replace("part", "ｐart")]) {
      await assertRefused(inbox.begin(offer(path, 5)), "bad-name");
    }
    for (const path of [`a/${name}`, "x.part", name.slice(0, -1)]) {
      await using upload = await inbox.begin(offer(path, 5));
      assertEquals(upload.size, 0);
    }
  }));

Deno.test("an inbox never writes into an unfinished file when that is another file's second name", () =>
  withInbox({}, async ({ inbox, root }) => {
    await Deno.writeTextFile(`${root}/published`, "hel");
    await Deno.link(`${root}/published`, await partOf(inbox, "x"));
    await takeFile(inbox, { path: "x", text: "hello" });
    assertEquals(await treeOf(root), ["published: hel", "x: hello"]);
  }));

Deno.test("an inbox never writes into what has an unfinished file's name when it is no file", () =>
  withInbox({}, async ({ inbox, root, outside }) => {
    await Deno.writeTextFile(`${outside}/prey`, "he");
    await Deno.symlink(`${outside}/prey`, await partOf(inbox, "linked"));
    await Deno.mkdir(`${await partOf(inbox, "folder")}/deep`, { recursive: true });
    for (const path of ["linked", "folder"]) await takeFile(inbox, { path, text: "hello" });
    const tree = await treeOf(root);
    assertEquals(tree.filter((line) => line.endsWith(": hello")), [
      "folder: hello",
      "linked: hello",
    ]);
    assertEquals(await Deno.readTextFile(`${outside}/prey`), "he");
  }));

Deno.test("beginUnnamed() looks for nothing of an earlier try, and takes a free name, when it is called", () =>
  withInbox({ exists: "fail" }, async ({ inbox, root }) => {
    await Deno.writeTextFile(`${root}/new.txt`, "old");
    await Deno.link(`${root}/new.txt`, await partOf(inbox, "new.txt"));
    await using upload = await inbox.beginUnnamed({ ...offer("new.txt", 3), size: 3 });
    assertEquals(upload.size, 0);
    await upload.start();
    await upload.writeBytes(bytesOf("new"));
    assertEquals((await upload.finishWithoutDigest()).path, "new (1).txt");
    const tree = await treeOf(root);
    assertEquals(tree.filter((line) => !line.includes(".part")), [
      "new (1).txt: new",
      "new.txt: old",
    ]);
  }));

Deno.test("beginUnnamed() keeps nothing when the file stops halfway", () =>
  withInbox({}, async ({ inbox, root }) => {
    {
      await using upload = await inbox.beginUnnamed({ ...offer("x", 3), size: 3 });
      await upload.start();
      await upload.writeBytes(bytesOf("ne"));
      assertEquals((await namesIn(root)).length, 1);
    }
    assertEquals(await namesIn(root), []);
  }));

Deno.test("removeForgotten() removes old unfinished files from the folder itself, and nothing else", () =>
  withInbox({}, async ({ inbox, root, outside }) => {
    const [old, young] = [new Date(1_000_000_000_000), new Date(1_700_000_000_000)];
    const before = new Date(1_600_000_000_000);
    const leave = (path: string) => leaveFile(inbox, { path, text: "abc", size: 9 });
    for (const path of ["old", "young", "a/b/old", "used"]) await leave(path);
    await Deno.mkdir(`${root}/a`);
    const others = [".parley-notes.part", "notes.part", "a/.parley-x"].map((name) =>
      `${root}/${name}`
    );
    for (const path of others) await Deno.writeTextFile(path, "");
    const below = (await partOf(inbox, "old")).replace(root, `${root}/a`);
    const elsewhere = (await partOf(inbox, "old")).replace(root, outside);
    for (const path of [below, elsewhere]) await Deno.writeTextFile(path, "");
    await Deno.symlink(outside, `${root}/out`);
    const parts = { old: await partOf(inbox, "old"), deep: await partOf(inbox, "a/b/old") };
    const used = await partOf(inbox, "used");
    for (const path of [...Object.values(parts), used, ...others, below, elsewhere]) {
      await Deno.utime(path, old, old);
    }
    await Deno.utime(await partOf(inbox, "young"), young, young);
    const all = await treeOf(outside);
    {
      await using _using = await goOn(inbox, { path: "used", size: 9, text: "abc" });
      assertEquals(await inbox.removeForgotten(before), 2);
      const gone = Object.values(parts).map((path) => `${path.slice(outside.length + 1)}: abc`);
      assertEquals(await treeOf(outside), all.filter((line) => !gone.includes(line)));
      assertNotEquals(all.length, (await treeOf(outside)).length);
    }
    assertEquals(await inbox.removeForgotten(before), 1);
    assertEquals(await inbox.removeForgotten(before), 0);
  }));

Deno.test("removeForgotten() leaves a file that is under way through a link alone when it is old", () =>
  withInbox({}, async ({ inbox, root }) => {
    await Deno.mkdir(`${root}/real`);
    await Deno.symlink("real", `${root}/link`);
    await leaveFile(inbox, { path: "link/x", text: "abc", size: 9 });
    await Deno.utime(await partOf(inbox, "link/x"), 1, 1);
    await using upload = await goOn(inbox, { path: "link/x", size: 9, text: "abc" });
    assertEquals([upload.size, await inbox.removeForgotten(new Date())], [3, 0]);
  }));

Deno.test("an inbox refuses files while its folder is gone, and works again when it is there", () =>
  withInbox({}, async ({ inbox, root }) => {
    await takeFile(inbox, { path: "a/x", text: "hello" });
    await using begun = await inbox.begin(offer("begun", 5));
    await using started = await inbox.begin(offer("started", 5));
    await started.start();
    await started.writeBytes(bytesOf("hello"));
    await Deno.remove(root, { recursive: true });
    const refused = [
      () => takeFile(inbox, { path: "x", text: "hello" }),
      () => takeFile(inbox, { path: "a/y", text: "hello" }),
      () => inbox.beginUnnamed({ path: "z", size: 1, mtimeMs: null }),
      () => inbox.makeFolder("b"),
      () => begun.start(),
      () => started.finish({ size: 5, sha256: digestOf("hello") }),
    ];
    for (const [index, taking] of refused.entries()) {
      const error = await assertRefused(taking(), "storage-failed");
      assertEquals(error.message, "the receiver's folder is gone", `${index}`);
      assertInstanceOf(error.cause, FolderGoneError);
      assertEquals(error.cause.folder, root);
    }
    // Nothing makes it again: where a disk is no longer mounted, that would fill another one.
    await assertRejects(() => Deno.lstat(root), Deno.errors.NotFound);
    await Deno.writeTextFile(root, "a file");
    await assertRefused(takeFile(inbox, { path: "x", text: "hello" }), "storage-failed");
    await Deno.remove(root);
    await Deno.mkdir(root);
    for (const path of ["x", "a/x"]) await takeFile(inbox, { path, text: "hello" });
    assertEquals(await treeOf(root), ["a/", "a/x: hello", "x: hello"]);
  }));

Deno.test("an inbox of any names takes every ordinary name, gives it as it came, and never leaves its folder", () =>
  withInbox({ names: "any" }, async ({ inbox, root, outside }) => {
    for (const name of ORDINARY_NAMES) {
      for (const path of [name, `in ${name}/${name}`]) {
        assertEquals((await takeFile(inbox, { path, text: "x" })).path, path);
        assertEquals(await Deno.readTextFile(`${root}/${path}`), "x");
      }
    }
    const own = (await partOf(inbox, "x")).slice(root.length + 1);
    const inside = (await namesIn(root)).length;
    for (
      const path of ["..", "../x", "a/../../x", ".", "./x", "", "a//b", "/x", "x/", "x\0", own]
    ) {
      await assertRefused(takeFile(inbox, { path, text: "x" }), "bad-name");
    }
    for (const path of [".parley-x", "a/.PARLEY-x", "\ud800"]) {
      await assertRefused(takeFile(inbox, { path, text: "x" }), "bad-name");
    }
    assertEquals([await namesIn(outside), (await namesIn(root)).length], [["inbox"], inside]);
  }));

Deno.test("an inbox gives a second file of any name one of its own when the policy is rename", () =>
  withInbox({ names: "any", exists: "rename" }, async ({ inbox }) => {
    await takeFile(inbox, { path: "a\nb.", text: "x" });
    assertEquals((await takeFile(inbox, { path: "a\nb.", text: "y" })).path, "a\nb (1).");
  }));

Deno.test("Inbox.open() refuses names that are no policy", () =>
  inFolder(async (folder) => {
    // A program without types may give anything.
    const names = "all" as "any";
    await assertRejects(() => Inbox.open(folder, { names }), TypeError, "none of portable, any");
  }));

Deno.test("a canceled file leaves no folder, and a stored one its own", () =>
  withInbox({}, async ({ inbox, root }) => {
    for (const [index, path] of ["a/b/c/x", "d/x", "e/x"].entries()) {
      await using upload = await inbox.begin(offer(path, 5));
      if (index > 0) await upload.start();
      if (index > 1) await upload.writeBytes(bytesOf("hel"));
      await upload.discard();
    }
    assertEquals(await namesIn(root), []);
    await leaveFile(inbox, { path: "f/x", text: "hel", size: 5 });
    assertEquals((await namesIn(root)).length, 1);
    await takeFile(inbox, { path: "f/x", text: "hello" });
    assertEquals(await treeOf(root), ["f/", "f/x: hello"]);
  }));

Deno.test("hasFolder() finds a folder as deep as a path may be, also through a link inside", () =>
  withInbox({}, async ({ inbox, root }) => {
    const deep = Array.from({ length: 64 }, () => "a").join("/");
    assertEquals([await inbox.hasFolder(deep), await inbox.makeFolder(deep)], [false, false]);
    assertEquals([await inbox.hasFolder(deep), await inbox.makeFolder(deep)], [true, true]);
    await Deno.symlink("a", `${root}/link`);
    assert(await inbox.hasFolder("link/a"));
    assert(await inbox.hasFolder("link"));
    await Deno.writeTextFile(`${root}/file`, "");
    await assertRefused(inbox.hasFolder("file"), "exists");
  }));
