import { assertEquals, assertMatch } from "@std/assert";
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
    for (const text of ["an older one", undefined]) {
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
