import { assert, assertEquals, assertMatch } from "@std/assert";
import { DeadlineError } from "../../mod.ts";
import { connectResetting } from "../cli/peer.ts";
import { FilesServer } from "./files_server.ts";

const SIZE =
  /^error: Cannot decode size at offset 0: expected a decimal from 0 to 9007199254740991, then "::", got ".*"\n$/;
const EXTENSION =
  /^error: Cannot decode extension at offset \d+: expected up to 16 letters and digits, then "::", got ".*"\n$/;

for (
  const [what, sent, error] of [
    ["the size is negative", "-1::txt::x", SIZE],
    ["the size has a sign", "+5::txt::hello", SIZE],
    ["the size has a leading zero", "05::txt::hello", SIZE],
    ["the size has a fraction", "5.0::txt::hello", SIZE],
    ["the size is hexadecimal", "0x5::txt::hello", SIZE],
    ["the size has an exponent", "5e0::txt::hello", SIZE],
    ["the size is missing", "::txt::hello", SIZE],
    ["a space is in front of the size", " 5::txt::hello", SIZE],
    ["the size is 2^53", "9007199254740992::txt::hello", SIZE],
    ["the size has 70 digits", `${"9".repeat(70)}::txt::hello`, SIZE],
    ["the size is followed by one colon", "5:txt::hello", SIZE],
    ["the extension is a path", "5::x/../../y::hello", EXTENSION],
    ["the extension is ..", "5::..::hello", EXTENSION],
    ["the extension has a dot", "5::tar.gz::hello", EXTENSION],
    ["the extension has a NUL", "5::php\0::hello", EXTENSION],
    ["the extension has control characters", "5::\x1b]0;owned\x07::hello", EXTENSION],
    ["the extension is no ASCII", "5::é::hello", EXTENSION],
    ["the extension has 17 characters", "5::abcdefghijklmnopq::hello", EXTENSION],
    ["the header has more than 64 bytes", `5::${"a".repeat(70)}::hello`, EXTENSION],
    ["there is no header", "hello world\n", SIZE],
  ] as const
) {
  Deno.test(`files server answers with one line, closes and makes nothing when ${what}`, async () => {
    await using server = await FilesServer.start();
    await using peer = await server.connect();
    await peer.send(sent);
    await peer.finish();
    assertEquals(await peer.ending(), "polite");
    assertMatch(peer.text, error);
    assertEquals(/[\p{Cc}]/u.exec(peer.text.slice(0, -1)), null);
    await server.stop();
    assertEquals(server.files, []);
    assertEquals(await server.inbox.names(), []);
  });
}

Deno.test("files server answers with a 400, closes and makes nothing when it is a request of HTTP", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  await peer.send(`POST / HTTP/1.1\r\nHost: x\r\n\r\n${"x".repeat(100_000)}`);
  await peer.finish();
  assertEquals(await peer.ending(), "polite");
  assertMatch(peer.text, /^HTTP\/1\.1 400 Bad Request\r\n/);
  await server.stop();
  assertEquals(server.files, []);
  assertEquals(await server.inbox.names(), []);
});

for (
  const [what, sent] of [
    ["in its header", "5::t"],
    ["behind its header", "5::txt::"],
    ["halfway", "5::txt::hell"],
  ] as const
) {
  Deno.test(`files server answers with one line and keeps nothing when a sender ends ${what}`, async () => {
    await using server = await FilesServer.start();
    await using peer = await server.connect();
    await peer.send(sent);
    await peer.finish();
    assertEquals(await peer.ending(), "polite");
    assertMatch(peer.text, /^error: Cannot decode .*\n$/);
    await server.stop();
    assertEquals(await server.inbox.names(), []);
    assertEquals(server.log.events.map(({ type }) => type), ["opened", "failed", "closed"]);
  });
}

Deno.test("files server keeps nothing when a sender resets halfway", async () => {
  await using server = await FilesServer.start();
  const socket = await connectResetting(server.port);
  socket.on("error", () => {});
  socket.write("5::txt::hell");
  await server.part();
  socket.resetAndDestroy();
  await server.log.waitFor("failed");
  await server.log.waitFor("closed");
  assertEquals(await server.inbox.names(), []);
});

Deno.test("files server keeps the files before when a sender stops in a later one", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  await peer.send("5::txt::hello5::txt::hell");
  await peer.finish();
  await peer.rest();
  assertMatch(peer.text, /^-end-error: .*\n$/);
  await server.stop();
  assertEquals(await server.inbox.names(), ["received-19700101-000000.txt"]);
});

