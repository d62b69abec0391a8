import { assertEquals } from "@std/assert";
import { EmptyFolders } from "../../../transfer/inbox/empty_folders.ts";
import { SessionQuota } from "../../../transfer/inbox/session_quota.ts";
import { inboxLimits } from "../../../transfer/limits.ts";
import { assertRefused, treeOf, withInbox } from "../incoming.ts";

Deno.test("EmptyFolders makes nothing before it is told to, then each once", () =>
  withInbox({}, async ({ inbox, root }) => {
    await Deno.mkdir(`${root}/there`);
    const folders = new EmptyFolders(inbox, new SessionQuota(inbox.limits));
    assertEquals(await folders.note("there"), "there");
    for (const path of ["a/b", "a", "c", "c", "d", "e"]) {
      assertEquals(await folders.note(path), "noted");
    }
    folders.forget("e");
    assertEquals([await treeOf(root), folders.paths], [["there/"], ["a/b", "a", "c", "d"]]);
    await Deno.writeTextFile(`${root}/d`, "");
    const made: boolean[] = [];
    for (const path of ["a/b", "a", "c"]) made.push(await folders.make(path));
    assertEquals(made, [false, true, false]);
    await assertRefused(folders.make("d"), "exists");
    assertEquals(await treeOf(root), ["a/", "a/b/", "c/", "d: ", "there/"]);
    assertEquals(folders.paths, []);
  }));

Deno.test("EmptyFolders refuses what can be no folder", () =>
  withInbox({}, async ({ inbox, root, outside }) => {
    await Deno.writeTextFile(`${root}/file`, "");
    await Deno.symlink(outside, `${root}/out`);
    const folders = new EmptyFolders(inbox, new SessionQuota(inbox.limits));
    for (const path of ["file", "file/x"]) await assertRefused(folders.note(path), "exists");
    for (const path of ["../x", "out/x", "out"]) {
      await assertRefused(folders.note(path), "bad-name");
    }
    assertEquals(folders.paths, []);
  }));

Deno.test("EmptyFolders counts every folder that it will make, each once, up to maxEmptyFolders", () =>
  withInbox({ limits: { maxEmptyFolders: 5 } }, async ({ inbox }) => {
    const folders = new EmptyFolders(inbox, new SessionQuota(inbox.limits));
    for (const path of ["a/b/c", "a/b/d", "a/b", "a/b/c"]) await folders.note(path);
    const { message } = await assertRefused(folders.note("a/e/f"), "session-full");
    assertEquals(message, "Cannot accept file: 6 folders exceed maxEmptyFolders 5");
    await folders.note("g");
    await assertRefused(folders.note("h"), "session-full");
    // Those that were made count on.
    for (const path of folders.paths) await folders.make(path);
    await assertRefused(folders.note("h"), "session-full");
    assertEquals(await folders.note("a/b/d"), "there");
  }));

Deno.test("SessionQuota counts the files of the simple format apart, and no refused one", async () => {
  const quota = new SessionQuota(inboxLimits({ maxSimpleFiles: 2, maxSessionFiles: 3 }));
  for (let file = 0; file < 2; file++) quota.addSimpleFile();
  const full = () => Promise.resolve().then(() => quota.addSimpleFile());
  const { message } = await assertRefused(full(), "session-full");
  assertEquals(message, "Cannot accept file: 3 files exceed maxSimpleFiles 2");
  quota.addFile();
  await assertRefused(Promise.resolve().then(() => quota.addFile()), "session-full");
});
