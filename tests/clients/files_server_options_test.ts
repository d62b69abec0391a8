import { assert, assertEquals, assertMatch } from "@std/assert";
import { inFolder } from "../contract/folder.ts";
import { someBytes } from "../transfer/dialogue.ts";
import { runClient, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { sentLine, withServer } from "./files_standing.ts";
import { RecordingProxy } from "./recording_proxy.ts";

const CERT = "tests/net/testdata/cert.pem";
const KEY = "tests/net/testdata/key.pem";
const TOKEN = "correct horse battery staple";

/** What becomes of a file whose name is taken: the names and texts there, and what the client ends with. */
const POLICIES = {
  fail: { same: 0, other: 1, there: { "a.txt": "old" } },
  rename: { same: 0, other: 0, there: { "a.txt": "old", "a (1).txt": "new" } },
  overwrite: { same: 0, other: 0, there: { "a.txt": "new" } },
  "skip-same": { same: 0, other: 1, there: { "a.txt": "old" } },
} as const;

for (const [policy, { same, other, there }] of Object.entries(POLICIES)) {
  Deno.test(`files server does what --exists ${policy} says when a name is taken`, async () => {
    await withServer({ args: ["--exists", policy] }, async ({ inbox, folder, send }) => {
      const path = `${folder}/a.txt`;
      const codes = [];
      for (const text of ["old", "old", "new"]) {
        await Deno.writeTextFile(path, text);
        const { code, stderr } = await send(path);
        codes.push(code);
        assertMatch(
          stderr,
          code === 0
            ? /^$|^\S+\/a\.txt was stored as "a \(1\)\.txt"\n$/
            : /a\.txt was not stored: there is another file with that name\n$/,
        );
      }
      assertEquals(codes, [0, same, other]);
      const names = await inbox.names();
      assertEquals(names.toSorted(), Object.keys(there).toSorted());
      for (const [name, text] of Object.entries(there)) assertEquals(await inbox.text(name), text);
    });
  });
}

Deno.test("files client and server never say the token when both have it", async () => {
  await withServer({ args: ["--token", TOKEN] }, async ({ server, inbox, folder }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    await Deno.writeTextFile(`${folder}/token`, `${TOKEN}\n`);
    await using proxy = new RecordingProxy(server.port);
    for (const token of [TOKEN, `@${folder}/token`]) {
      const { code, stdout, stderr } = await runClient("files", {
        port: proxy.port,
        args: ["--token", token, `${folder}/a`],
      });
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, /^Sent /);
    }
    assertEquals(await inbox.text("a"), "hello");
    assert(proxy.has("hello") && !proxy.has(TOKEN));
    assert(!(server.stderr.text + server.stdout.text).includes(TOKEN));
  });
});

for (
  const [what, args, problem] of [
    ["another", ["--token", "wrong"], "the token is another one"],
    ["none", [], "the receiver wants a token; give it with --token"],
    ["none, in the simple format", ["--simple"], "this server wants a token"],
  ] as const
) {
  Deno.test(`files client ends with 1 and one line when the server has a token and it has ${what}`, async () => {
    await withServer({ args: ["--token", TOKEN] }, async ({ inbox, folder, send }) => {
      await Deno.writeTextFile(`${folder}/a`, "hello");
      const { code, stderr } = await send(...args, `${folder}/a`);
      assertEquals(code, 1);
      assert(stderr.includes(problem), stderr);
      assertEquals(stderr.split("\n").length, 2);
      assertEquals(await inbox.names(), []);
    });
  });
}

Deno.test("files client ends with 1 and one line when it has a token and the server asks for none", async () => {
  await withServer({}, async ({ inbox, folder, send }) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    const { code, stdout, stderr } = await send("--token", TOKEN, `${folder}/a`);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^files: .*the receiver asks for no token, .*\n$/);
    assertEquals(await inbox.names(), []);
  });
});

for (const flags of [[], ["--simple"]] as const) {
  Deno.test(`files client and server talk when they speak TLS${flags.map((flag) => ` and ${flag}`)}`, async () => {
    const args = ["--cert", CERT, "--key", KEY];
    await withServer({ args }, async ({ server, inbox, folder, send }) => {
      await Deno.writeFile(`${folder}/a`, someBytes(2_000_000));
      await using proxy = new RecordingProxy(server.port);
      const { code, stdout, stderr } = await runClient("files", {
        port: proxy.port,
        args: ["--tls", "--ca", CERT, ...flags, `${folder}/a`],
      });
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, sentLine("1 file"));
      const [name = ""] = await inbox.names();
      assertEquals((await inbox.bytes(name)).toHex(), someBytes(2_000_000).toHex());
      assert(!proxy.has("parley") && !proxy.has("2000000::"));
      const untrusted = await send("--tls", `${folder}/a`);
      assertEquals(untrusted.code, 1);
      assertMatch(untrusted.stderr, /^files: .*certificate is not trusted: .* with --ca, or .*\n$/);
    });
  });
}

Deno.test("files client goes on with the others when the server refuses one as too large", async () => {
  await withServer({ args: ["--max-file", "1000"] }, async ({ inbox, folder, send }) => {
    for (const [name, size] of [["a", 1000], ["b", 1001], ["c", 0]] as const) {
      await Deno.writeFile(`${folder}/${name}`, someBytes(size));
    }
    const { code, stdout, stderr } = await send(
      ...["a", "b", "c"].map((name) => `${folder}/${name}`),
    );
    assertEquals(code, 1);
    assertEquals(
      stderr,
      `${folder}/b was not stored: Cannot accept file: 1001 bytes exceed maxFileBytes 1000\n`,
    );
    assertMatch(stdout, sentLine("2 files", "; 1 not stored"));
    assertEquals(await inbox.names(), ["a", "c"]);
  });
});

Deno.test("files client says in one line that the server is full when it is", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a`, "hello");
    await using inbox = await InboxFolder.make();
    const options = { args: inbox.args("--max-connections", "1") };
    await using server = await startServer("files", options);
    using _first = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await server.stderr.until(/^#0 .* connected$/m);
    const { code, stdout, stderr } = await runClient("files", {
      port: server.port,
      args: [`${folder}/a`],
    });
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^files: .* "error: the server is full: .* maxConnections 1".*\n$/);
  });
});

Deno.test(
  "files client says which flag of the server takes a name that only some systems can have",
  {
    ignore: Deno.build.os === "windows",
  },
  async () => {
    for (const names of [[], ["--names", "any"]]) {
      await withServer({ args: names }, async ({ inbox, folder, send }) => {
        const path = `${folder}/what?.txt`;
        await Deno.writeTextFile(path, "hello");
        const { code, stderr } = await send(path);
        const isTaken = names.length > 0;
        assertEquals([code, await inbox.names()], isTaken ? [0, ["what?.txt"]] : [1, []]);
        assertMatch(stderr, isTaken ? /^$/ : /; --names any on the server lets it take others\n$/);
      });
    }
  },
);
