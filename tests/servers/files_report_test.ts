import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { someBytes } from "../transfer/dialogue.ts";
import { installed, run, runServer as spawnServer } from "../cli/child.ts";
import { runServer, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";
import { connectPeer } from "../cli/peer.ts";
import { onNode } from "../runtime.ts";

const HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

Deno.test("files server prints name, size, time and digest when a file is stored", async () => {
  await using inbox = await InboxFolder.make();
  await using server = await startServer("files", { args: inbox.args() });
  await using peer = await connectPeer(server.port);
  await peer.send("5::txt::hello0::::");
  const [first = "", second = ""] = await server.stdout.lines(2);
  const [name = ""] = await inbox.names();
  assertMatch(first, /^received-\d{8}-\d{6}\.txt {2}5 B {2}\d+ m?s {2}sha256 [0-9a-f]{64}$/);
  assertStringIncludes(first, ` ${HELLO}`);
  assertMatch(
    second,
    /^received-\d{8}-\d{6} {2}0 B {2}\d+ m?s {2}sha256 e3b0c44298fc1c149afb[0-9a-f]{44}$/,
  );
  assertMatch(name, /^received-/);
  peer.close();
  await server.stderr.until(/^#0 .* closed$/m);
  assertEquals(server.stderr.text.split("\n").length, 4);
});

Deno.test(
  "files server prints the digest that sha256sum prints when a file is stored (needs sha256sum)",
  {
    ignore: !installed("sha256sum"),
  },
  async () => {
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args() });
    await using peer = await connectPeer(server.port);
    const size = 5 * 1024 ** 2 + 77;
    await peer.send(`${size}::bin::`);
    await peer.send(someBytes(size));
    const [, name = "", digest = ""] = await server.stdout.until(/^(\S+) .* sha256 (\S+)\n/);
    const { stdout } = await run(["sha256sum", `${inbox.path}/${name}`]);
    assertEquals(stdout, `${digest}  ${inbox.path}/${name}\n`);
  },
);

Deno.test("files server --json prints an object when a file is stored or is not", async () => {
  await using inbox = await InboxFolder.make();
  const options = { args: inbox.args("--json", "--max-file", "5") };
  await using server = await startServer("files", options);
  await using peer = await connectPeer(server.port);
  await peer.send("5::txt::hello6::txt::hello!");
  await peer.finish();
  await server.stdout.until(/"event":"closed"/);
  const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ event }) => event), [
    "listening",
    "opened",
    "receiving",
    "stored",
    "not-stored",
    "closed",
  ]);
  const [
    ,
    ,
    { path: begun, ...receiving },
    { ms, path, ...stored },
    { path: refused, ...notStored },
  ] = records;
  assertEquals(stored, {
    event: "stored",
    id: 0,
    size: 5,
    sha256: HELLO,
    same: false,
    resumedAt: 0,
    format: "simple",
  });
  assertEquals(receiving, { event: "receiving", id: 0, size: 5, offset: 0 });
  assertEquals([typeof begun, typeof ms, typeof refused], ["string", "number", "string"]);
  assertEquals(await inbox.names(), [path]);
  const message = "Cannot accept file: 6 bytes exceed maxFileBytes 5";
  assertEquals(notStored, {
    event: "not-stored",
    id: 0,
    code: "too-large",
    reason: message,
    error: { name: "LimitError", message },
  });
});

for (
  const [flag, sent, limit] of [
    ["--max-file", "11::txt::hello world", "11 bytes exceed maxFileBytes 10"],
    ["--max-session", "6::txt::hello!5::txt::hello", "11 bytes exceed maxSessionBytes 10"],
  ] as const
) {
  Deno.test(`files server says once why when a file is over ${flag}`, async () => {
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args(flag, "10") });
    await using peer = await connectPeer(server.port);
    await peer.send(sent);
    await peer.rest();
    assertMatch(peer.text, new RegExp(`^(-end-)?error: Cannot accept file: ${limit}\n$`));
    await server.stderr.until(
      new RegExp(`^#0 received-\\S+\\.txt not stored: Cannot accept file: ${limit}$`, "m"),
    );
  });
}

Deno.test("files server shows what a peer sent harmlessly when it is no header", async () => {
  await using inbox = await InboxFolder.make();
  await using server = await startServer("files", { args: inbox.args() });
  await using peer = await connectPeer(server.port);
  await peer.send("5::\x1b]0;owned\x07::hello");
  await peer.finish();
  await peer.rest();
  assertMatch(peer.text, /^error: .*, got "\\x1b"\n$/);
  await server.stderr.until(/^#0 .* closed$/m);
  assertMatch(server.stderr.text, /^#0 \S+ failed: .*, got "\\x1b"$/m);
  assertEquals(/[^\n\P{Cc}]/u.exec(server.stderr.text + server.stdout.text), null);
});

Deno.test("files server reads its token from a file when @FILE is given", async () => {
  await using inbox = await InboxFolder.make();
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "secret\n");
    await using server = await startServer("files", { args: inbox.args("--token", `@${path}`) });
    await using peer = await connectPeer(server.port);
    await peer.send("5::txt::hello");
    await peer.rest();
    assertEquals(peer.text, "error: this server wants a token, which this format cannot give\n");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("files server ends with 2 when the file of its token is not there", async () => {
  await using inbox = await InboxFolder.make();
  const args = inbox.args("--token", `@${inbox.path}/none`);
  const { code, stderr } = await runServer("files", { port: 0, args });
  assertEquals(code, 2);
  assertMatch(stderr, /^files: --token cannot be read from \S+\/none: .*\n\nUsage:\n/);
});

Deno.test("files server ends with 1 and one line when its folder is a file", async () => {
  await using inbox = await InboxFolder.make();
  const dir = `${inbox.path}/file`;
  await Deno.writeTextFile(dir, "");
  const { code, stdout, stderr } = await runServer("files", { port: 0, args: ["--dir", dir] });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `files: Cannot use the folder ${dir}: it is a file and no folder; name another one with --dir\n`,
  );
});

Deno.test("files server names the flags when Deno may not use its folder (needs permissions)", {
  ignore: onNode,
}, async () => {
  await using inbox = await InboxFolder.make();
  const args = ["--dir", inbox.path];
  const { code, stdout, stderr } = await spawnServer("files", { port: 0, args });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `files: Cannot use the folder ${inbox.path}: Deno does not allow it; add ` +
      `--allow-read=${inbox.path} --allow-write=${inbox.path} to the command\n`,
  );
});
