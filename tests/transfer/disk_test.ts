import { assertEquals, assertRejects } from "@std/assert";
import { Disk } from "../../transfer/disk.ts";
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

Deno.test("Disk does the same whether it waits or another thread does", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const disk = new Disk(watch.now);
    for (const takesMs of [0, 100]) {
      watch.takesMs = takesMs;
      const path = `${folder}/${takesMs}`;
      {
        using file = await disk.open(path, { read: true, write: true, createNew: true });
        await disk.utime(file, { atime: new Date(1_000), mtime: new Date(2_000) });
        assertEquals((await disk.stat(file)).mtime?.getTime(), 2_000);
      }
      await disk.link(path, `${path}-2`);
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
    const disk = new Disk(watch.now);
    watch.takesMs = 5;
    await disk.lstat(folder);
    await disk.lstat(folder);
    assertEquals(watch.asked, 4, "5 ms are not slow");
    watch.takesMs = 6;
    await disk.lstat(folder);
    for (let call = 0; call < 1_000; call++) await disk.lstat(folder);
    assertEquals(watch.asked, 6);
    watch.takesMs = 0;
    await disk.lstat(folder);
    await disk.lstat(folder);
    assertEquals(watch.asked, 10);
  }));

Deno.test("Disk counts a slow answer that is an error", () =>
  inFolder(async (folder) => {
    const watch = watched();
    const disk = new Disk(watch.now);
    watch.takesMs = 6;
    await assertRejects(() => disk.lstat(`${folder}/missing`), Deno.errors.NotFound);
    await assertRejects(() => disk.lstat(`${folder}/missing`), Deno.errors.NotFound);
    assertEquals(watch.asked, 2);
  }));
