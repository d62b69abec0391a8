import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ExistsPolicy, Inbox, type IncomingFile } from "../../../transfer/mod.ts";
import { refusalOf } from "../../../transfer/file_refused_error.ts";
import { namesIn, onSmallDisk } from "../../contract/folder.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { Child, succeeds } from "../../cli/child.ts";
import { runCommand } from "../../runtime.ts";
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
import { canMount } from "../small_disk.ts";

const POLICIES: readonly ExistsPolicy[] = ["fail", "rename", "overwrite", "skip-same"];

/** Begins a file that is not there, and writes all of it but its end. */
async function begun(inbox: Inbox, path: string, text: string): Promise<IncomingFile> {
  const upload = await inbox.begin({ path, size: text.length, mtimeMs: null });
  await upload.start();
  if (text !== "") await upload.writeBytes(bytesOf(text));
  return upload;
}

function endOf(text: string) {
  return { size: text.length, sha256: digestOf(text) };
}

for (const exists of POLICIES) {
  Deno.test(`an incoming file stores a file under a free name, with policy ${exists}`, () =>
    withInbox({ exists }, async ({ inbox, root }) => {
      const stored = await takeFile(inbox, { path: "a/x.txt", text: "hello" });
      assertEquals(stored, { path: "a/x.txt", ...endOf("hello"), same: false });
      assertEquals(await treeOf(root), ["a/", "a/x.txt: hello"]);
    }));

  Deno.test(`an incoming file of what is there already is the same one, with policy ${exists}`, () =>
    withInbox({ exists }, async ({ inbox, root }) => {
      await Deno.writeTextFile(`${root}/x.txt`, "hello");
      const taken = await takeFile(inbox, { path: "x.txt", text: "hello" });
      assertEquals(taken, { path: "x.txt", ...endOf("hello"), same: true });
      // Nor when only its end shows what it is.
      const piped = await takeFile(inbox, { path: "x.txt", text: "hello", size: null });
      assertEquals(piped, taken);
      assertEquals(await treeOf(root), ["x.txt: hello"]);
    }));

  // One as long as that which is there, one that is longer.
  for (const text of ["other", "something else"]) {
    Deno.test(`an incoming file of ${text.length} other bytes than are there ends as the policy ${exists} says`, () =>
      withInbox({ exists }, async ({ inbox, root }) => {
        await Deno.writeTextFile(`${root}/x.txt`, "hello");
        const taking = takeFile(inbox, { path: "x.txt", text });
        if (exists === "rename") assertEquals((await taking).path, "x (1).txt");
        else if (exists === "overwrite") assertEquals((await taking).same, false);
        else await assertRefused(taking, "exists");
        const expected = {
          fail: ["x.txt: hello"],
          rename: [`x (1).txt: ${text}`, "x.txt: hello"],
          overwrite: [`x.txt: ${text}`],
          "skip-same": ["x.txt: hello"],
        };
        assertEquals(await treeOf(root), expected[exists]);
      }));
  }

  for (const second of ["hello", "other"]) {
    const what = second === "hello" ? "one file" : "two files";
    Deno.test(`two incoming files of ${what} to one name at once end as the policy ${exists} says`, () => {
      return withInbox({ exists }, async ({ inbox, root }) => {
        await using one = await begun(inbox, "x.txt", "hello");
        await using other = await begun(inbox, "x.txt", second);
        assertEquals((await one.finish(endOf("hello"))).same, false);
        const finishing = other.finish(endOf(second));
        if (second === "hello") {
          assertEquals(await finishing, { path: "x.txt", ...endOf(second), same: true });
        } else if (exists === "rename") assertEquals((await finishing).path, "x (1).txt");
        else if (exists === "overwrite") assertEquals((await finishing).same, false);
        else await assertRefused(finishing, "exists");
        const expected = {
          fail: ["x.txt: hello"],
          rename: [...second === "hello" ? [] : ["x (1).txt: other"], "x.txt: hello"],
          overwrite: [`x.txt: ${second}`],
          "skip-same": ["x.txt: hello"],
        };
        assertEquals(await treeOf(root), expected[exists]);
      });
    });
  }

  Deno.test(`an incoming file ends as the policy ${exists} says when a folder takes the name meanwhile`, () =>
    withInbox({ exists }, async ({ inbox, root }) => {
      await using upload = await begun(inbox, "x.txt", "hello");
      await Deno.mkdir(`${root}/x.txt`);
      const finishing = upload.finish(endOf("hello"));
      if (exists === "rename") assertEquals((await finishing).path, "x (1).txt");
      else await assertRefused(finishing, "exists");
      const copy = exists === "rename" ? ["x (1).txt: hello"] : [];
      assertEquals(await treeOf(root), [...copy, "x.txt/"]);
    }));
}

