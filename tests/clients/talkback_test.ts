import { createServer } from "node:net";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { programCommand } from "../cli/child.ts";
import { runClient, startClient, startServer } from "../cli/in_process.ts";
import { ROOT } from "../runtime.ts";
import { connectPeer, listening } from "../cli/peer.ts";

const WELCOME = "Welcome to the Parley talkback server.\nYou are client 0.\n" +
  "To leave, type 'quit'. To shut down the server, type 'shutdown'.\n";

Deno.test("talkback client prints every answer when its input ends without quit", async () => {
  await using server = await startServer("talkback");
  assertEquals(await runClient("talkback", { port: server.port, stdin: "hello\r\n0\n\nlast" }), {
    code: 0,
    stdout: `${WELCOME}You said 'hello'.\nYou said '0'.\nYou said ''.\nYou said 'last'.\n`,
    stderr: "",
  });
});

Deno.test("talkback client prints every answer when its input is much longer than a buffer", async () => {
  await using server = await startServer("talkback");
  const stdin = Array.from({ length: 20_000 }, (_, at) => `line ${at}\n`).join("");
  const { code, stdout } = await runClient("talkback", { port: server.port, stdin });
  assertEquals(code, 0);
  assertEquals(stdout, WELCOME + stdin.replaceAll(/^(.*)$\n/gm, "You said '$1'.\n"));
});

Deno.test("talkback client ends at quit though its stdin stays open", async () => {
  await using server = await startServer("talkback");
  await using client = startClient("talkback", { port: server.port });
  client.type("quit\nnot sent\n");
  assertEquals(await client.ended, 0);
  assertEquals(client.stdout.text, `${WELCOME}Goodbye!\n`);
  await server.stderr.until(/closed\n$/);
  assertEquals(server.stdout.text, "");
});

Deno.test("talkback client prints what arrives while nothing is typed", async () => {
  await using server = await startServer("talkback", { args: ["--chat"] });
  await using client = startClient("talkback", { port: server.port });
  await client.stdout.until(/type 'shutdown'\.\n$/);
  await using other = await connectPeer(server.port);
  await other.send("first\n");
  await client.stdout.until(/\n1: first\n$/);
  client.type("half a li");
  await other.send("second\n");
  await client.stdout.until(/\n1: second\n$/);
  client.type("ne\n");
  await client.stdout.until(/\nYou said 'half a line'\.\n$/);
  client.endInput();
  assertEquals(await client.ended, 0);
});

Deno.test("talkback client ends with 1 and says so when the server stops though its stdin stays open", async () => {
  await using server = await startServer("talkback");
  await using client = startClient("talkback", { port: server.port });
  await client.stdout.until(/type 'shutdown'\.\n$/);
  server.stop();
  assertEquals(await client.ended, 1);
  assertStringIncludes(client.stdout.text, "The server is shutting down. Goodbye!\n");
  assertMatch(client.stderr.text, /^talkback: .*[Tt]he server closed the connection\n$/);
  assertEquals(await server.ended, 0);
});

Deno.test("talkback client ends with 0 when the server stops and its input had ended", async () => {
  await using server = await startServer("talkback");
  const { code, stderr } = await runClient("talkback", { port: server.port, stdin: "shutdown\n" });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("talkback client ends with 1 when the server goes before all lines are sent", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.end()));
  const port = await listening(server);
  await using client = startClient("talkback", { port });
  client.type("one\n");
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /^talkback: .*[Tt]he server closed the connection\n$/);
  server.close();
});

Deno.test("talkback client ends with 1 and one line when the connection is reset", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const port = await listening(server);
  await using client = startClient("talkback", { port });
  client.type("hello?\n");
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /^talkback: .*the peer reset the connection.*\n$/);
  server.close();
});

Deno.test("talkback client sends a line whole when it is longer than the server takes", async () => {
  await using server = await startServer("talkback");
  const stdin = `${"x".repeat(64 * 1024 + 1)}\nshort\n`;
  const { code, stdout } = await runClient("talkback", { port: server.port, stdin });
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /\nThat line is too long: .* exceed maxLineBytes 8192\.\nYou said 'short'\.\n$/,
  );
});

Deno.test("talkback client prints one object a line when --json and --trace are given", async () => {
  await using server = await startServer("talkback");
  const { stdout, stderr } = await runClient("talkback", {
    port: server.port,
    args: ["--json", "--trace"],
    stdin: "quit\n",
  });
  const records = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const messages = records.filter(({ event }) => event === "message");
  assertEquals(messages.at(-1), { event: "message", message: "Goodbye!" });
  const sent = records.find(({ event, direction }) =>
    event === "trace-bytes" && direction === "sent"
  );
  assertEquals(sent.bytes, "717569740a");
  assertEquals(stderr, "");
});

Deno.test("talkback client --trace shows both directions on stderr when it talks", async () => {
  await using server = await startServer("talkback");
  const { stdout, stderr } = await runClient("talkback", {
    port: server.port,
    args: ["--trace"],
    stdin: "quit\n",
  });
  assertEquals(stdout, `${WELCOME}Goodbye!\n`);
  assertMatch(stderr, /#0 -> write 1: 5 bytes, 0 to 5\n +71 75 69 74 0a +quit\.\n/);
  assertMatch(stderr, /#0 => message "quit" \(bytes 0 to 5\)\n/);
  assertMatch(stderr, /#0 <= message "Goodbye!" \(bytes \d+ to \d+, reads? \d+/);
});

Deno.test("talkback client ends with 1 and one line that names stdout when nobody reads its output", async () => {
  await using server = await startServer("talkback");
  const [deno = "", ...args] = programCommand("clients/talkback.ts", { port: server.port });
  const client = new Deno.Command(deno, {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await client.stdout.cancel();
  const [{ code }, stderr] = await Promise.all([
    client.status,
    new Response(client.stderr).text(),
  ]);
  assertEquals([code, stderr], [1, "talkback: Cannot write to stdout: its reader has left\n"]);
});
