import { assert, assertEquals } from "@std/assert";
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { InboxFolders } from "../../../transfer/inbox/inbox_folders.ts";
import { inFolder, onSmallDisk } from "../../contract/folder.ts";
import { onNode } from "../../runtime.ts";
import { assertRefused, treeOf } from "../incoming.ts";
import { noSync } from "../no_sync.ts";
import { canMount } from "../small_disk.ts";

/** Runs a test in a folder whose path has no links, with both ways to go about folders. */
function inBothWays(
  name: string,
  test: (folders: InboxFolders, where: { root: string; outside: string }) => Promise<void>,
): void {
  for (const [way, canHold] of [["as it can", undefined], ["by paths", false]] as const) {
    Deno.test(`InboxFolders ${name} when it goes ${way}`, () =>
      inFolder(async (folder) => {
        const outside = await Deno.realPath(folder);
        const root = `${outside}/root`;
        await Deno.mkdir(root);
        const folders = new InboxFolders(root, { diskSync: new DiskSync(noSync), canHold });
        await test(folders, { root, outside });
      }));
  }
}

async function make(folders: InboxFolders, folder: string): Promise<void> {
  await using _folder = await folders.open(folder);
}

inBothWays("makes what is missing of a folder", async (folders, { root }) => {
  await Deno.mkdir(`${root}/a`);
  await make(folders, `${root}/a/b/c`);
  await make(folders, `${root}/a/b/c`);
  await make(folders, root);
  assertEquals(await treeOf(root), ["a/", "a/b/", "a/b/c/"]);
});

inBothWays("lets each of many succeed that make one folder", async (folders, { root }) => {
  await Promise.all(Array.from({ length: 8 }, () => make(folders, `${root}/a/b/c`)));
  assertEquals(await treeOf(root), ["a/", "a/b/", "a/b/c/"]);
});

inBothWays("refuses what has come to stand in the way", async (folders, { root, outside }) => {
  await Deno.writeTextFile(`${root}/file`, "");
  await Deno.symlink(outside, `${root}/out`);
  await assertRefused(make(folders, `${root}/file`), "exists");
  await assertRefused(make(folders, `${root}/file/x`), "exists");
  await assertRefused(make(folders, `${root}/out`), "storage-failed");
  await assertRefused(make(folders, `${root}/out/x`), "storage-failed");
  assertEquals(await treeOf(outside), ["root/", "root/file: ", "root/out ->"]);
});

inBothWays("gives a path that a file can be linked to", async (folders, { root }) => {
  await Deno.writeTextFile(`${root}/part`, "hello");
  {
    await using folder = await folders.open(`${root}/a`);
    await Deno.link(`${root}/part`, `${folder.path}/x`);
    assert(await folder.isInPlace());
  }
  assertEquals(await treeOf(root), ["a/", "a/x: hello", "part: hello"]);
});

inBothWays(
  "notices that a link took a folder's place, or does not follow it",
  async (folders, where) => {
    const { root, outside } = where;
    await Deno.writeTextFile(`${root}/part`, "hello");
    await Deno.mkdir(`${root}/a/b`, { recursive: true });
    await Deno.mkdir(`${outside}/prey/b`, { recursive: true });
    await using folder = await folders.open(`${root}/a/b`);
    await Deno.rename(`${root}/a`, `${root}/moved`);
    await Deno.symlink(`${outside}/prey`, `${root}/a`);
    if (folder.isHeld) {
      await Deno.link(`${root}/part`, `${folder.path}/x`);
      assertEquals(await treeOf(`${root}/moved`), ["b/", "b/x: hello"]);
      assertEquals(await treeOf(`${outside}/prey`), ["b/"]);
    } else {
      assert(!await folder.isInPlace());
    }
  },
);

for (const [way, canHold] of [["as it can", undefined], ["by paths", false]] as const) {
  Deno.test(
    `InboxFolders makes a folder on a disk that is mounted there when it goes ${way} (needs a small tmpfs)`,
    {
      ignore: !canMount,
    },
    async () => {
      const found = await onSmallDisk(async (path) => {
        const mounted = await Deno.realPath(path);
        const root = mounted.slice(0, mounted.lastIndexOf("/"));
        const folders = new InboxFolders(root, { diskSync: new DiskSync(noSync), canHold });
        await make(folders, `${mounted}/a/b`);
        assertEquals(await treeOf(mounted), ["a/", "a/b/"]);
      });
      assert(found);
    },
  );
}

Deno.test("InboxFolders holds a folder when it runs on Linux (needs every permission)", {
  ignore: Deno.build.os !== "linux" || !(onNode || await mayDoAll()),
}, () =>
  inFolder(async (folder) => {
    const root = await Deno.realPath(folder);
    const folders = new InboxFolders(root, { diskSync: new DiskSync(noSync) });
    await using held = await folders.open(`${root}/a`);
    assert(held.isHeld);
  }));

/** Says whether Deno lets this program go through /proc. */
async function mayDoAll(): Promise<boolean> {
  try {
    await Deno.lstat("/proc/self/fd");
    return true;
  } catch {
    return false;
  }
}