Deno.test("an incoming file whose length nobody knows counts as stored when the same file has the name", () =>
  withInbox({}, async ({ inbox, root }) => {
    await Deno.writeTextFile(`${root}/x`, "hello");
    assert((await takeFile(inbox, { path: "x", text: "hello", size: null })).same);
    await assertRefused(takeFile(inbox, { path: "x", text: "other", size: null }), "exists");
    assertEquals(await treeOf(root), ["x: hello"]);
  }));

Deno.test("an overwritten file is the old or the new one whenever it is read", () =>
  withInbox({ exists: "overwrite" }, async ({ inbox, root }) => {
    const texts = ["a".repeat(50_000), "b".repeat(60_000)];
    await takeFile(inbox, { path: "x", text: texts[0]! });
    let isOver = false;
    const reading = (async () => {
      const seen = new Set<string>();
      while (!isOver) seen.add(await Deno.readTextFile(`${root}/x`));
      return [...seen].every((text) => texts.includes(text));
    })();
    for (let round = 1; round < 20; round++) {
      await takeFile(inbox, { path: "x", text: texts[round % 2]! });
    }
    isOver = true;
    assert(await reading);
  }));

Deno.test("an incoming file leaves nothing when fewer or more bytes come than were announced", () =>
  withInbox({}, async ({ inbox, root }) => {
    const offer = { path: "x", size: 5, mtimeMs: null };
    {
      await using upload = await inbox.begin(offer);
      await upload.start();
      await upload.writeBytes(bytesOf("four"));
      const error = await assertRefused(upload.finish(endOf("four")), "size-mismatch");
      assertEquals(error.message, "4 bytes came, and 5 were announced");
    }
    assertEquals(await namesIn(root), []);
    await using upload = await inbox.begin(offer);
    await upload.start();
    await upload.writeBytes(bytesOf("four"));
    await assertRefused(upload.writeBytes(bytesOf("12")), "size-mismatch");
    await upload.discard();
    assertEquals(await namesIn(root), []);
  }));

Deno.test("an incoming file leaves nothing when its peer lies about its size or its digest at the end", () =>
  withInbox({}, async ({ inbox, root }) => {
    for (const size of [4, 6]) {
      await using upload = await begun(inbox, "x", "hello");
      await assertRefused(upload.finish({ ...endOf("hello"), size }), "size-mismatch");
    }
    await using upload = await begun(inbox, "x", "hello");
    const error = await assertRefused(
      upload.finish({ ...endOf("hello"), sha256: digestOf("other") }),
      "digest-mismatch",
    );
    assertEquals(error.message, "its SHA-256 is not the one that the sender says");
    assertEquals(await namesIn(root), []);
  }));

Deno.test("an incoming file that goes on leaves nothing when the whole has another digest", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 10 });
    await using upload = await goOn(inbox, { path: "x", size: 10, text: "hello" });
    await upload.start();
    await upload.writeBytes(bytesOf("world"));
    await assertRefused(upload.finish(endOf("jellyworld")), "digest-mismatch");
    assertEquals(await namesIn(root), []);
  }));

Deno.test("release() keeps what came, discard() does not, when a file stops halfway", () =>
  withInbox({}, async ({ inbox, root }) => {
    const part = await partOf(inbox, "x");
    await leaveFile(inbox, { path: "x", text: "hello", size: 10 });
    assertEquals(await Deno.readTextFile(part), "hello");
    {
      await using upload = await goOn(inbox, { path: "x", size: 10, text: "hello" });
      await upload.start();
      await upload.discard();
      await upload.discard();
      await upload.release();
    }
    assertEquals(await namesIn(root), []);
  }));

Deno.test("release() keeps nothing when no byte came, or nobody knows the length", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "", size: 10 });
    assertEquals(await namesIn(root), []);
    await using upload = await inbox.begin({ path: "x", size: null, mtimeMs: null });
    await upload.start();
    await upload.writeBytes(bytesOf("hello"));
    await upload.release();
    assertEquals(await namesIn(root), []);
  }));

Deno.test("release() and discard() leave what an earlier try left when nothing was started", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 10 });
    for (const end of ["release", "discard"] as const) {
      await using upload = await goOn(inbox, { path: "x", size: 10, text: "hello" });
      assertEquals(upload.size, 5);
      await upload[end]();
      assertEquals((await namesIn(root)).length, 1);
    }
  }));

