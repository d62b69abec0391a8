import { assertEquals } from "@std/assert";
import { OPTIONS, reversed } from "../../servers/reverse.ts";
import { Child, installed, succeeds } from "../cli/child.ts";
import { startServer } from "../cli/in_process.ts";
import { connectPeer } from "../cli/peer.ts";

/** So long that no message ends by silence. */
const NO_GAP = ["--gap", "1h"];
/** So short that nobody waits for it. */
const SHORT_GAP = ["--gap", "20ms"];

for (
  const [what, text, expected] of [
    ["letters", "Hello Server", "revreS olleH"],
    ["combining marks", "cafe\u0301 noe\u0308l", "le\u0308on e\u0301fac"],
    ["an emoji of several", "a👨‍👩‍👧b", "b👨‍👩‍👧a"],
    ["flags", "🇨🇭🇩🇪🇫🇷", "🇫🇷🇩🇪🇨🇭"],
    ["a skin tone", "👍🏽!", "!👍🏽"],
    ["Hangul parts", "\u1112\u1161\u11abx", "x\u1112\u1161\u11ab"],
    ["Devanagari", "नि!", "!नि"],
    ["a number", "0", "0"],
    ["a number that is falsy in two ways", "007", "700"],
    ["nothing", "", ""],
  ] as const
) {
  Deno.test(`reverse keeps characters whole when a message has ${what}`, () => {
    assertEquals(reversed(text), expected);
  });
}

Deno.test("reverse keeps characters whole when they lie where the text is taken apart", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  for (const unit of ["🇨🇭", "👨‍👩‍👧", "e\u0301", "\r\n", "नि", "\ud800", "a" + "\u0301".repeat(700)]) {
    for (let before = 240; before < 260; before++) {
      const text = "é".repeat(before) + unit.repeat(3) + "z" + unit;
      const whole = Array.from(segmenter.segment(text), ({ segment }) => segment);
      assertEquals(reversed(text), whole.reverse().join(""), `${before} characters, then ${unit}`);
    }
  }
});

Deno.test("reverse answers each message with its characters reversed when several come", async () => {
  await using server = await startServer("reverse");
  await using peer = await connectPeer(server.port);
  await peer.send("Hello Server\n0\n\ncafe\u0301 👨‍👩‍👧 🇨🇭🇩🇪\r\n");
  assertEquals(await peer.lines(4), ["revreS olleH", "0", "", "🇩🇪🇨🇭 👨‍👩‍👧 e\u0301fac"]);
  assertEquals(await server.stdout.line(), "#0 sent: Hello Server");
});

Deno.test("reverse answers after the gap when a client sends no newline and waits", async () => {
  await using server = await startServer("reverse", { args: SHORT_GAP });
  await using peer = await connectPeer(server.port);
  await peer.send("Hello Server");
  assertEquals(await peer.line(), "revreS olleH");
  await peer.send("again");
  assertEquals(await peer.line(), "niaga");
});

Deno.test("reverse answers once when a newline follows after the gap", async () => {
  await using server = await startServer("reverse", { args: SHORT_GAP });
  await using peer = await connectPeer(server.port);
  await peer.send("Hello Server");
  assertEquals(await peer.line(), "revreS olleH");
  await peer.send("\r\nnext\n");
  assertEquals(await peer.line(), "txen");
});

Deno.test("reverse cuts no line of a client that sends newlines when it stalls in the middle", async () => {
  await using server = await startServer("reverse", { args: ["--gap", "1ms"] });
  await using peer = await connectPeer(server.port);
  await peer.send("first\nHello");
  assertEquals(await peer.line(), "tsrif");
  // Whoever has no newline yet is cut meanwhile: the gap has passed.
  await using other = await connectPeer(server.port);
  await other.send("other");
  assertEquals(await other.line(), "rehto");
  await peer.send(" Server\n");
  assertEquals(await peer.line(), "revreS olleH");
});

Deno.test("reverse waits a second for the rest of a first message unless told otherwise", () => {
  assertEquals(OPTIONS.gapMs.fallback, 1000);
});

Deno.test("reverse keeps a character whole when a gap falls into its bytes", async () => {
  await using server = await startServer("reverse", { args: SHORT_GAP });
  await using peer = await connectPeer(server.port);
  const bytes = new TextEncoder().encode("caf\u00e9!");
  await peer.send(bytes.subarray(0, 4));
  assertEquals(await peer.line(), "fac");
  await peer.send(bytes.subarray(4));
  assertEquals(await peer.line(), "!\u00e9");
});

Deno.test("reverse takes bytes for one message when they come singly within the gap", async () => {
  await using server = await startServer("reverse", { args: NO_GAP });
  await using peer = await connectPeer(server.port);
  for (const byte of new TextEncoder().encode("e\u0301👨‍👩‍👧\r\nx\n")) {
    await peer.send(Uint8Array.of(byte));
  }
  assertEquals(await peer.lines(2), ["👨‍👩‍👧e\u0301", "x"]);
});

