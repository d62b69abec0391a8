import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Disk } from "../../transfer/disk.ts";
import { LocalFolders } from "../../transfer/local_folders.ts";
import { stateOf } from "../../testing/turns.ts";
import { inFolder } from "../contract/folder.ts";

/** A clock that says how often it was asked; every second answer is so many milliseconds after the one before. */
function watched() {
  const watch = {
    asked: 0,
    /** How long the next call takes. */
    takesMs: 0,
    now: () => watch.asked++ % 2 === 0 ? 0 : watch.takesMs,
  };
  return watch;
}

/** ext4, as statfs tells of it. */
const EXT4 = 0xef53;
/** NFS, where a call may wait for a network. */
const NFS = 0x6969;

async function local(folder: string, type = EXT4): Promise<LocalFolders> {
  const folders = new LocalFolders({ typeOf: () => Promise.resolve(type) });
  await folders.learn(folder);
  return folders;
}

Deno.test("Disk does the same whether it waits or another thread does", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const disk = new Disk({ now: watch.now, localFolders: await local(folder) });
    for (const takesMs of [0, 100]) {
      watch.takesMs = takesMs;
      const path = `${folder}/${takesMs}`;
      {
        using file = await disk.open(path, { read: true, write: true, createNew: true });
        await disk.utime(file, { atime: new Date(1_000), mtime: new Date(2_000) });
        assertEquals((await disk.stat(file)).mtime?.getTime(), 2_000);
      }
      await Deno.link(path, `${path}-2`);
      assertEquals((await disk.lstat(path)).nlink, 2);
      await disk.remove(`${path}-2`);
      await assertRejects(() => disk.lstat(`${path}-2`), Deno.errors.NotFound);
      await assertRejects(
        () => disk.open(path, { write: true, createNew: true }),
        Deno.errors.AlreadyExists,
      );
    }
  }));

Deno.test("Disk leaves a thousand calls to another thread after one that was slow", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const disk = new Disk({ now: watch.now, localFolders: await local(folder) });
    watch.takesMs = 5;
    await disk.lstat(`${folder}/.`);
    await disk.lstat(`${folder}/.`);
    assertEquals(watch.asked, 4, "5 ms are not slow");
    watch.takesMs = 6;
    await disk.lstat(`${folder}/.`);
    for (let call = 0; call < 1_000; call++) await disk.lstat(`${folder}/.`);
    assertEquals(watch.asked, 6);
    watch.takesMs = 0;
    await disk.lstat(`${folder}/.`);
    await disk.lstat(`${folder}/.`);
    assertEquals(watch.asked, 10);
  }));

Deno.test("Disk counts a slow answer that is an error", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const disk = new Disk({ now: watch.now, localFolders: await local(folder) });
    watch.takesMs = 6;
    await assertRejects(() => disk.lstat(`${folder}/missing`), Deno.errors.NotFound);
    await assertRejects(() => disk.lstat(`${folder}/missing`), Deno.errors.NotFound);
    assertEquals(watch.asked, 2);
  }));

Deno.test("Disk leaves every call to another thread when the folder is not known to be on this machine", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const unknown = new LocalFolders({ typeOf: () => new Promise(() => {}) });
    for (const localFolders of [await local(folder, NFS), unknown]) {
      const disk = new Disk({ now: watch.now, localFolders });
      for (let call = 0; call < 3; call++) await disk.lstat(`${folder}/.`);
      assertEquals(await disk.ask(undefined, () => "now", () => Promise.resolve("later")), "later");
      assertEquals(await disk.ask(folder, () => "now", () => Promise.resolve("later")), "later");
      assertFalse(disk.speedIn(folder).isFast);
    }
    assertEquals(watch.asked, 0);
    const disk = new Disk({ now: watch.now, localFolders: await local(folder) });
    assertEquals(await disk.ask(folder, () => "now", () => Promise.resolve("later")), "now");
    assert(disk.speedIn(folder).isFast);
  }));

Deno.test("Disk keeps a thread free when all the others wait for a disk that hangs", async () => {
  const disk = new Disk({ maxCallsAtOnce: 2 });
  const hung = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const asked: string[] = [];
  const calls = [...hung, Promise.withResolvers<string>()].map(({ promise }, index) =>
    disk.wait(() => {
      asked.push(String(index));
      return promise;
    })
  );
  assertEquals(await Promise.all(calls.map(stateOf)), ["pending", "pending", "pending"]);
  assertEquals(asked, ["0", "1"]);
  hung[1]!.reject(new Error("gone"));
  await assertRejects(() => calls[1]!, Error, "gone");
  assertEquals([await stateOf(calls[2]!), asked], ["pending", ["0", "1", "2"]]);
  hung[0]!.resolve("done");
  assertEquals(await calls[0], "done");
});
