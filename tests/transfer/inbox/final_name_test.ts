import { assert, assertEquals } from "@std/assert";
import { DiskSync } from "../../../transfer/inbox/disk_sync.ts";
import { locate, type Place } from "../../../transfer/inbox/place.ts";
import { type ExistsPolicy, giveName } from "../../../transfer/inbox/final_name.ts";
import { inFolder, namesIn } from "../../contract/folder.ts";
import { Child, succeeds } from "../../cli/child.ts";
import { runCommand } from "../../runtime.ts";
import { InboxFolders } from "../../../transfer/inbox/inbox_folders.ts";
import { assertRefused, treeOf } from "../incoming.ts";
import { noSync } from "../no_sync.ts";

const diskSync = new DiskSync(noSync);
const POLICIES: readonly ExistsPolicy[] = ["fail", "rename", "overwrite", "skip-same"];

/** A finished file without its name, and what publishes it. */
interface Finished {
  readonly root: string;
  readonly place: Place;
  readonly part: string;
  giveName(policy: ExistsPolicy): Promise<string | undefined>;
}

/** Runs a test with a finished file that is to get a name. */
function withFinished(name: string, test: (finished: Finished) => Promise<void>): Promise<void> {
  return inFolder(async (root) => {
    const place = await locate(root, name);
    const part = `${root}/part`;
    await Deno.writeTextFile(part, "new");
    await test({
      root,
      place,
      part,
      giveName: async (policy) =>
        await giveName(part, { ...await known(root, part), place, policy }),
    });
  });
}

async function known(root: string, part: string) {
  const folders = new InboxFolders(root, { diskSync });
  return { info: await Deno.lstat(part), folders, diskSync };
}

for (const policy of POLICIES) {
  Deno.test(`giveName() gives a free name, and leaves one name alone, with policy ${policy}`, () =>
    withFinished("x.txt", async ({ root, giveName }) => {
      assertEquals(await giveName(policy), "x.txt");
      assertEquals(await treeOf(root), ["x.txt: new"]);
      assertEquals((await Deno.stat(`${root}/x.txt`)).nlink, 1);
    }));

  Deno.test(`giveName() replaces a file only where it shall, with policy ${policy}`, () =>
    withFinished("x.txt", async ({ root, place, giveName }) => {
      await Deno.writeTextFile(place.target, "old");
      const name = await giveName(policy);
      const expected = {
        fail: [undefined, ["part: new", "x.txt: old"]],
        rename: ["x (1).txt", ["x (1).txt: new", "x.txt: old"]],
        overwrite: ["x.txt", ["x.txt: new"]],
        "skip-same": [undefined, ["part: new", "x.txt: old"]],
      } as const;
      assertEquals([name, await treeOf(root)], [...expected[policy]]);
    }));

  Deno.test(`giveName() never takes a folder's place, with policy ${policy}`, () =>
    withFinished("x.txt", async ({ root, place, giveName }) => {
      await Deno.mkdir(place.target);
      if (policy === "overwrite") await assertRefused(giveName(policy), "exists");
      else assertEquals(await giveName(policy), policy === "rename" ? "x (1).txt" : undefined);
      const where = policy === "rename" ? "x (1).txt: new" : "part: new";
      assertEquals(await treeOf(root), [where, "x.txt/"].sort());
    }));

  Deno.test(`giveName() writes nothing through a link that has the name, with policy ${policy}`, () =>
    withFinished("x.txt", async ({ root, place, giveName }) => {
      await Deno.writeTextFile(`${root}/prey`, "untouched");
      for (const target of ["nowhere", "prey"]) {
        await Deno.symlink(target, place.target);
        const name = await giveName(policy);
        if (policy === "overwrite") assert((await Deno.lstat(place.target)).isFile);
        else assertEquals(name, policy === "rename" ? "x (1).txt" : undefined);
        await Deno.remove(place.target);
        for (const made of ["x (1).txt", "part"]) {
          await Deno.remove(`${root}/${made}`).catch(() => {});
        }
        assertEquals(await treeOf(root), ["prey: untouched"]);
        await Deno.writeTextFile(`${root}/part`, "new");
      }
    }));
}

/** Names, and what one who comes too late gets for them. */
const COPIES: Readonly<Record<string, string>> = {
  "photo.jpg": "photo (1).jpg",
  "archive.tar.gz": "archive.tar (1).gz",
  "README": "README (1)",
  ".bashrc": ".bashrc (1)",
  ".config.json": ".config (1).json",
  "photo (1).jpg": "photo (1) (1).jpg",
  "é.jpg": "é (1).jpg",
  [`${"a".repeat(251)}.jpg`]: `${"a".repeat(247)} (1).jpg`,
  ["a".repeat(255)]: `${"a".repeat(251)} (1)`,
  // A character is never cut in two: 3 and 4 bytes each.
  ["語".repeat(85)]: `${"語".repeat(83)} (1)`,
  [`${"😀".repeat(62)}.txt`]: `${"😀".repeat(61)} (1).txt`,
  // What is so long is no extension.
  [`a.${"b".repeat(253)}`]: `a.${"b".repeat(249)} (1)`,
  [`.${"b".repeat(254)}`]: `.${"b".repeat(250)} (1)`,
};

