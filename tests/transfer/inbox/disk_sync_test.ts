import { assertEquals, assertRejects } from "@std/assert";
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { inFolder } from "../../contract/folder.ts";
import { stateOf, turns } from "../../../testing/turns.ts";
import { takeFile, withInbox } from "../incoming.ts";

/** Syncs that the test ends one by one. */
class HeldSyncs {
  readonly #held: PromiseWithResolvers<void>[] = [];

  /** How many have begun. */
  get count(): number {
    return this.#held.length;
  }

  readonly sync = (_file: Deno.FsFile): Promise<void> => {
    const held = Promise.withResolvers<void>();
    this.#held.push(held);
    return held.promise;
  };

  async settle(at: number, error?: Error): Promise<void> {
    if (error) this.#held[at]?.reject(error);
    else this.#held[at]?.resolve();
    await turns();
  }
}

Deno.test("folder() syncs once for all who ask while a sync runs, and not before it is over", () =>
  inFolder(async (folder) => {
    const syncs = new HeldSyncs();
    const diskSync = new DiskSync(syncs.sync);
    const first = diskSync.folder(folder);
    const others = [diskSync.folder(folder), diskSync.folder(folder)];
    while (syncs.count < 1) await turns(1);
    await syncs.settle(0);
    assertEquals(await stateOf(first), "fulfilled");
    while (syncs.count < 2) await turns(1);
    assertEquals(await Promise.all(others.map(stateOf)), ["pending", "pending"]);
    await syncs.settle(1);
    await Promise.all(others);
    assertEquals(syncs.count, 2);
  }));

Deno.test("folder() waits for no other folder, and fails with its own sync alone", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a`);
    const syncs = new HeldSyncs();
    const diskSync = new DiskSync(syncs.sync);
    const failing = diskSync.folder(folder);
    const other = diskSync.folder(`${folder}/a`);
    const next = diskSync.folder(folder);
    while (syncs.count < 2) await turns(1);
    assertEquals(await stateOf(next), "pending");
    await Promise.all([
      assertRejects(() => failing, Error, "the disk is gone"),
      syncs.settle(0, new Error("the disk is gone")),
    ]);
    while (syncs.count < 3) await turns(1);
    await syncs.settle(1);
    await syncs.settle(2);
    await Promise.all([other, next]);
    await assertRejects(() => diskSync.folder(`${folder}/none`), Deno.errors.NotFound);
  }));

Deno.test("an inbox syncs a file before it has its name, and its folder behind that", async () => {
  const seen: string[] = [];
  let root = "";
  const sync = async (file: Deno.FsFile) => {
    const { isFile } = await file.stat();
    const names = Array.from(Deno.readDirSync(root), ({ name }) => name).toSorted();
    seen.push(`${isFile ? "file" : "folder"}, there: ${names.map(shown).join(" ")}`);
  };
  await withInbox({ sync }, async (standing) => {
    root = standing.root;
    await takeFile(standing.inbox, { path: "x", text: "hello" });
    await takeFile(standing.inbox, { path: "a/y", text: "hello" });
  });
  assertEquals(seen, [
    "file, there: part",
    "folder, there: x",
    "file, there: x part",
    "folder, there: a x part",
    "folder, there: a x",
  ]);
});

Deno.test("an inbox stores nothing under the name when the disk fails", () =>
  withInbox({ sync: () => Promise.reject(new Error("the disk is gone")) }, async (standing) => {
    const { inbox, root } = standing;
    await assertRejects(() => takeFile(inbox, { path: "x", text: "hello" }), Error, "is gone");
    assertEquals([...Deno.readDirSync(root)], []);
  }));

function shown(name: string): string {
  return name.endsWith(".part") ? "part" : name;
}
