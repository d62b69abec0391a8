import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { Disk } from "../../transfer/disk.ts";
import { LocalFolders } from "../../transfer/local_folders.ts";
import { stateOf } from "../../testing/turns.ts";
import { inFolder } from "../contract/folder.ts";
import { assertRefused } from "./incoming.ts";

/** ext4, as statfs tells of it. */
const EXT4 = 0xef53;
/** NFS, where a call may wait for a network. */
const NFS = 0x6969;

async function local(folder: string, type = EXT4): Promise<LocalFolders> {
  const folders = new LocalFolders({ typeOf: () => Promise.resolve(type) });
  await folders.learn(folder);
  return folders;
}

/** A disk that knows a folder, and what says in which way that is asked; a synchronous answer takes so long. */
async function asked({ type = EXT4 }: { type?: number } = {}) {
  const time = { now: 0 };
  const disk = new Disk({ now: () => time.now, localFolders: await local("/folder", type) });
  const way = async (takesMs: number, folder: string | undefined = "/folder") =>
    await disk.ask(
      folder,
      () => {
        time.now += takesMs;
        return "now";
      },
      () => Promise.resolve("later"),
    );
  return { disk, way, time };
}

Deno.test("Disk does the same whether it waits or another thread does", () =>
  inFolder(async (folder) => {
    for (const type of [EXT4, NFS]) {
      const disk = new Disk({ localFolders: await local(folder, type) });
      const path = `${folder}/${type}`;
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

Deno.test("Disk leaves a thousand calls to another thread after one that was slow", async () => {
  const { way } = await asked();
  assertEquals([await way(5), await way(5)], ["now", "now"], "5 ms are not slow");
  assertEquals(await way(6), "now");
  for (let call = 0; call < 1_000; call++) assertEquals(await way(0), "later");
  assertEquals([await way(0), await way(0)], ["now", "now"]);
});

Deno.test("Disk counts a slow answer that is an error", async () => {
  const { disk, way, time } = await asked();
  const failing = () => {
    time.now += 6;
    throw new Deno.errors.NotFound("nothing is there");
  };
  await assertRejects(
    () => disk.ask("/folder", failing, () => Promise.resolve()),
    Deno.errors.NotFound,
  );
  assertEquals(await way(0), "later");
});

Deno.test("Disk leaves every call to another thread when the folder is not known to be on this machine", async () => {
  const remote = await asked({ type: NFS });
  assertEquals([await remote.way(0), await remote.way(0)], ["later", "later"]);
  assertFalse(remote.disk.speedIn("/folder").isFast);
  const type = Promise.withResolvers<number>();
  const unknown = new Disk({ localFolders: new LocalFolders({ typeOf: () => type.promise }) });
  const ask = () => unknown.ask("/folder", () => "now", () => Promise.resolve("later"));
  const first = ask();
  assertEquals(await ask(), "later");
  assertEquals(await stateOf(first), "pending", "nothing is under way once its caller goes on");
  type.resolve(EXT4);
  assertEquals([await first, await ask()], ["later", "now"]);
  const known = await asked();
  assertEquals([await known.way(0), await known.way(0, "/other")], ["now", "later"]);
  assertEquals(
    await known.disk.ask(undefined, () => "now", () => Promise.resolve("later")),
    "later",
  );
  assert(known.disk.speedIn("/folder").isFast);
});

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

Deno.test("Disk refuses who waits for a disk that has not answered for half a minute", async () => {
  const time = { now: 0 };
  const disk = new Disk({ maxCallsAtOnce: 2, now: () => time.now });
  const hung = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const calls = hung.map(({ promise }) => disk.wait(() => promise));
  const waiting = disk.wait(() => Promise.resolve("late"));
  time.now = 29_999;
  const second = disk.wait(() => Promise.resolve("late too"));
  assertEquals([await stateOf(waiting), await stateOf(second)], ["pending", "pending"]);
  time.now = 30_000;
  const refused = [waiting, second, disk.wait(() => Promise.resolve("never"))];
  for (const one of refused) {
    const error = await assertRefused(one, "storage-failed");
    assertEquals(error.message, "the disk does not answer");
  }
  // As soon as one answers, the next one is asked again.
  hung[0]!.resolve("at last");
  await calls[0];
  assertEquals(await disk.wait(() => Promise.resolve("well")), "well");
  hung[1]!.resolve("too");
  await calls[1];
});