for (const [name, copy] of Object.entries(COPIES)) {
  const shown = name.length > 20 ? `${name.slice(0, 20)}...${name.slice(-4)}` : name;
  Deno.test(`giveName() finds another name when ${shown} is taken and the policy is rename`, () =>
    withFinished(name, async ({ root, place, giveName }) => {
      await Deno.writeTextFile(place.target, "old");
      assertEquals(await giveName("rename"), copy);
      assertEquals(await treeOf(root), [`${name}: old`, `${copy}: new`].sort());
    }));
}

Deno.test("giveName() gives each a name of its own when many take one at once with policy rename", () =>
  inFolder(async (root) => {
    const place = await locate(root, "x.txt");
    const names = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const part = `${root}/part-${index}`;
      await Deno.writeTextFile(part, `${index}`);
      return await giveName(part, { ...await known(root, part), place, policy: "rename" });
    }));
    assertEquals(new Set(names).size, 20);
    assertEquals(await namesIn(root), names.map(String).sort());
  }));

Deno.test("giveName() lets exactly one win when many take a name at once with policy fail", () =>
  inFolder(async (root) => {
    const place = await locate(root, "x.txt");
    const names = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
      const part = `${root}/part-${index}`;
      await Deno.writeTextFile(part, `${index}`);
      return await giveName(part, { ...await known(root, part), place, policy: "fail" });
    }));
    const winner = names.indexOf("x.txt");
    assertEquals(names.filter((name) => name !== undefined), ["x.txt"]);
    assertEquals(await Deno.readTextFile(`${root}/x.txt`), `${winner}`);
  }));

Deno.test("giveName() numbers many files of one name without a gap, and fills one that it finds", () =>
  inFolder(async (root) => {
    const place = await locate(root, "x.txt");
    const store = async () => {
      const part = `${root}/part`;
      await Deno.writeTextFile(part, "");
      return await giveName(part, { ...await known(root, part), place, policy: "rename" });
    };
    const names: (string | undefined)[] = [];
    for (let file = 0; file < 40; file++) names.push(await store());
    assertEquals(names, ["x.txt", ...Array.from({ length: 39 }, (_, at) => `x (${at + 1}).txt`)]);
    // One that was free again is found or not; whatever is found is free.
    await Deno.remove(`${root}/x (20).txt`);
    assert(["x (20).txt", "x (40).txt"].includes(String(await store())));
    await Deno.remove(`${root}/x (3).txt`);
    assertEquals(await store(), "x (3).txt");
  }));

/** Rights without which the system refuses a hard link to another one's file, as a disk without links does. */
const POWERLESS = ["dac_override", "dac_read_search", "fowner"].map((right) => `-${right}`).join();
const VIA = ["setpriv", `--bounding-set=${POWERLESS}`, `--inh-caps=${POWERLESS}`];
const LINKING =
  'd="$(mktemp -d)"; cd "$d"; touch x; chown 65534 x; chmod 600 x; "$@" sh -c "$0"; ' +
  'code=$?; rm -r "$d"; exit "$code"';
const canRefuseLinks = succeeds(["sh", "-c", LINKING, "ln x y"]) &&
  succeeds(["sh", "-c", LINKING, "! ln x y && mv x y", ...VIA]);

Deno.test(
  "giveName() renames to a free name alone when there can be no hard links (needs setpriv and protected links)",
  {
    ignore: !canRefuseLinks,
  },
  () =>
    inFolder(async (root) => {
      for (const [index, policy] of (["fail", "rename", "fail"] as const).entries()) {
        const part = `${root}/part-${index}`;
        await Deno.writeTextFile(part, policy);
        await Deno.chmod(part, 0o600);
        assert(succeeds(["chown", "65534", part]));
        const command = runCommand("tests/transfer/children/final_name.ts", {
          flags: [`--allow-read=${root}`, `--allow-write=${root}`],
          args: [root, part, policy],
        });
        await using child = new Child(command, { via: VIA });
        assertEquals([await child.ended, child.stderr.text], [0, ""]);
        assertEquals(child.stdout.text, `${["x.txt", "x (1).txt", "undefined"][index]}\n`);
      }
      assertEquals(await treeOf(root), ["part-2: fail", "x (1).txt: rename", "x.txt: fail"]);
    }),
);