Deno.test("reverse answers what came when the client finishes sending", async () => {
  await using server = await startServer("reverse", { args: NO_GAP });
  await using peer = await connectPeer(server.port);
  await peer.send("one\ntwo");
  await peer.finish();
  assertEquals(await peer.rest(), "eno\nowt\n");
  assertEquals(await peer.ending(), "polite");
});

Deno.test("reverse --bytes reverses bytes when they are no text too", async () => {
  await using server = await startServer("reverse", { args: ["--bytes"] });
  await using peer = await connectPeer(server.port);
  await peer.send(Uint8Array.fromHex("63c3a9" + "00ff80" + "0a"));
  await peer.line();
  assertEquals(peer.hex, "80ff00" + "a9c363" + "0a");
  await peer.send(new TextEncoder().encode("\u00e9\n"));
  await peer.lines(1);
  assertEquals(peer.hex.slice(14), "a9c3" + "0a");
});

for (const bytes of [["--bytes"], []]) {
  Deno.test(`reverse ${bytes} says so once and carries on when a message is too long`, async () => {
    const args = [...NO_GAP, ...bytes, "--max-message", "10"];
    await using server = await startServer("reverse", { args });
    await using peer = await connectPeer(server.port);
    await peer.send("123456789\n1234567890\n12345678901\nshort\n");
    assertEquals(await peer.lines(4), [
      "987654321",
      "0987654321",
      "Cannot decode line: at least 11 bytes exceed maxLineBytes 10",
      "trohs",
    ]);
  });
}

Deno.test("reverse answers a message when it is as long as the default allows and grows as text", async () => {
  await using server = await startServer("reverse", { args: NO_GAP });
  await using peer = await connectPeer(server.port);
  await peer.send(`${"ab".repeat(32 * 1024)}\n`);
  assertEquals(await peer.line(), "ba".repeat(32 * 1024));
  await peer.send(new Uint8Array(64 * 1024).fill(0xfe));
  await peer.send("\nnext\n");
  assertEquals(await peer.lines(2), ["\ufffd".repeat(64 * 1024), "txen"]);
});

Deno.test("reverse answers a message of 3 MiB when --max-message allows it", async () => {
  await using server = await startServer("reverse", { args: [...NO_GAP, "--max-message", "4MiB"] });
  await using peer = await connectPeer(server.port);
  const [text, answer] = ["abc".repeat(1024 ** 2), "cba".repeat(1024 ** 2)];
  await peer.send(`${text}\n`);
  assertEquals(await peer.line() === answer, true);
});

Deno.test("reverse serves many clients at once when each says something else", async () => {
  await using server = await startServer("reverse", { args: NO_GAP });
  await using stack = new AsyncDisposableStack();
  const peers = await Promise.all(
    Array.from({ length: 200 }, async () => stack.use(await connectPeer(server.port))),
  );
  await Promise.all(peers.map((peer, at) => peer.send(`client ${at} says a`)));
  await Promise.all(peers.map((peer) => peer.send("nd b\n")));
  const answers = await Promise.all(peers.map((peer) => peer.line()));
  assertEquals(answers, peers.map((_, at) => reversed(`client ${at} says and b`)));
});

Deno.test("reverse shows control characters harmlessly when they are in a message", async () => {
  await using server = await startServer("reverse");
  await using peer = await connectPeer(server.port);
  await peer.send("\x1b[2J\u202e\n");
  await peer.line();
  assertEquals(await server.stdout.line(), "#0 sent: \\x1b[2J\\u{202e}");
});

Deno.test("reverse answers when the client is nc and sends no newline (needs nc)", {
  ignore: !installed("nc"),
}, async () => {
  await using server = await startServer("reverse", { args: SHORT_GAP });
  await using nc = new Child(["nc", "127.0.0.1", String(server.port)]);
  await nc.type("Hello Server");
  await nc.stdout.until(/^revreS olleH\n$/);
});

/** The client of the original, but for its port: it sends no newline, and reads once. */
const ORIGINAL_CLIENT = `<?php
$host    = "127.0.0.1";
$port    = (int) $argv[1];
$message = "Hello Server";
echo "Message To server :".$message;
$socket = socket_create(AF_INET, SOCK_STREAM, 0) or die("Could not create socket\\n");
$result = socket_connect($socket, $host, $port) or die("Could not connect to server\\n");
socket_write($socket, $message, strlen($message)) or die("Could not send data to server\\n");
$result = socket_read ($socket, 1024) or die("Could not read server response\\n");
echo "Reply From Server  :".$result;
socket_close($socket);
`;

Deno.test("reverse answers when the client is the original's (needs php with sockets)", {
  ignore: !succeeds(["php", "-r", "exit(function_exists('socket_create') ? 0 : 1);"]),
}, async () => {
  await using server = await startServer("reverse");
  const file = await Deno.makeTempFile({ suffix: ".php" });
  try {
    await Deno.writeTextFile(file, ORIGINAL_CLIENT);
    await using php = new Child(["php", file, String(server.port)]);
    assertEquals(await php.ended, 0);
    assertEquals(
      php.stdout.text,
      "Message To server :Hello ServerReply From Server  :revreS olleH\n",
    );
  } finally {
    await Deno.remove(file);
  }
});
