// Programs whose output is not read, is read no more, or has no room: each in a process of its own.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runClient, startClient, startServer } from "./child.ts";
import { InboxFolder } from "./inbox_folder.ts";
import { connectPeer } from "./peer.ts";
import { LINE, MANY, testUnreadEnd } from "./unread_ends.ts";

/** Starts a command whose stdout is a device that is always full. */
const INTO_FULL_DEVICE = ["sh", "-c", 'exec "$@" >/dev/full', "sh"];
const hasFullDevice = Deno.build.os === "linux";

testUnreadEnd("behind a pipe");

Deno.test("reverse server ends when it is told to, though nobody reads what it printed", async () => {
  await using server = await startServer("reverse", { args: ["--gap", "1m"], unread: true });
  await using peer = await connectPeer(server.port);
  const answers = peer.lines(MANY);
  await peer.send(`${LINE}\n`.repeat(MANY));
  await answers;
  server.signal("SIGTERM");
  await server.stderr.until(/reverse: \d+ lines were not written to stdout\n/);
  await server.leave();
  assertEquals(await server.ended, 0);
});

Deno.test("files server stores every file when its reader has left, and says so once", async () => {
  await using inbox = await InboxFolder.make();
  const { permissions } = inbox;
  await using server = await startServer("files", {
    args: inbox.args(),
    permissions,
    unread: true,
  });
  await server.leave();
  for (const name of ["one", "two", "three"]) {
    const args = ["-", "--name", `${name}.txt`];
    const { code, stderr } = await runClient("files", { port: server.port, args, stdin: name });
    assertEquals([code, stderr], [0, ""]);
  }
  assertEquals((await inbox.names()).toSorted(), ["one.txt", "three.txt", "two.txt"]);
  server.signal("SIGTERM");
  assertEquals(await server.ended, 0);
  const said = server.stderr.text.match(/^files: .*$/gm);
  assertEquals(said, [
    "files: Cannot write to stdout: its reader has left; the server goes on",
    "files: 3 lines were not written to stdout",
  ]);
});

const onFullDevice = { ignore: !hasFullDevice };

Deno.test("talkback server answers on when stdout is a full disk", onFullDevice, async () => {
  await using server = await startServer("talkback", { via: INTO_FULL_DEVICE });
  await using peer = await connectPeer(server.port);
  await peer.lines(3);
  for (const line of ["one", "two", "three"]) {
    await peer.send(`${line}\n`);
    assertEquals(await peer.line(), `You said '${line}'.`);
  }
  await peer.send("shutdown\n");
  assertEquals(await server.ended, 0);
  assertMatch(
    server.stderr.text,
    /^talkback: Cannot write to stdout: no space is left on the device; the server goes on$/m,
  );
  assertStringIncludes(server.stderr.text, "talkback: 3 lines were not written to stdout\n");
});

for (const name of ["greeting", "reverse", "talkback"]) {
  Deno.test(
    `${name} client ends with 1 and names stdout when that is a full disk`,
    onFullDevice,
    async () => {
      await using server = await startServer(name);
      const { port } = server;
      const ran = await runClient(name, { port, via: INTO_FULL_DEVICE, stdin: "hello\n" });
      assertEquals(ran, {
        code: 1,
        stdout: "",
        stderr: `${name}: Cannot write to stdout: no space is left on the device\n`,
      });
    },
  );
}

Deno.test(
  "files client sends its files when stdout is a full disk, then ends with 1",
  onFullDevice,
  async () => {
    await using inbox = await InboxFolder.make();
    const { permissions } = inbox;
    await using server = await startServer("files", { args: inbox.args(), permissions });
    const { port } = server;
    const args = ["-", "--name", "one.txt", "--json"];
    const ran = await runClient("files", { port, args, via: INTO_FULL_DEVICE, stdin: "one" });
    assertEquals([ran.code, await inbox.names()], [1, ["one.txt"]]);
    assertEquals(ran.stderr, "files: Cannot write to stdout: no space is left on the device\n");
  },
);

Deno.test("talkback client ends at once when its reader has left, whether or not the peer says more", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const args = ["--idle-timeout", "1h"];
  await using client = startClient("talkback", { port, args, unread: true });
  using conn = await listener.accept();
  await client.leave();
  await conn.write(new TextEncoder().encode("hello\n"));
  await client.stderr.until(/^talkback: Cannot write to stdout: its reader has left\n$/);
  assertEquals(await client.ended, 1);
});

for (const args of [["--help"], ["--version"]]) {
  Deno.test(
    `reverse server ends with 1 and says why when stdout is a full disk: ${args}`,
    onFullDevice,
    async () => {
      const command = { port: 1, args, via: INTO_FULL_DEVICE };
      const { code, stderr } = await runClient("reverse", command);
      assertEquals([code, stderr], [
        1,
        "reverse: Cannot write to stdout: no space is left on the device\n",
      ]);
    },
  );
}

Deno.test("talkback client goes on when stderr has no room", onFullDevice, async () => {
  await using server = await startServer("talkback");
  const via = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"];
  const { port } = server;
  const { code, stdout } = await runClient("talkback", {
    port,
    via,
    args: ["--trace"],
    stdin: "hi\nquit\n",
  });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "You said 'hi'.\n");
});

Deno.test("what goes to stdout and to stderr stands in order when both lead to one place", async () => {
  const via = ["sh", "-c", 'exec "$@" 2>&1', "sh"];
  await using server = await startServer("talkback");
  await using client = startClient("talkback", {
    port: server.port,
    via,
    args: ["--trace"],
    stdin: "hi\nquit\n",
  });
  assertEquals(await client.ended, 0);
  assertMatch(client.stdout.text, /<= message "You said 'hi'\." .*\n(?!.*<= )?You said 'hi'\.\n/);
  assertEquals(client.stderr.text, "");
});
