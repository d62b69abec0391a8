import { assertEquals } from "@std/assert";
import { findClash, type FindFilesOptions } from "../../../transfer/mod.ts";
import { inFolder } from "../../contract/folder.ts";

/** Runs a test in a folder with some files; a path that ends in a slash is a folder. */
function withFiles(
  files: readonly string[],
  test: (
    clash: (paths: readonly string[], options?: FindFilesOptions) => Promise<string | undefined>,
    root: string,
  ) => Promise<void>,
): Promise<void> {
  return inFolder(async (root) => {
    for (const path of files) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      if (!path.endsWith("/")) await Deno.writeTextFile(`${root}/${path}`, path);
    }
    await test(async (paths, options) => {
      const there = paths.map((path) => path === "-" ? path : `${root}/${path}`);
      const found = await findClash(there, options);
      return found && `${found.path}: ${found.locals.join(" ").replaceAll(`${root}/`, "")}`;
    }, root);
  });
}

const STDIN = { stream: new ReadableStream<Uint8Array<ArrayBuffer>>(), name: "x" };

Deno.test("findClash() names two files that would have one path", () =>
  withFiles(["a/x", "b/x", "a/y", "c/x/z"], async (clash) => {
    assertEquals(await clash(["a/x", "a/y", "b/x"]), "x: a/x b/x");
    assertEquals(await clash(["a/x", "c/x"]), "x: a/x c/x");
    assertEquals(await clash(["c/x", "a/x"]), "x: c/x a/x");
    assertEquals(await clash(["a/x", "-"], { stdin: STDIN }), "x: a/x -");
    assertEquals(await clash(["a/x", "a/y"]), undefined);
  }));

Deno.test("findClash() names what stdin would replace when its name leads into a folder", () =>
  withFiles(["d/in/x", "in"], async (clash) => {
    const stdin = (name: string) => ({ stdin: { ...STDIN, name } });
    assertEquals(await clash(["d", "-"], stdin("d/in/x")), "d/in/x: d/in/x -");
    assertEquals(await clash(["-", "d"], stdin("d/in")), "d/in: - d/in");
    assertEquals(await clash(["in", "-"], stdin("in/x")), "in: in -");
    assertEquals(await clash(["d", "-"], stdin("d/in/y")), undefined);
  }));

Deno.test("findClash() finds none when the very same file or folder is named twice", () =>
  withFiles(["a/x"], async (clash, root) => {
    await Deno.symlink("a", `${root}/link`);
    await Deno.mkdir(`${root}/b`);
    await Deno.link(`${root}/a/x`, `${root}/b/x`);
    assertEquals(await clash(["a/x", "./a/x", "a/../a/x", "link/x", "b/x"]), undefined);
    assertEquals(await clash(["a", "a/", "a/.", "./a"]), undefined);
    assertEquals(await clash(["-", "-"], { stdin: STDIN }), undefined);
  }));

Deno.test("findClash() looks into folders of one name, and only as far as they have names in common", () =>
  withFiles([
    "1/src/in/both/deep",
    "2/src/in/both/deep",
    "1/src/only",
    "2/src/other",
    "3/src/in/both",
    "4/src/empty/",
    "4/src/in/another",
    "5/src/in/both/",
  ], async (clash) => {
    assertEquals(
      await clash(["1/src", "2/src"]),
      "src/in/both/deep: 1/src/in/both/deep 2/src/in/both/deep",
    );
    assertEquals(await clash(["1/src", "3/src"]), "src/in/both: 1/src/in/both 3/src/in/both");
    assertEquals(await clash(["1/src", "4/src", "5/src"]), undefined);
    const three = await clash(["4/src", "1/src", "2/src"]);
    assertEquals(three, "src/in/both/deep: 1/src/in/both/deep 2/src/in/both/deep");
  }));

Deno.test("findClash() does not count what is not sent: links, what is left out, what is missing", () =>
  withFiles(["1/src/x", "2/src/y"], async (clash, root) => {
    await Deno.symlink("y", `${root}/2/src/x`);
    assertEquals(await clash(["1/src", "2/src", "3/src"]), undefined);
    await Deno.remove(`${root}/2/src/x`);
    await Deno.writeTextFile(`${root}/2/src/x`, "");
    assertEquals(await clash(["1/src", "2/src"]), "src/x: 1/src/x 2/src/x");
    for (const glob of ["x", "/x", "src", "?", "src/"]) {
      assertEquals(await clash(["1/src", "2/src"], { exclude: [glob] }), undefined, glob);
    }
  }));

Deno.test("findClash() looks at what the root of a disk holds beside what is named", async () => {
  await inFolder(async (root) => {
    const [first = ""] = (await Array.fromAsync(Deno.readDir("/")))
      .filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
    await Deno.writeTextFile(`${root}/${first}`, "x");
    const clash = await findClash(["/", `${root}/${first}`]);
    assertEquals(clash, { path: first, locals: [`/${first}`, `${root}/${first}`] });
  });
});
