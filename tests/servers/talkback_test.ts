import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startServer } from "../cli/in_process.ts";
import { connectPeer, isRefused, type Peer } from "../cli/peer.ts";

const MAX_LINE = 8192;

/** Connects, and takes the welcome. */
async function connectWelcomed(port: number): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.lines(3);
  return peer;
}

Deno.test("talkback greets with instructions when a client connects", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectPeer(server.port);
  assertEquals(await peer.lines(3), [
    "Welcome to the Parley talkback server.",
    "You are client 0.",
    "To leave, type 'quit'. To shut down the server, type 'shutdown'.",
  ]);
});

Deno.test("talkback repeats each line when 0 and an empty line are among them", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectWelcomed(server.port);
  await peer.send("hello\n0\n\n 0 \n");
  assertEquals(await peer.lines(4), [
    "You said 'hello'.",
    "You said '0'.",
    "You said ''.",
    "You said ' 0 '.",
  ]);
});

Deno.test("talkback answers once a line when lines end with CRLF or CR, also cut in between", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectWelcomed(server.port);
  await peer.send("one\r\ntwo\rthree\r");
  assertEquals(await peer.lines(3), ["You said 'one'.", "You said 'two'.", "You said 'three'."]);
  await peer.send("\nquit\r\n");
  assertEquals(await peer.rest(), "Goodbye!\n");
});

Deno.test("talkback says goodbye to one client alone when it says quit", async () => {
  await using server = await startServer("talkback");
  await using first = await connectWelcomed(server.port);
  await using second = await connectWelcomed(server.port);
  await first.send("quit\nnot heard any more\n");
  assertEquals(await first.rest(), "Goodbye!\n");
  assertEquals(await first.ending(), "polite");
  await second.send("still here\n");
  assertEquals(await second.line(), "You said 'still here'.");
});

Deno.test("talkback takes quit and shutdown for lines when they are only part of one", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectWelcomed(server.port);
  await peer.send("quit now\nQUIT\nshutdown -h\n");
  assertEquals(await peer.lines(3), [
    "You said 'quit now'.",
    "You said 'QUIT'.",
    "You said 'shutdown -h'.",
  ]);
});

Deno.test("talkback tells everybody and ends with 0 when a client says shutdown", async () => {
  await using server = await startServer("talkback");
  await using first = await connectWelcomed(server.port);
  await using second = await connectWelcomed(server.port);
  await second.send("before\nshutdown\nbehind\n");
  const farewell = "The server is shutting down. Goodbye!\n";
  assertEquals(await second.rest(), `You said 'before'.\nYou said 'behind'.\n${farewell}`);
  assertEquals(await first.rest(), farewell);
  assertEquals([await first.ending(), await second.ending()], ["polite", "polite"]);
  first.close();
  second.close();
  assertEquals(await server.ended, 0);
  assertMatch(server.stderr.text, /talkback stopped: 2 clients finished\n$/);
  assert(await isRefused(server.port));
});

Deno.test("talkback never gives a number again when its client has left", async () => {
  await using server = await startServer("talkback");
  for (let id = 0; id < 3; id++) {
    await using peer = await connectPeer(server.port);
    assertEquals((await peer.lines(3))[1], `You are client ${id}.`);
    await peer.send("quit\n");
    await peer.rest();
    peer.close();
    await server.stderr.until(new RegExp(`^#${id} .* closed$`, "m"));
  }
  await using peer = await connectPeer(server.port);
  assertEquals((await peer.lines(3))[1], "You are client 3.");
});

Deno.test("talkback --chat sends every line to all others when one speaks", async () => {
  await using server = await startServer("talkback", { args: ["--chat"] });
  await using first = await connectWelcomed(server.port);
  await using second = await connectWelcomed(server.port);
  await using third = await connectWelcomed(server.port);
  await second.send("hi all\n0\n");
  assertEquals(await second.lines(2), ["You said 'hi all'.", "You said '0'."]);
  assertEquals(await first.lines(2), ["1: hi all", "1: 0"]);
  assertEquals(await third.lines(2), ["1: hi all", "1: 0"]);
  await third.send("quit\n");
  assertEquals(await third.rest(), "Goodbye!\n");
  await first.send("who is there?\n");
  assertEquals(await second.line(), "0: who is there?");
});

Deno.test("talkback sends nothing to others when it runs without --chat", async () => {
  await using server = await startServer("talkback");
  await using first = await connectWelcomed(server.port);
  await using second = await connectWelcomed(server.port);
  await second.send("secret\n");
  await second.line();
  await first.send("quit\n");
  assertEquals(await first.rest(), "Goodbye!\n");
});

Deno.test("talkback answers others when one client has sent half a line", async () => {
  await using server = await startServer("talkback", { args: ["--trace"] });
  await using slow = await connectWelcomed(server.port);
  await slow.send("hal");
  await server.stderr.until(/<- read 1: 3 bytes/);
  await using other = await connectWelcomed(server.port);
  await other.send("meanwhile\n");
  assertEquals(await other.line(), "You said 'meanwhile'.");
  await slow.send("f a line\n");
  assertEquals(await slow.line(), "You said 'half a line'.");
});