Deno.test("files server ends the connection and keeps nothing when no byte came within the idle deadline", async () => {
  await using server = await FilesServer.start({ deadlines: { idleMs: 1000 } });
  await using peer = await server.connect();
  await peer.send("5::txt::h");
  await server.received(9);
  for (const letter of "ell") {
    await server.clock.advance(999);
    const { bytesReceived } = [...server.server.connections][0]!;
    await peer.send(letter);
    await server.received(bytesReceived + 1);
  }
  await server.part();
  assertEquals(server.log.events.length, 1);
  await server.clock.advance(1000);
  const { error } = await server.log.waitFor("failed");
  assert(error instanceof DeadlineError && error.phase === "idle");
  await server.log.waitFor("closed");
  assertMatch(await peer.rest(), /^(Received:\d\n)*$/);
  assertEquals(await server.inbox.names(), []);
});

for (
  const [what, options, sent, answer] of [
    [
      "a file is over maxFileBytes",
      { maxFileBytes: 5 },
      "5::txt::hello6::txt::hello!",
      "-end-error: Cannot accept file: 6 bytes exceed maxFileBytes 5\n",
    ],
    [
      "the files of a connection are over maxSessionBytes",
      { maxSessionBytes: 9 },
      "5::txt::hello5::txt::hello",
      "-end-error: Cannot accept file: 10 bytes exceed maxSessionBytes 9\n",
    ],
    [
      "the files of a connection are over maxSessionFiles",
      { maxSessionFiles: 1 },
      "5::txt::hello0::txt::",
      "-end-error: Cannot accept file: 2 files exceed maxSessionFiles 1\n",
    ],
    [
      "the size is the highest that can be said",
      {},
      "9007199254740991::txt::hello",
      "error: Cannot accept file: 9007199254740991 bytes exceed maxSessionBytes 1099511627776\n",
    ],
    [
      "there is too little free space",
      { minFreeBytes: Number.MAX_SAFE_INTEGER },
      "5::txt::hello",
      "error: it needs 5 bytes, and the receiver has 0 to give\n",
    ],
    [
      "it wants a token",
      { token: "secret" },
      "5::txt::hello",
      "error: this server wants a token, which this format cannot give\n",
    ],
  ] as const
) {
  Deno.test(`files server refuses before anything is made when ${what}`, async () => {
    await using server = await FilesServer.start(options);
    await using peer = await server.connect();
    await peer.send(sent);
    assertEquals(await peer.ending(), "polite");
    assertEquals(peer.text, answer);
    peer.close();
    await server.stop();
    const stored = server.files.filter(({ type }) => type === "stored");
    assertEquals(stored.length, answer.startsWith("-end-") ? 1 : 0);
    assertEquals((await server.inbox.names()).length, stored.length);
  });
}

Deno.test("files server reads on when it has refused a large file, so that its sender hears why", async () => {
  await using server = await FilesServer.start({ maxFileBytes: 1024 ** 2 });
  await using peer = await server.connect();
  const whole = 16 * 1024 ** 2;
  await peer.send(`${whole}::bin::`);
  await peer.send(new Uint8Array(whole));
  await peer.finish();
  assertEquals(await peer.ending(), "polite");
  assertEquals(
    peer.text,
    `error: Cannot accept file: ${whole} bytes exceed maxFileBytes ${1024 ** 2}\n`,
  );
});

Deno.test("files server says that it shuts down when it does while it waits for the rate", async () => {
  await using server = await FilesServer.start({ rateBytesPerSecond: 1000 });
  await using peer = await server.connect();
  await peer.send(`5000::bin::${"x".repeat(5000)}`);
  await server.part();
  await server.stop();
  assertEquals(await peer.rest(), "error: the receiver is shutting down\n");
  assertEquals(await server.inbox.names(), []);
  const [event] = server.files;
  assert(event?.type === "not-stored");
  assertEquals([event.code, event.reason], ["canceled", "the receiver is shutting down"]);
});

Deno.test("files server takes a file that has begun to its end when it shuts down", async () => {
  await using server = await FilesServer.start();
  await using peer = await server.connect();
  await peer.send("5::txt::hell");
  await server.part();
  const stopping = server.server.shutdown();
  await peer.send("o");
  assertEquals(await peer.rest(), "-end-");
  peer.close();
  assertEquals(await stopping, { drained: 1, cut: 0 });
  assertEquals(await server.inbox.text("received-19700101-000000.txt"), "hello");
});
