import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "../cli/child.ts";
import { runClient } from "../cli/in_process.ts";
import { runCommand } from "../runtime.ts";
import { sentLine, type Standing, withServer } from "./files_standing.ts";

/** Runs a test with a server and some files to send. */
function withFiles(
  files: readonly string[],
  test: (standing: Standing) => Promise<void>,
  args: readonly string[] = [],
): Promise<void> {
  return withServer({ args }, async (standing) => {
    for (const path of files) {
      const there = `${standing.folder}/${path}`;
      await Deno.mkdir(there.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(there, path);
    }
    await test(standing);
  });
}

for (
  const [what, files, paths, name] of [
    ["two files have one name", ["a/x", "b/x"], ["a/x", "b/x"], "x"],
    ["two folders hold a file of one name", ["a/d/x", "b/d/x"], ["a/d", "b/d"], "d/x"],
    ["a file has a folder's name", ["a/x", "b/x/y"], ["a/x", "b/x"], "x"],
  ] as const
) {
  Deno.test(`files client sends nothing and ends with 2 when ${what}`, async () => {
    await withFiles(files, async ({ inbox, folder, send }) => {
      const { code, stdout, stderr } = await send(...paths.map((path) => `${folder}/${path}`));
      assertEquals([code, stdout], [2, ""]);
      const deep = name.includes("/") ? "/x" : "";
      const [one, other] = paths.map((path) => `${folder}/${path}${deep}`);
      assertStringIncludes(
        stderr,
        `files: Cannot send both ${one} and ${other}: each would be "${name}" at the server; ` +
          "send them one at a time\n",
      );
      assertEquals(await inbox.names(), []);
    });
  });
}

Deno.test("files client sends a file once when it is named twice", async () => {
  await withFiles(["a/x"], async ({ inbox, folder, send }) => {
    const { code, stdout, stderr } = await send(
      `${folder}/a/x`,
      `${folder}/./a/x`,
      `${folder}/a//x`,
    );
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("1 file"));
    assertEquals(await inbox.names(), ["x"]);
  });
});

Deno.test("files client --simple sends two files of one name, because it sends no names", async () => {
  await withFiles(["a/x", "b/x"], async ({ inbox, folder, send }) => {
    const { code, stderr } = await send("--simple", `${folder}/a/x`, `${folder}/b/x`);
    assertEquals([code, stderr], [0, ""]);
    assertEquals((await inbox.names()).length, 2);
  });
});

Deno.test("files client --name is what a file is called at the server", async () => {
  await withFiles(["a/x"], async ({ inbox, folder, send }) => {
    const { code, stderr } = await send("--name", "y.txt", `${folder}/a/x`);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(await inbox.names(), ["y.txt"]);
  });
});

Deno.test("files client --name ends with 2 when there are several files, or a folder", async () => {
  await withFiles(["a/x", "a/y"], async ({ inbox, folder, send }) => {
    for (const paths of [["a/x", "a/y"], ["a"]]) {
      const ran = await send("--name", "z", ...paths.map((path) => `${folder}/${path}`));
      assertEquals([ran.code, ran.stdout], [2, ""]);
      const said = "files: --name is the name of one file: give one, and no folder\n";
      assertStringIncludes(ran.stderr, said);
    }
    assertEquals(await inbox.names(), []);
  });
});

Deno.test("files client --exclude leaves out what it fits, and may be repeated", async () => {
  const files = ["p/a.log", "p/b.txt", "p/build/x.o", "p/build/y"];
  await withFiles(files, async ({ inbox, folder, send }) => {
    const args = ["--exclude", "*.log", "--exclude=build/*.o", `${folder}/p`];
    const { code, stdout, stderr } = await send(...args);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, sentLine("2 files"));
    assertEquals(await inbox.text("p/b.txt"), "p/b.txt");
    assertEquals(await inbox.text("p/build/y"), "p/build/y");
  });
});

Deno.test("files client ends with 1 and says that nothing is left when --exclude fits everything", async () => {
  await withFiles(["p/a"], async ({ folder }) => {
    const options = { port: 1, args: ["--exclude", "*", `${folder}/p`] };
    const { code, stdout, stderr } = await runClient("files", options);
    assertEquals([code, stdout], [1, ""]);
    assertEquals(stderr, "files: Nothing is left to send: --exclude leaves out everything\n");
  });
});

Deno.test("files client says what a file is called at the server when that is another name", async () => {
  await withFiles(["a/x.txt", "b/x.txt"], async ({ folder, send }) => {
    assertEquals((await send(`${folder}/a/x.txt`)).code, 0);
    const { code, stderr } = await send(`${folder}/b/x.txt`);
    assertEquals(code, 0);
    assertEquals(stderr, `${folder}/b/x.txt was stored as "x (1).txt"\n`);
  }, ["--exists", "rename"]);
});

for (const simple of [[], ["--simple"]]) {
  const how = simple.length > 0 ? " --simple" : "";
  Deno.test(
    `files client${how} sends what can be read of a file whose size the system does not tell (needs /proc)`,
    {
      ignore: Deno.build.os !== "linux",
    },
    async () => {
      await withServer({}, async ({ inbox, server }) => {
        // Deno guards what lies there by itself.
        const command = runCommand("clients/files.ts", {
          flags: ["--allow-all"],
          args: ["--port", `${server.port}`, ...simple, "/proc/version"],
        });
        const { code, stdout, stderr } = await run(command);
        assertEquals([code, stderr], [0, ""]);
        assertMatch(stdout, sentLine("1 file"));
        const [name = ""] = await inbox.names();
        assertEquals(await inbox.text(name), (await run(["cat", "/proc/version"])).stdout);
      });
    },
  );
}

Deno.test("files client --json says that it compares before it sends what the server has", async () => {
  await withServer({}, async ({ folder, send }) => {
    await Deno.writeFile(`${folder}/a.bin`, new Uint8Array(3 * 1024 ** 2).fill(7));
    assertEquals((await send(`${folder}/a.bin`)).code, 0);
    const { stdout } = await send("--json", `${folder}/a.bin`);
    const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(records[0].event, "comparing");
    assertEquals([records[0].file, records[0].size], [`${folder}/a.bin`, 3 * 1024 ** 2]);
  });
});
