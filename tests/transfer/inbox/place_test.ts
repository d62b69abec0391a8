import { assert, assertEquals, assertFalse, assertNotEquals } from "@std/assert";
import { isPartName, parsePartName, partKey, partName } from "../../../transfer/inbox/part_name.ts";
import { locate, PORTABLE_ONLY } from "../../../transfer/inbox/place.ts";
import { HOSTILE_NAMES, ORDINARY_NAMES } from "../../codec/hostile_names.ts";
import { inFolder } from "../../contract/folder.ts";
import { assertRefused, treeOf } from "../incoming.ts";

/** Runs a test in a folder whose path has no links. */
function inRoot(test: (root: string, outside: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const outside = await Deno.realPath(folder);
    await Deno.mkdir(`${outside}/root`);
    await test(`${outside}/root`, outside);
  });
}

Deno.test("locate() gives a folder, a name and both when a path is harmless", () =>
  inRoot(async (root) => {
    assertEquals(await locate(root, "a/b/c.txt"), {
      root,
      path: "a/b/c.txt",
      folder: `${root}/a/b`,
      name: "c.txt",
      target: `${root}/a/b/c.txt`,
    });
    assertEquals((await locate(root, "c.txt")).folder, root);
    assertEquals(await treeOf(root), []);
  }));

Deno.test("locate() refuses every hostile name, shown harmlessly, when a peer gives it", () =>
  inRoot(async (root) => {
    for (const { name } of HOSTILE_NAMES) {
      const { message } = await assertRefused(locate(root, name), "bad-name");
      // deno-lint-ignore no-control-regex
      assertFalse(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/.test(message), message);
    }
  }));

Deno.test("locate() refuses a link in the folder when it does not lead to a folder inside", () =>
  inRoot(async (root, outside) => {
    await Deno.mkdir(`${outside}/root-other`);
    await Deno.writeTextFile(`${root}/file`, "");
    await Deno.mkdir(`${root}/sub`);
    const links = {
      absolute: outside,
      relative: "..",
      // Its path begins as that of the folder does.
      beside: `${outside}/root-other`,
      dangling: `${outside}/nowhere`,
      gone: "nowhere",
      twice: "relative",
      loop: "loop",
      "sub/up": "../..",
    };
    for (const [name, target] of Object.entries(links)) {
      await Deno.symlink(target, `${root}/${name}`);
    }
    for (const name of Object.keys(links)) {
      await assertRefused(locate(root, `${name}/x`), "bad-name");
      await assertRefused(locate(root, `${name}/a/b/x`), "bad-name");
    }
    await Deno.symlink("file", `${root}/to-file`);
    await assertRefused(locate(root, "to-file/x"), "exists");
    await assertRefused(locate(root, "file/x"), "exists");
  }));

Deno.test("locate() gives the folder's own path when a link leads to one inside", () =>
  inRoot(async (root) => {
    await Deno.mkdir(`${root}/real/deep`, { recursive: true });
    await Deno.symlink("real", `${root}/relative`);
    await Deno.symlink(`${root}/real/deep`, `${root}/absolute`);
    await Deno.symlink(".", `${root}/self`);
    const { folder, path } = await locate(root, "relative/new/x");
    assertEquals([folder, path], [`${root}/real/new`, "relative/new/x"]);
    assertEquals((await locate(root, "self/absolute/x")).target, `${root}/real/deep/x`);
    assertEquals((await locate(root, "self/self/x")).folder, root);
  }));

Deno.test("locate() does not follow the last name when that is a link", () =>
  inRoot(async (root, outside) => {
    await Deno.symlink(outside, `${root}/out`);
    assertEquals((await locate(root, "out")).target, `${root}/out`);
  }));

Deno.test("locate() says that other systems could not have a name when this one could", () =>
  inRoot(async (root) => {
    for (const name of ORDINARY_NAMES) {
      const { message } = await assertRefused(locate(root, name), "bad-name");
      assert(message.endsWith(`; ${PORTABLE_ONLY}`), message);
      assertEquals((await locate(root, name, { names: "any" })).target, `${root}/${name}`);
    }
    for (const name of ["../x", "/x", ".parley-x", "a//b", "x\0"]) {
      for (const names of ["portable", "any"] as const) {
        const { message } = await assertRefused(locate(root, name, { names }), "bad-name");
        assertFalse(message.includes(PORTABLE_ONLY), message);
      }
    }
  }));

Deno.test("partName() begins with the file's name, and fits any file system, when that is long", () =>
  inFolder(async (root) => {
    const place = await locate(root, "a/x.txt");
    const key = partKey(root, place);
    assertNotEquals(key, partKey(root, await locate(root, "a/y.txt")));
    assertEquals(partName("x.txt", { key, copy: 2 }), `x.txt.${key}-2.part`);
    const long = partName("é".repeat(200), { key, copy: 16 });
    assertEquals(new TextEncoder().encode(long).length <= 255, true);
    assertEquals(parsePartName(long), { key, copy: 16 });
  }));

Deno.test("isPartName() says whether some system could take a name for that of an unfinished file", () => {
  const key = "0123456789abcdef01234567";
  for (const name of [`x.${key}-1.part`, `.${key}-16.part`, `X.${key.toUpperCase()}-1.PART`]) {
    assert(isPartName(name), name);
  }
  for (const name of ["x.part", `x.${key}.part`, `x.${key}-0.part`, `x.${key}-1.part.txt`]) {
    assertFalse(isPartName(name), name);
  }
});
