import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, namesIn } from "../contract/folder.ts";
import { digestOf, HELLO } from "../transfer/dialogue.ts";
import { runClient as spawnClient } from "../cli/child.ts";
import { runClient } from "../cli/in_process.ts";
import { onNode } from "../runtime.ts";
import { type Standing, withServer } from "./files_standing.ts";

const TOKEN = "a secret";

interface Receipted extends Standing {
  /** The receipt's path. */
  readonly receipt: string;
  /** Looks at the receipt with these arguments; `lines` are what stdout and stderr said. */
  readonly verify: (
    ...args: readonly string[]
  ) => Promise<{ code: number; lines: string[]; note: string }>;
}

/** Runs a test where the files a and b were sent, and there is a receipt of it. */
async function withReceipt(
  token: string | undefined,
  test: (receipted: Receipted) => Promise<void>,
): Promise<void> {
  const args = token === undefined ? [] : ["--token", token];
  await withServer({ args }, async (standing) => {
    const { server, folder } = standing;
    const receipt = `${folder}/receipt.json`;
    await Deno.writeTextFile(`${folder}/a`, "hello");
    await Deno.writeTextFile(`${folder}/b`, "world");
    const ran = await runClient("files", {
      port: server.port,
      args: [...args, "--receipt", receipt, `${folder}/a`, `${folder}/b`],
    });
    assertEquals([ran.code, ran.stderr], [0, ""]);
    const verify = async (...more: readonly string[]) => {
      const { code, stdout, stderr } = await standing.send("--verify", receipt, ...more);
      return { code, lines: stdout.split("\n").slice(0, -1), note: stderr };
    };
    await test({ ...standing, receipt, verify });
  });
}

Deno.test("files client --receipt writes what is stored when files were sent", async () => {
  await withReceipt(undefined, async ({ server, folder, receipt }) => {
    const { finished, ...said } = JSON.parse(await Deno.readTextFile(receipt));
    assertMatch(finished, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assertEquals(said, {
      kind: "parley receipt 1",
      receiver: `127.0.0.1:${server.port}`,
      files: [
        { source: `${folder}/a`, path: "a", size: 5, sha256: digestOf(HELLO) },
        {
          source: `${folder}/b`,
          path: "b",
          size: 5,
          sha256: digestOf(new TextEncoder().encode("world")),
        },
      ],
    });
  });
});

Deno.test("files client --verify says of each file whether it is what it was", async () => {
  await withReceipt(undefined, async ({ folder, inbox, verify }) => {
    assertEquals(await verify(), {
      code: 0,
      lines: [`same           ${folder}/a`, `same           ${folder}/b`],
      note: "2 of 2 are what they were (no seal)\n",
    });
    await Deno.writeTextFile(`${folder}/a`, "hallo");
    await Deno.remove(`${folder}/b`);
    assertEquals(await verify(), {
      code: 1,
      lines: [`other-content  ${folder}/a`, `missing        ${folder}/b`],
      note: "0 of 2 are what they were (no seal)\n",
    });
    await Deno.writeTextFile(`${inbox.path}/b`, "longer than it was");
    assertEquals(await verify("--dir", `${inbox.path}/`), {
      code: 1,
      lines: [`same           ${inbox.path}/a`, `other-size     ${inbox.path}/b`],
      note: "1 of 2 are what they were (no seal)\n",
    });
  });
});

Deno.test("files client --verify --json prints one object a line", async () => {
  await withReceipt(undefined, async ({ folder, send, receipt }) => {
    await Deno.remove(`${folder}/b`);
    const { code, stdout, stderr } = await send("--verify", receipt, "--json");
    assertEquals([code, stderr], [1, ""]);
    const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(records.map(({ sha256: _, ...record }) => record), [
      { event: "verified", file: `${folder}/a`, verdict: "same" },
      { event: "verified", file: `${folder}/b`, verdict: "missing" },
      { event: "done", files: 2, wrong: 1, seal: "no seal" },
    ]);
  });
});

Deno.test("files client --verify looks at the seal when the token is given", async () => {
  await withReceipt(TOKEN, async ({ receipt, verify }) => {
    assertEquals(
      (await verify()).note,
      "2 of 2 are what they were (sealed; --token looks at the seal)\n",
    );
    const right = await verify("--token", TOKEN);
    assertEquals([right.code, right.note], [0, "2 of 2 are what they were (the seal is right)\n"]);
    const wrong = await verify("--token", "another one");
    assertEquals([wrong.code, wrong.lines], [1, []]);
    const problem =
      `files: Cannot use the receipt ${receipt}: its seal is not that of the token: ` +
      "it was changed, or the token is another one\n";
    assertEquals(wrong.note, problem);
    const changed = (await Deno.readTextFile(receipt)).replace('"size": 5', '"size": 6');
    await Deno.writeTextFile(receipt, changed);
    assertEquals((await verify("--token", TOKEN)).note, problem);
  });
});

Deno.test("files client --verify refuses a token when the receipt has no seal", async () => {
  await withReceipt(undefined, async ({ receipt, verify }) => {
    const { code, note } = await verify("--token", TOKEN);
    assertEquals(code, 1);
    assertEquals(
      note,
      `files: Cannot use the receipt ${receipt}: it has no seal, so a token says nothing of it\n`,
    );
  });
});

for (
  const [what, text, problem] of [
    ["is missing", undefined, "there is no such file"],
    ["is no JSON", "{", "it is no JSON"],
    ["is another JSON", '{"kind":"x"}', 'it is no "parley receipt 1"'],
  ] as const
) {
  Deno.test(`files client --verify ends with 1 and one line when the receipt ${what}`, async () => {
    await inFolder(async (folder) => {
      const path = `${folder}/r.json`;
      if (text !== undefined) await Deno.writeTextFile(path, text);
      const { code, stdout, stderr } = await runClient("files", {
        port: 1,
        args: ["--verify", path],
      });
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr, `files: Cannot use the receipt ${path}: ${problem}\n`);
    });
  });
}

