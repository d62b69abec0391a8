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
    assertEquals([await treeOf(root), folders.size], [["there/"], 4]);
    await Deno.writeTextFile(`${root}/d`, "");
    const made = await Array.fromAsync(folders.make());
    assertEquals(made.map(({ path, same, refusal }) => [path, same, refusal?.code]), [
      ["a/b", false, undefined],
      ["a", true, undefined],
      ["c", false, undefined],
      ["d", false, "exists"],
    ]);
    assertEquals(await treeOf(root), ["a/", "a/b/", "c/", "d: ", "there/"]);
    assertEquals([await Array.fromAsync(folders.make()), folders.size], [[], 0]);
  }));

Deno.test("EmptyFolders refuses what can be no folder, and one more than maxEmptyFolders", () =>
  withInbox({ limits: { maxEmptyFolders: 3 } }, async ({ inbox, root, outside }) => {
    await Deno.writeTextFile(`${root}/file`, "");
    await Deno.symlink(outside, `${root}/out`);
    const folders = new EmptyFolders(inbox, new SessionQuota(inbox.limits));
    for (const path of ["file", "file/x"]) await assertRefused(folders.note(path), "exists");
    for (const path of ["../x", "out/x", "out"]) {
      await assertRefused(folders.note(path), "bad-name");
    }
    for (const path of ["a", "b", "c", "a"]) await folders.note(path);
    const { message } = await assertRefused(folders.note("d"), "session-full");
    assertEquals(message, "Cannot accept file: 4 folders exceed maxEmptyFolders 3");
    // Those that were made count on.
    await Array.fromAsync(folders.make());
    await assertRefused(folders.note("d"), "session-full");
    assertEquals(await folders.note("a"), "there");
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