Deno.test("talkback takes the last line without its ending when the client finishes sending", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectWelcomed(server.port);
  await peer.send("one\ntwo");
  await peer.finish();
  assertEquals(await peer.rest(), "You said 'one'.\nYou said 'two'.\n");
});

for (
  const [bytes, what] of [[MAX_LINE - 1, "one byte less than"], [MAX_LINE, "as much as"]] as const
) {
  Deno.test(`talkback repeats a line when it has ${what} a line may have`, async () => {
    await using server = await startServer("talkback", { args: ["--chat"] });
    await using other = await connectWelcomed(server.port);
    await using peer = await connectWelcomed(server.port);
    const line = "x".repeat(bytes);
    await peer.send(`${line}\nnext\n`);
    assertEquals(await peer.lines(2), [`You said '${line}'.`, "You said 'next'."]);
    assertEquals(await other.lines(2), [`1: ${line}`, "1: next"]);
  });
}

Deno.test("talkback says so once and carries on when a line is too long", async () => {
  await using server = await startServer("talkback");
  await using peer = await connectWelcomed(server.port);
  await peer.send(`${"x".repeat(MAX_LINE + 1)}\nnext\n`);
  assertEquals(await peer.lines(2), [
    "That line is too long: Cannot decode line: at least 8193 bytes exceed maxLineBytes 8192.",
    "You said 'next'.",
  ]);
});

Deno.test("talkback repeats a line when its bytes grow as text", async () => {
  await using server = await startServer("talkback", { args: ["--chat"] });
  await using other = await connectWelcomed(server.port);
  await using peer = await connectWelcomed(server.port);
  // No byte of it is UTF-8: each one becomes a replacement character of three bytes.
  await peer.send(new Uint8Array(MAX_LINE).fill(0xfe));
  await peer.send("\n");
  assertEquals(await peer.line(), `You said '${"\ufffd".repeat(MAX_LINE)}'.`);
  // Each control character is shown to the others as four.
  await peer.send(`${"\x1b".repeat(MAX_LINE)}\n`);
  await peer.line();
  assertEquals(await other.lines(2), [
    `1: ${"\ufffd".repeat(MAX_LINE)}`,
    `1: ${"\\x1b".repeat(MAX_LINE)}`,
  ]);
});

Deno.test("talkback shows control characters harmlessly when they come from a client", async () => {
  await using server = await startServer("talkback", { args: ["--chat"] });
  await using other = await connectWelcomed(server.port);
  await using peer = await connectWelcomed(server.port);
  await peer.send("\x1b]0;owned\x07\x1b[2J\u009b31m\u202ereversed\x7f\t\n");
  await peer.line();
  const harmless = "\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u{202e}reversed\\x7f\\t";
  assertEquals(await other.line(), `1: ${harmless}`);
  assertEquals(await server.stdout.line(), `#1 said: ${harmless}`);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.exec(other.text), null);
});

Deno.test("talkback --json prints one object a line on stdout when clients come and go", async () => {
  await using server = await startServer("talkback", { args: ["--json"] });
  await using peer = await connectWelcomed(server.port);
  await peer.send('\x1b"\u009b\u{e0041}\nquit\n');
  await peer.rest();
  peer.close();
  await server.stdout.until(/"closed"/);
  server.stop();
  assertEquals(await server.ended, 0);
  const records = server.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ event }) => event), [
    "listening",
    "opened",
    "message",
    "closed",
    "stopped",
  ]);
  assertEquals(records[0], {
    event: "listening",
    name: "talkback",
    hostname: "127.0.0.1",
    port: server.port,
  });
  assertEquals(records[2], { event: "message", id: 0, message: '\x1b"\u009b\u{e0041}' });
  assertStringIncludes(server.stdout.text, '"\\u001b\\"\\u009b\\udb40\\udc41"');
  assertEquals(server.stderr.text, `talkback listening on 127.0.0.1:${server.port}\n`);
});

Deno.test("talkback --trace shows one read with three messages when they are glued", async () => {
  await using server = await startServer("talkback", { args: ["--trace"] });
  await using peer = await connectWelcomed(server.port);
  await peer.send("one\ntwo\nthree\n");
  await peer.lines(3);
  await server.stderr.until(/<- read 1: 14 bytes, 0 to 14\n +6f 6e 65 0a .* one\.two\.three\.\n/);
  await server.stderr.until(/<= message "one" \(bytes 0 to 4, read 1\)/);
  await server.stderr.until(/<= message "two" \(bytes 4 to 8, read 1\)/);
  await server.stderr.until(/<= message "three" \(bytes 8 to 14, read 1\)/);
  await server.stderr.until(/=> message "You said 'three'\."/);
});

Deno.test("talkback --trace shows three reads for one message when it is cut", async () => {
  await using server = await startServer("talkback", { args: ["--trace"] });
  await using peer = await connectWelcomed(server.port);
  for (const [at, piece] of ["fo", "ur", "\n"].entries()) {
    await peer.send(piece);
    await server.stderr.until(new RegExp(`<- read ${at + 1}: ${piece.length} byte`));
  }
  assertEquals(await peer.line(), "You said 'four'.");
  await server.stderr.until(/<= message "four" \(bytes 0 to 5, reads 1 to 3\)/);
});