Deno.test("files client sends nothing when the receipt's folder is not there", async () => {
  await withServer({}, async ({ server, inbox, folder }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    const { code, stdout, stderr } = await runClient("files", {
      port: server.port,
      args: ["--receipt", `${folder}/none/r.json`, `${folder}/a`],
    });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^files: Cannot write the receipt \S+\/none\/r\.json: .*\n$/);
    assertEquals(await inbox.names(), []);
  });
});

Deno.test(
  "files client names the flag and sends nothing when Deno may not write the receipt (needs permissions)",
  {
    ignore: onNode,
  },
  async () => {
    await withServer({}, async ({ server, inbox, folder }) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      const { code, stdout, stderr } = await spawnClient("files", {
        port: server.port,
        args: ["--receipt", `${folder}/r.json`, `${folder}/a`],
      });
      assertEquals([code, stdout], [1, ""]);
      assertEquals(
        stderr,
        `files: Cannot write the receipt ${folder}/r.json: Deno does not allow it; ` +
          `add --allow-write=${folder}/r.json to the command\n`,
      );
      assertEquals(await inbox.names(), []);
    });
  },
);

Deno.test("files client leaves an older receipt as it is when nothing was stored", async () => {
  await withServer({ args: ["--max-file", "1"] }, async ({ server, folder }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    for (const text of ['{"kind": "parley receipt 1", "an": "older one"}', undefined]) {
      const path = `${folder}/${text ? "old" : "new"}.json`;
      if (text !== undefined) await Deno.writeTextFile(path, text);
      const { code } = await runClient("files", {
        port: server.port,
        args: ["--receipt", path, `${folder}/a`],
      });
      assertEquals(code, 1);
      if (text !== undefined) assertEquals(await Deno.readTextFile(path), text);
    }
    assertEquals(await namesIn(folder), ["a", "old.json"]);
  });
});

Deno.test("files client replaces a receipt and an empty file, and nothing else, when --receipt names it", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    const source = `${folder}/a`;
    const path = `${folder}/r.json`;
    const older = '{ "kind": "parley receipt 1", "cut": ';
    await Deno.writeTextFile(source, "hello");
    await Deno.mkdir(`${folder}/folder`);
    for (const text of ["a photo", '{"kind":"parley receipt 2"}', " ", "[]"]) {
      await Deno.writeTextFile(path, text);
      const { code, stdout, stderr } = await send("--receipt", path, source);
      assertEquals([code, stdout], [2, ""]);
      const what = "the file that is there is no receipt; name another one, or remove it";
      assertStringIncludes(stderr, `files: Cannot write the receipt ${path}: ${what}\n`);
      assertEquals(await Deno.readTextFile(path), text);
    }
    const { code, stderr } = await send("--receipt", `${folder}/folder`, source);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      `files: Cannot write the receipt ${folder}/folder: it is no file\n`,
    );
    assertEquals(await inbox.names(), []);
    for (const text of [older, `\ufeff${older}`, ""]) {
      await Deno.writeTextFile(path, text);
      assertEquals((await send("--receipt", path, source)).code, 0);
      assertEquals(JSON.parse(await Deno.readTextFile(path)).files.length, 1);
    }
    assertEquals(await namesIn(folder), ["a", "folder", "r.json"]);
  });
});

