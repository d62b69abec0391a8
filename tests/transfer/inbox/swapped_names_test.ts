import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { type ExistsPolicy, giveName } from "../../../transfer/inbox/final_name.ts";
import { InboxFolders, type OpenFolder } from "../../../transfer/inbox/inbox_folders.ts";
import { locate } from "../../../transfer/inbox/place.ts";
import { rejectionOf } from "../../../testing/turns.ts";
import { inFolder } from "../../contract/folder.ts";
import { assertRefused, treeOf } from "../incoming.ts";
import { noSync } from "../no_sync.ts";

const diskSync = new DiskSync(noSync);
const POLICIES: readonly ExistsPolicy[] = ["fail", "rename", "overwrite"];

/** A finished file that is to get a name in an inbox whose folders are gone about by paths. */
interface Finished {
  readonly root: string;
  readonly outside: string;
  /** Gives it the name; once its folder is open, `then` is done, and may return another folder. */
  giveName(
    policy: ExistsPolicy,
    then: (into: OpenFolder) => Promise<OpenFolder | void>,
  ): Promise<string | undefined>;
}

/** Runs a test with a finished file that is to be called `path`. */
function withFinished(path: string, test: (finished: Finished) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const base = await Deno.realPath(folder);
    const [root, outside, part] = [`${base}/inbox`, `${base}/outside`, `${base}/inbox/part`];
    for (const path of [`${root}/a`, outside]) await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(part, "new");
    const info = await Deno.lstat(part);
    const place = await locate(root, path);
    await test({
      root,
      outside,
      giveName: async (policy, then) => {
        const folders = new InboxFolders(root, { diskSync, canHold: false });
        const open = folders.open.bind(folders);
        folders.open = async (folder) => {
          const into = await open(folder);
          return await then(into) ?? into;
        };
        return await giveName(part, { info, place, policy, folders, diskSync });
      },
    });
  });
}

/** Puts a link that leads outside in the place of the folder `a`. */
async function swap({ root, outside }: Finished): Promise<void> {
  await Deno.rename(`${root}/a`, `${root}/aside`);
  await Deno.symlink(outside, `${root}/a`);
}

for (const policy of POLICIES) {
  Deno.test(`giveName() takes back a name that landed outside, with policy ${policy}`, () =>
    withFinished("a/x", async (finished) => {
      await assertRefused(finished.giveName(policy, () => swap(finished)), "storage-failed");
      assertEquals(await treeOf(finished.outside), []);
      assertEquals(await treeOf(finished.root), ["a ->", "aside/", "part: new"]);
      assertEquals((await Deno.lstat(`${finished.root}/part`)).nlink, 1);
    }));

  Deno.test(`giveName() takes back a folder that landed outside with the name, with policy ${policy}`, () =>
    withFinished("a/b/x", async (finished) => {
      const { root, outside } = finished;
      const elsewhere = async () => {
        await Deno.rename(`${root}/a/b`, `${outside}/b`);
        await swap(finished);
      };
      await assertRefused(finished.giveName(policy, elsewhere), "storage-failed");
      assertEquals(await treeOf(outside), []);
      assertEquals(await treeOf(root), ["a ->", "aside/", "part: new"]);
    }));

  Deno.test(`giveName() takes back a folder whose place is gone when the name is given, with policy ${policy}`, () =>
    withFinished("a/b/x", async (finished) => {
      const { root } = finished;
      // What was made is in reach again as soon as somebody looks for it.
      const away = (into: OpenFolder) =>
        Deno.rename(`${root}/a`, `${root}/aside`).then((): OpenFolder => ({
          ...into,
          takeBack: async () => {
            await Deno.rename(`${root}/aside`, `${root}/a`);
            await into.takeBack();
          },
        }));
      await assertRefused(finished.giveName(policy, away), "storage-failed");
      assertEquals(await treeOf(root), ["a/", "part: new"]);
    }));
}

for (const what of ["a file", "an empty folder", "nothing"] as const) {
  Deno.test(`giveName() removes nothing outside that it did not make, where that is ${what}`, () =>
    withFinished("a/b/c/x", async (finished) => {
      const { root, outside, giveName } = finished;
      await assertRefused(
        giveName("fail", async () => {
          await swap(finished);
          if (what === "a file") await Deno.writeTextFile(`${outside}/b`, "precious");
          if (what === "an empty folder") await Deno.mkdir(`${outside}/b`);
        }),
        "storage-failed",
      );
      const there = { "a file": ["b: precious"], "an empty folder": ["b/"], nothing: [] }[what];
      assertEquals(await treeOf(outside), there);
      assertEquals(await treeOf(root), ["a ->", "aside/", "aside/b/", "aside/b/c/", "part: new"]);
    }));
}

Deno.test("giveName() leaves a folder that others use when its own name was refused", () =>
  withFinished("a/b/x", async ({ root, giveName }) => {
    const another = async (into: OpenFolder) => {
      await Deno.writeTextFile(`${root}/a/b/another`, "");
      return { ...into, isInPlace: () => Promise.resolve(false) };
    };
    await assertRefused(giveName("fail", another), "storage-failed");
    assertEquals(await treeOf(root), ["a/", "a/b/", "a/b/another: ", "part: new"]);
  }));

Deno.test("giveName() says what the system says when a folder is where it was", () =>
  withFinished("a/x", async ({ root, giveName }) => {
    const error = await rejectionOf(giveName("fail", async () => {
      await Deno.remove(`${root}/part`);
    }));
    assertInstanceOf(error, Deno.errors.NotFound);
  }));

Deno.test("giveName() tries once more when the folder was another one in the moment in which the name was given", () =>
  withFinished("a/b/x", async ({ root, giveName }) => {
    let opened = 0;
    const replaced = (into: OpenFolder) =>
      Promise.resolve(++opened === 1 ? { ...into, path: `${root}/replaced` } : into);
    assertEquals([await giveName("fail", replaced), opened], ["x", 2]);
    assertEquals(await treeOf(root), ["a/", "a/b/", "a/b/x: new"]);
  }));

Deno.test("giveName() leaves no name of its own when a folder takes the file's just before, with policy overwrite", () =>
  withFinished("a/x", async ({ root, giveName }) => {
    let looks = 0;
    const folderComes = (into: OpenFolder) =>
      Promise.resolve({
        ...into,
        isInPlace: async () => {
          if (++looks === 4) await Deno.mkdir(`${root}/a/x/y`, { recursive: true });
          return await into.isInPlace();
        },
      });
    await assertRejects(() => giveName("overwrite", folderComes));
    assertEquals(await treeOf(root), ["a/", "a/x/", "a/x/y/", "part: new"]);
    assertEquals((await Deno.lstat(`${root}/part`)).nlink, 1);
  }));