Deno.test("an incoming file goes on where earlier ones stopped when it is started there", () =>
  withInbox({}, async ({ inbox, root }) => {
    const text = "hello, wide world";
    await leaveFile(inbox, { path: "a/x", text: "hel", size: text.length });
    for (const [from, to] of [[3, 8], [8, 12]] as const) {
      await using upload = await goOn(inbox, { path: "a/x", size: text.length, text });
      assertEquals(upload.size, from);
      await upload.start();
      await upload.writeBytes(bytesOf(text.slice(from, to)));
    }
    assertEquals(await takeFile(inbox, { path: "a/x", text }), {
      path: "a/x",
      ...endOf(text),
      same: false,
    });
    assertEquals(await treeOf(root), ["a/", `a/x: ${text}`]);
  }));

Deno.test("an incoming file needs no more bytes when all of them came before", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 5 });
    await using upload = await goOn(inbox, { path: "x", size: 5, text: "hello" });
    await upload.start();
    await upload.finish(endOf("hello"));
    assertEquals(await treeOf(root), ["x: hello"]);
  }));

Deno.test("begin() leaves alone what came of a file when its sender shows something else", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 5 });
    await takeFile(inbox, { path: "x", text: "other" });
    const part = (await partOf(inbox, "x")).slice(root.length + 1);
    assertEquals(await treeOf(root), [`${part}: hello`, "x: other"]);
    await Deno.remove(`${root}/x`);
    await using upload = await goOn(inbox, { path: "x", size: 10, text: "hello, you" });
    assertEquals(upload.size, 5);
  }));

Deno.test("findSame() removes what earlier tries left of a file that is there whole", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hel", size: 5 });
    await Deno.writeTextFile(`${root}/x`, "hello");
    await leaveFile(inbox, { path: "x", text: "he", size: 5 });
    assertEquals((await namesIn(root)).length, 3);
    assertEquals((await takeFile(inbox, { path: "x", text: "hello" })).same, true);
    assertEquals(await treeOf(root), ["x: hello"]);
  }));

Deno.test("release() keeps nothing when another connection has stored the very same file meanwhile", () => {
  return withInbox({}, async ({ inbox, root }) => {
    await using first = await begun(inbox, "x", "hello");
    const second = await begun(inbox, "x", "hello");
    await second.finish(endOf("hello"));
    assertEquals(await first.release(), false);
    assertEquals(await treeOf(root), ["x: hello"]);
    // Another file of its size and time is no reason.
    await Deno.remove(`${root}/x`);
    await using third = await begun(inbox, "x", "other");
    const fourth = await begun(inbox, "x", "hello");
    await fourth.finish(endOf("hello"));
    assertEquals(await third.release(), true);
    assertEquals((await namesIn(root)).length, 2);
  });
});

Deno.test("finish() takes two of one content for one file when they come at once, with policy rename", () => {
  return withInbox({ exists: "rename" }, async ({ inbox, root }) => {
    await using first = await begun(inbox, "x", "hello");
    await using second = await begun(inbox, "x", "hello");
    const stored = await Promise.all([first, second].map((file) => file.finish(endOf("hello"))));
    assertEquals(stored.map(({ same }) => same).toSorted(), [false, true]);
    assertEquals(await treeOf(root), ["x: hello"]);
  });
});

Deno.test("start() refuses to go on when what was there is gone or became shorter", () =>
  withInbox({}, async ({ inbox, root }) => {
    const part = await partOf(inbox, "x");
    await leaveFile(inbox, { path: "x", text: "hello", size: 9 });
    {
      await using upload = await goOn(inbox, { path: "x", size: 9, text: "hello" });
      await Deno.truncate(part, 3);
      // A hole would be stored under the digest of what had been there.
      await assertRefused(upload.start(), "storage-failed");
    }
    await using upload = await goOn(inbox, { path: "x", size: 9, text: "hello" });
    assertEquals(upload.size, 3);
    await Deno.remove(part);
    await assertRefused(upload.start(), "storage-failed");
    await upload.discard();
    assertEquals(await namesIn(root), []);
  }));