Deno.test("files client refuses a receipt that is among what is sent", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.mkdir(`${folder}/d/in`, { recursive: true });
    const text = '{"kind": "parley receipt 1"}';
    await Deno.writeTextFile(`${folder}/d/in/r`, text);
    await Deno.link(`${folder}/d/in/r`, `${folder}/hard`);
    await Deno.symlink("d/in/r", `${folder}/soft`);
    const refused = "it is among what is sent; name another file\n";
    for (
      const [receipt, source] of [
        ["d/in/r", "d/in/r"],
        ["hard", "d/in/r"],
        ["soft", "d/in/r"],
        ["d/in/r", "d"],
        ["soft", "d/in/"],
      ]
    ) {
      const { code, stderr } = await send(
        "--receipt",
        `${folder}/${receipt}`,
        `${folder}/${source}`,
      );
      assertEquals(code, 2);
      assertStringIncludes(stderr, refused);
    }
    assertEquals(await inbox.names(), []);
    assertEquals(await Deno.readTextFile(`${folder}/d/in/r`), text);
    // Beside a folder whose name it begins with, it is not in it.
    await Deno.writeTextFile(`${folder}/d.json`, text);
    assertEquals((await send("--receipt", `${folder}/d.json`, `${folder}/d`)).code, 0);
  });
});

Deno.test("files client writes a receipt through a link, with the bits that the older one had", async () => {
  await withServer({}, async ({ folder, send }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    await Deno.mkdir(`${folder}/kept`);
    await Deno.writeTextFile(`${folder}/kept/r`, "");
    await Deno.chmod(`${folder}/kept/r`, 0o600);
    await Deno.symlink("kept/r", `${folder}/link`);
    assertEquals((await send("--receipt", `${folder}/link`, `${folder}/a`)).code, 0);
    assertEquals((await Deno.lstat(`${folder}/link`)).isSymlink, true);
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/kept/r`)).files.length, 1);
    assertEquals((await Deno.stat(`${folder}/kept/r`)).mode! & 0o777, 0o600);
    assertEquals(await namesIn(`${folder}/kept`), ["r"]);
  });
});

Deno.test(
  "files client writes a receipt when its file is all that may be written (needs permissions)",
  { ignore: onNode },
  async () => {
    await withServer({}, async ({ server, folder }) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      const path = `${folder}/r.json`;
      for (let times = 0; times < 2; times++) {
        const { code, stderr } = await spawnClient("files", {
          port: server.port,
          permissions: [`--allow-write=${path}`],
          args: ["--receipt", path, `${folder}/a`],
        });
        assertEquals([code, stderr], [0, ""]);
        assertEquals(JSON.parse(await Deno.readTextFile(path)).files.length, 1);
      }
      assertEquals(await namesIn(folder), ["a", "r.json"]);
    });
  },
);

Deno.test("files client writes a receipt of empty folders, and --verify looks for them", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.mkdir(`${folder}/empty`);
    const path = `${folder}/r.json`;
    assertEquals((await send("--receipt", path, `${folder}/empty`)).code, 0);
    const { files, folders } = JSON.parse(await Deno.readTextFile(path));
    assertEquals([files, folders], [[], [{ source: `${folder}/empty`, path: "empty" }]]);
    const there = await send("--verify", path, "--dir", inbox.path);
    assertEquals([there.code, there.stdout], [0, `same           ${inbox.path}/empty\n`]);
    await Deno.remove(`${inbox.path}/empty`);
    const gone = await send("--verify", path, "--dir", inbox.path);
    assertEquals([gone.code, gone.stdout], [1, `missing        ${inbox.path}/empty\n`]);
  });
});

Deno.test("files client --verify compares stdin with nothing but what the server has", async () => {
  await withServer({}, async ({ server, inbox, folder, send }) => {
    const path = `${folder}/r.json`;
    const args = ["--receipt", path, "-", "--name", "n.txt"];
    const sent = await runClient("files", { port: server.port, args, stdin: "typed" });
    assertEquals([sent.code, sent.stderr], [0, ""]);
    const here = await send("--verify", path);
    assertEquals([here.code, here.stdout], [0, "from-stdin     n.txt (nothing to compare)\n"]);
    const there = await send("--verify", path, "--dir", inbox.path);
    assertEquals([there.code, there.stdout], [0, `same           ${inbox.path}/n.txt\n`]);
  });
});

Deno.test("files client --verify refuses a receipt whose path leads out of the folder", async () => {
  await withReceipt(undefined, async ({ receipt, inbox, verify }) => {
    const text = await Deno.readTextFile(receipt);
    const out = "../../../../etc/hostname\\u001b[2J";
    await Deno.writeTextFile(receipt, text.replace('"path": "a"', `"path": "${out}"`));
    const { code, lines, note } = await verify("--dir", inbox.path);
    assertEquals([code, lines], [1, []]);
    assertEquals(
      note,
      `files: Cannot use the receipt ${receipt}: its path "../../../../etc/hostname\\x1b[2J" ` +
        "leads out of the receiver's folder\n",
    );
  });
});