Deno.test("start() cuts off what another one added when more is there than was found", () =>
  withInbox({}, async ({ inbox, root }) => {
    await leaveFile(inbox, { path: "x", text: "hello", size: 9 });
    await using upload = await goOn(inbox, { path: "x", size: 9, text: "hello" });
    await Deno.writeTextFile(await partOf(inbox, "x"), "hello, world");
    await upload.start();
    await upload.writeBytes(bytesOf("ween"));
    await upload.finish(endOf("helloween"));
    assertEquals(await treeOf(root), ["x: helloween"]);
  }));

Deno.test("finish() stores nothing when something else wrote a file in the place of the unfinished one", () =>
  withInbox({}, async ({ inbox, root }) => {
    const part = await partOf(inbox, "x");
    for (const replace of [() => Deno.writeTextFile(part, "other"), () => Promise.resolve()]) {
      await using upload = await begun(inbox, "x", "hello");
      await Deno.remove(part);
      await replace();
      await assertRefused(upload.finish(endOf("hello")), "storage-failed");
    }
    assertEquals(await namesIn(root), []);
  }));

Deno.test("write() adds the beginning of the buffer, over many blocks, when it is called", () =>
  withInbox({}, async ({ inbox, root }) => {
    const text = "0123456789".repeat(1_000);
    await using upload = await inbox.begin({ path: "x", size: text.length, mtimeMs: null });
    await upload.start();
    for (let at = 0; at < text.length; at += 1_000) {
      upload.buffer.set(bytesOf(text.slice(at, at + 1_000)));
      await upload.write(1_000);
    }
    assertEquals((await upload.finish(endOf(text))).size, text.length);
    assertEquals(await treeOf(root), [`x: ${text}`]);
  }));

Deno.test("write() and writeBytes() throw when the file was not started", () =>
  withInbox({}, async ({ inbox }) => {
    await using upload = await inbox.begin({ path: "x", size: 5, mtimeMs: null });
    await assertRejects(() => upload.write(1), TypeError, "was not started");
    await assertRejects(() => upload.writeBytes(bytesOf("x")), TypeError, "was not started");
  }));

Deno.test("finish() keeps the time and the permissions when they were offered", () =>
  withInbox({}, async ({ inbox, root }) => {
    const modes = [[0o640, 0o640], [0o777, 0o755], [0o666, 0o644], [0o6755, 0o755]] as const;
    for (const [mode, kept] of modes) {
      const path = mode.toString(8);
      const mtimeMs = 1_234_567_890_123;
      await takeFile(inbox, { path, text: "x", mtimeMs, mode });
      const found = await Deno.stat(`${root}/${path}`);
      assertEquals([found.mtime?.getTime(), (found.mode ?? 0) & 0o7777], [mtimeMs, kept]);
    }
  }));

Deno.test("finish() stores a file also when its time is none that a file can have", () =>
  withInbox({}, async ({ inbox, root }) => {
    for (const mtimeMs of [-1, -1e15, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      await takeFile(inbox, { path: `${mtimeMs}`, text: "x", mtimeMs });
    }
    assertEquals((await Deno.stat(`${root}/-1`)).mtime?.getTime(), -1);
    assertEquals((await namesIn(root)).length, 4);
  }));

Deno.test("finish() stores files of no bytes when they are offered, once each", () =>
  withInbox({}, async ({ inbox, root }) => {
    assertEquals((await takeFile(inbox, { path: "x", text: "" })).same, false);
    assertEquals((await takeFile(inbox, { path: "x", text: "" })).same, true);
    await takeFile(inbox, { path: "y", text: "", size: null });
    assertEquals(await treeOf(root), ["x: ", "y: "]);
  }));

Deno.test("finishWithoutDigest() gives the digest of all when some blocks were not hashed as they came", () =>
  withInbox({}, async ({ inbox }) => {
    const text = "0123456789".repeat(100);
    for (const skippedFrom of [0, 300, 900, 1_000]) {
      await using upload = await inbox.beginUnnamed({
        path: "x",
        size: text.length,
        mtimeMs: null,
      });
      await upload.start();
      for (let at = 0; at < text.length; at += 100) {
        upload.buffer.set(bytesOf(text.slice(at, at + 100)));
        // What comes behind a block that was not hashed cannot be, whatever is asked for.
        await upload.write(100, { isHashed: at !== skippedFrom });
      }
      const { digest, size } = await upload.finishWithoutDigest();
      assertEquals([size, await digest()], [text.length, digestOf(text)]);
    }
  }));

Deno.test("finishWithoutDigest() stores nothing when the file is too short, or its name is taken", () =>
  withInbox({ exists: "fail" }, async ({ inbox, root }) => {
    await using short = await begun(inbox, "short", "hello");
    await using taken = await begun(inbox, "taken", "hello");
    await Deno.writeTextFile(`${root}/taken`, "old");
    await assertRefused(taken.finishWithoutDigest(), "exists");
    await using upload = await inbox.beginUnnamed({ path: "new", size: 5, mtimeMs: null });
    await upload.start();
    await upload.writeBytes(bytesOf("four"));
    await assertRefused(upload.finishWithoutDigest(), "size-mismatch");
    await short.discard();
    assertEquals(await treeOf(root), ["taken: old"]);
  }));

Deno.test(
  "an incoming file keeps what had come when the disk is full for a moment, and goes on there (needs a small tmpfs)",
  {
    ignore: !canMount,
  },
  async () => {
    const found = await onSmallDisk(async (root) => {
      const inbox = await Inbox.open(root, { minFreeBytes: 0 });
      const text = "x".repeat(50_000);
      {
        await using upload = await inbox.begin({ path: "a/x", size: 50_000, mtimeMs: null });
        // Somebody else takes the room that was there when it was offered.
        await Deno.writeTextFile(`${root}/filler`, "x".repeat(40_000));
        await upload.start();
        const error = await rejectionOf((async () => {
          await upload.writeBytes(bytesOf(text.slice(0, 10_000)));
          await upload.writeBytes(bytesOf(text.slice(10_000)));
          await upload.finish(endOf(text));
        })());
        assertEquals(refusalOf(error).code, "no-space");
        await upload.abandon(error);
      }
      await Deno.remove(`${root}/filler`);
      await using upload = await goOn(inbox, { path: "a/x", size: 50_000, text });
      assert(upload.size >= 10_000, `${upload.size} bytes were kept`);
      await upload.start();
      await upload.writeBytes(bytesOf(text.slice(upload.size)));
      await upload.finish(endOf(text));
      assertEquals(await treeOf(root), ["a/", `a/x: ${text}`]);
    });
    assert(found);
  },
);

Deno.test(
  "an incoming file frees the disk when that is full and no later try can use what came (needs a small tmpfs)",
  {
    ignore: !canMount,
  },
  async () => {
    const found = await onSmallDisk(async (root) => {
      const inbox = await Inbox.open(root, { minFreeBytes: 0 });
      await using upload = await inbox.begin({ path: "a/x", size: null, mtimeMs: null });
      await Deno.writeTextFile(`${root}/filler`, "x".repeat(40_000));
      await upload.start();
      const error = await rejectionOf((async () => {
        await upload.writeBytes(bytesOf("x".repeat(50_000)));
        await upload.finish(endOf("x".repeat(50_000)));
      })());
      assertEquals(refusalOf(error).code, "no-space");
      await upload.abandon(error);
      assertEquals(await namesIn(root), ["filler"]);
    });
    assert(found);
  },
);

/** An error as the system gives it. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

for (const [code, isKept] of [["ENOSPC", true], ["EIO", false]] as const) {
  Deno.test(`an incoming file ${isKept ? "keeps" : "drops"} what came when its sync fails with ${code}`, () => {
    let failing: Error | undefined = systemError(code);
    const sync = () => failing ? Promise.reject(failing) : Promise.resolve();
    return withInbox({ sync }, async ({ inbox }) => {
      const error = await rejectionOf(takeFile(inbox, { path: "a/x", text: "hello", mode: 0o444 }));
      assertEquals(refusalOf(error).code, isKept ? "no-space" : "storage-failed");
      failing = undefined;
      await using upload = await goOn(inbox, { path: "a/x", size: 5, text: "hello" });
      // What the system failed to write it may take for written from then on.
      assertEquals(upload.size, isKept ? 5 : 0);
      await upload.release();
      await takeFile(inbox, { path: "a/x", text: "hello" });
    });
  });
}

Deno.test("an incoming file keeps what came when its folder cannot be made, and counts as young then", () => {
  let failing: Error | undefined;
  let syncs = 0;
  // The first sync is the file's, the second that of the folder which was made.
  const sync = () => failing && ++syncs === 2 ? Promise.reject(failing) : Promise.resolve();
  return withInbox({ sync }, async ({ inbox, root }) => {
    failing = systemError("ENOSPC");
    const taking = takeFile(inbox, { path: "a/x", text: "hello", mtimeMs: 1_000, mode: 0o444 });
    assertEquals(refusalOf(await rejectionOf(taking)).code, "no-space");
    failing = undefined;
    assertEquals(await inbox.removeForgotten(new Date(Date.now() - 3_600_000)), 0);
    const stored = await takeFile(inbox, {
      path: "a/x",
      text: "hello",
      mtimeMs: 1_000,
      mode: 0o444,
    });
    assertEquals(stored.same, false);
    const { mode, mtime } = await Deno.stat(`${root}/a/x`);
    assertEquals([(mode ?? 0) & 0o777, mtime?.getTime()], [0o444, 1_000]);
  });
});

Deno.test("an incoming file that a link took the place of is not gone on with, and what it leads to stays", () =>
  withInbox({}, async ({ inbox, outside }) => {
    const prey = `${outside}/prey`;
    await Deno.writeTextFile(prey, "untouched");
    const part = await partOf(inbox, "x");
    await leaveFile(inbox, { path: "x", text: "hello", size: 9 });
    for (const take of [() => Deno.symlink(prey, part), () => Deno.link(prey, part)]) {
      await using upload = await goOn(inbox, { path: "x", size: 9, text: "hello" });
      await Deno.remove(part).catch(() => {});
      await take();
      await assertRefused(upload.start(), "storage-failed");
      await Deno.remove(part);
      await upload.release();
      await leaveFile(inbox, { path: "x", text: "hello", size: 9 });
    }
    {
      await using upload = await inbox.begin({ path: "x", size: 5, mtimeMs: null, mode: 0o755 });
      await upload.start();
      await upload.writeBytes(bytesOf("hello"));
      const second = await partOf(inbox, "x", 2);
      await Deno.remove(second);
      await Deno.symlink(prey, second);
      await assertRefused(upload.finish(endOf("hello")), "storage-failed");
    }
    assertEquals(await Deno.readTextFile(prey), "untouched");
    assertEquals(((await Deno.stat(prey)).mode ?? 0) & 0o111, 0);
  }));

Deno.test(
  "an incoming file is refused with nothing of the receiver's paths when the disk is read-only (needs a small tmpfs)",
  {
    ignore: !canMount,
  },
  async () => {
    const found = await onSmallDisk(async (root) => {
      const inbox = await Inbox.open(root, { minFreeBytes: 0 });
      assert(succeeds(["mount", "-o", "remount,ro", root]));
      for (const path of ["x", "a/x"]) {
        const { code, message } = refusalOf(
          await rejectionOf(takeFile(inbox, { path, text: "hello" })),
        );
        assertEquals([code, message], ["no-access", "the receiver may not write there"]);
      }
    });
    assert(found);
  },
);

/** The administrator may write anywhere, and can give that up. */
const POWERLESS = "-dac_override,-dac_read_search";
const VIA = ["setpriv", `--bounding-set=${POWERLESS}`, `--inh-caps=${POWERLESS}`];
const WRITING =
  'd="$(mktemp -d)"; chmod 500 "$d"; "$@" sh -c "! touch $d/x"; code=$?; rm -r "$d"; ' +
  'exit "$code"';
const canBePowerless = succeeds(["sh", "-c", WRITING, "sh", ...VIA]);

Deno.test(
  "an incoming file is refused with nothing of the receiver's paths when the system forbids it (needs setpriv)",
  {
    ignore: !canBePowerless,
  },
  () =>
    withInbox({}, async ({ inbox, root, outside }) => {
      await Deno.mkdir(`${root}/closed`);
      await Deno.chmod(`${root}/closed`, 0o500);
      await Deno.mkdir(`${root}/unseen`);
      await Deno.chmod(`${root}/unseen`, 0);
      const command = runCommand("tests/transfer/children/incoming_file.ts", {
        flags: [`--allow-read=${outside}`, `--allow-write=${outside}`],
        args: [root, "closed/x", "closed/new/x", "unseen/x", "x"],
      });
      await using child = new Child(command, { via: VIA });
      assertEquals([await child.ended, child.stderr.text], [0, ""]);
      const refused = "no-access: the receiver may not write there\n";
      assertEquals(child.stdout.text, `${refused.repeat(3)}stored\n`);
      for (const name of ["closed", "unseen"]) await Deno.chmod(`${root}/${name}`, 0o700);
      // What came is as it should be: it is kept until it may be stored.
      const kept = await Promise.all(
        ["closed/x", "closed/new/x"].map((path) => partOf(inbox, path)),
      );
      const parts = kept.map((part) => `${part.slice(root.length + 1)}: hello`);
      assertEquals(await treeOf(root), [...parts, "closed/", "unseen/", "x: hello"].sort());
    }),
);
