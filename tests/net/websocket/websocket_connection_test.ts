import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { ClosedError, ProtocolError } from "../../../mod.ts";
import type { CloseInfo, WebSocketConnection } from "../../../net/websocket/mod.ts";
import { POLL_TURNS } from "../../../net/turn.ts";
import { hex } from "../../../testing/bytes.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
import {
  answers,
  assertLostToSilence,
  closeOf,
  echo,
  failuresOf,
  frame,
  HANDSHAKE,
  opened,
  servedWebSocket,
  stop,
  written,
} from "./served_websocket.ts";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Serves one client whose socket the test uses itself, until it lets the handler return. */
function held(options: Parameters<typeof servedWebSocket>[1] = {}) {
  let socket: WebSocketConnection | undefined;
  let done = () => {};
  const released = new Promise<void>((resolve) => done = resolve);
  const served = servedWebSocket(async (one) => {
    socket = one;
    await released;
  }, options);
  return { ...served, done: () => done(), socket: () => socket! };
}

Deno.test("serveWebSocket() agrees as RFC 6455, 1.3 says, and echoes what came behind the request", async () => {
  const served = servedWebSocket();
  const peer = served.listener.connect();
  peer.deliver(
    new TextEncoder().encode(HANDSHAKE),
    frame(TEXT, "Hello"),
    frame(BINARY, hex("00ff")),
  );
  await turns(5);
  assertMatch(peer.written, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assertMatch(peer.written, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  const behind = written(peer).subarray(-"8105".length / 2 - 5 - 4);
  assertEquals(behind, hex("810548656c6c6f" + "820200ff"));
  peer.finish();
  await stop(served);
  assertEquals(failuresOf(served.events), []);
});

for (
  const [name, request, status] of [
    ["no upgrade", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426],
    ["another version", HANDSHAKE.replace("Version: 13", "Version: 8"), 426],
    ["no key", HANDSHAKE.replace(/Sec-WebSocket-Key.*\r\n/, ""), 400],
    [
      "a page of another host",
      HANDSHAKE.replace("\r\n\r\n", "\r\nOrigin: http://evil.example\r\n\r\n"),
      403,
    ],
  ] as const
) {
  Deno.test(`serveWebSocket() answers ${status} when it gets ${name}, and takes the next request`, async () => {
    const served = servedWebSocket();
    const peer = served.listener.connect();
    peer.deliver(request);
    await turns(5);
    assertMatch(peer.written, new RegExp(`^HTTP/1\\.1 ${status} `));
    peer.deliver(HANDSHAKE);
    await turns(5);
    assertMatch(peer.written, /HTTP\/1\.1 101 /);
    peer.finish();
    await stop(served);
    assertEquals(failuresOf(served.events), []);
  });
}

Deno.test("a socket takes a page of its own host, and others where allowOrigin says so", async () => {
  for (
    const [origin, allowOrigin, status] of [
      ["http://server.example.com", undefined, 101],
      ["https://SERVER.example.com", undefined, 101],
      ["null", undefined, 403],
      ["http://other", (one: string) => one === "http://other", 101],
    ] as const
  ) {
    const served = servedWebSocket(echo, { ...allowOrigin && { allowOrigin } });
    const peer = served.listener.connect();
    peer.deliver(HANDSHAKE.replace("\r\n\r\n", `\r\nOrigin: ${origin}\r\n\r\n`));
    await turns(5);
    assertMatch(peer.written, new RegExp(`^HTTP/1\\.1 ${status} `), origin);
    peer.finish();
    await stop(served);
  }
});

Deno.test("a socket answers pings in their place, and gives neither them nor pongs to the program", async () => {
  const served = servedWebSocket();
  const peer = await opened(served);
  assertEquals(
    await answers(peer, frame(TEXT, "a"), frame(PING, "p"), frame(PONG, "?"), frame(TEXT, "b")),
    "810161" + "8a0170" + "810162",
  );
  peer.finish();
  await stop(served);
});

Deno.test("a socket echoes a close, and tells who was first", async () => {
  let info: CloseInfo | undefined;
  const served = servedWebSocket(async (socket) => {
    await echo(socket);
    info = socket.closeInfo;
  });
  const peer = await opened(served);
  assertEquals(await answers(peer, frame(CLOSE, hex("0bb8627965")), frame(TEXT, "x")), "88020bb8");
  assert(peer.writeClosed);
  assertEquals(info, {
    sent: { code: 3000, reason: "" },
    received: { code: 3000, reason: "bye" },
    first: "peer",
  });
  await stop(served);
  assertEquals(failuresOf(served.events), []);
});

Deno.test("close() says why, waits for the other side's close, and drops what comes meanwhile", async () => {
  const { done, socket, ...served } = held();
  const peer = await opened(served);
  const closed = socket().close(4000, "enough");
  await turns(5);
  assertEquals(closeOf(await answers(peer)), [4000, "enough"]);
  assertEquals(await stateOf(closed), "pending");
  await assertRejects(() => socket().send("late"), ProtocolError, "nothing behind a close");
  assertEquals(await answers(peer, frame(TEXT, "x"), frame(CLOSE, hex("0fa0"))), "");
  assert(peer.writeClosed);
  peer.finish();
  await closed;
  assertEquals(socket().closeInfo, {
    sent: { code: 4000, reason: "enough" },
    received: { code: 4000, reason: "" },
    first: "local",
  });
  done();
  await stop(served);
});

Deno.test("close() waits no longer than closeMs, also while somebody waits for a message", async () => {
  const { done, socket, ...served } = held({ deadlines: { closeMs: 3000, drainMs: 500 } });
  await opened(served);
  const waiting = socket().next();
  const closed = socket().close();
  await turns(5);
  await served.clock.advance(2999);
  assertEquals(await stateOf(closed), "pending");
  await served.clock.advance(1);
  await served.clock.advance(500);
  await closed;
  assertEquals(await waiting, { done: true, value: undefined });
  done();
  await stop(served);
});

Deno.test("close() refuses a code that may not be sent, and a reason that is too long", async () => {
  for (const [code, reason] of [[1005, ""], [999, ""], [1000, "x".repeat(124)]] as const) {
    const { done, socket, ...served } = held();
    const peer = await opened(served);
    assertInstanceOf(await rejectionOf(socket().close(code, reason)), ProtocolError);
    done();
    peer.finish();
    await stop(served);
  }
});

for (
  const [name, bytes, code] of [
    ["a frame without a mask", hex("8100"), 1002],
    ["a reserved opcode", frame(3), 1002],
    ["text that is no UTF-8", frame(TEXT, hex("ff")), 1007],
    ["a message that is too long", hex("82ff 0000000000100001"), 1009],
    ["a close of one byte", frame(CLOSE, hex("03")), 1002],
  ] as const
) {
  Deno.test(`a socket closes with ${code} when it gets ${name}`, async () => {
    let info: CloseInfo | undefined;
    const served = servedWebSocket(async (socket) => {
      await echo(socket)!.finally(() => info = socket.closeInfo);
    });
    const peer = await opened(served);
    const [sent] = closeOf(await answers(peer, bytes, frame(TEXT, "x"))) ?? [];
    assertEquals(sent, code);
    assert(peer.writeClosed);
    assertEquals([info?.sent?.code, info?.first], [code, "local"]);
    await stop(served);
    assertEquals(failuresOf(served.events).length, 1);
  });
}

Deno.test("serveWebSocket() closes with 1011 when the handler fails, 1000 when it returns, 1001 at a shutdown", async () => {
  for (const [how, code] of [["fails", 1011], ["returns", 1000], ["stops", 1001]] as const) {
    const served = servedWebSocket(async (socket) => {
      if (how === "fails") throw new Error("a bug");
      if (how === "stops") await echo(socket);
    });
    const peer = served.listener.connect();
    peer.deliver(HANDSHAKE);
    await turns(5);
    const stopped = how === "stops" ? served.server.shutdown() : undefined;
    if (stopped) await turns(POLL_TURNS + 5);
    const text = Array.from(peer.writes.at(-1)!, (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    );
    assertEquals(closeOf(text.slice(text.lastIndexOf("88")))?.[0], code, how);
    peer.deliver(frame(CLOSE, hex("03e8")));
    peer.finish();
    await stop(served);
    await stopped;
    assertEquals(failuresOf(served.events), how === "fails" ? ["a bug"] : []);
  }
});

Deno.test("ping() measures a round trip, and rejects when the connection ends before", async () => {
  const { done, socket, ...served } = held();
  const peer = await opened(served);
  const first = socket().ping();
  const second = socket().ping();
  assertEquals(await answers(peer), "890400000000" + "890400000001");
  await served.clock.advance(70);
  await answers(peer, frame(PONG, hex("00000001")));
  assertEquals([await first, await second], [70, 70]);
  const third = socket().ping();
  await answers(peer, frame(PONG, "other"));
  assertEquals(await stateOf(third), "pending");
  peer.reset();
  await turns(5);
  socket().abort();
  assertInstanceOf(await rejectionOf(third), ClosedError);
  done();
  await stop(served);
});

Deno.test("a silent peer is asked for a sign of life, and lost when it gives none", async () => {
  const served = servedWebSocket();
  const peer = await opened(served);
  await served.clock.advance(28_000);
  assertMatch(await answers(peer), /^8904/);
  await served.clock.advance(4_000);
  // Whatever comes is a sign.
  peer.deliver(frame(PONG, ""));
  await turns(5);
  await served.clock.advance(20_000);
  assertEquals(peer.closed, false);
  await served.clock.advance(60_000);
  assertLostToSilence(served, { peer, pongMs: 10_000 });
  await stop(served);
});

Deno.test("a handler that is slow for minutes loses no peer that answers", async () => {
  const { done, socket, ...served } = held();
  const peer = await opened(served);
  let pings = 0;
  for (let second = 0; second < 300; second++) {
    await served.clock.advance(1000);
    const ping = await answers(peer);
    if (ping === "") continue;
    pings++;
    await answers(peer, frame(PONG, hex(ping.slice(4))));
  }
  assertEquals(peer.closed, false);
  assert(pings >= 10, `${pings} pings`);
  done();
  peer.finish();
  assert(socket());
  await stop(served);
});

Deno.test("a socket whose read-ahead is full reads nothing, and takes no silence for the peer's", async () => {
  const { done, ...served } = held();
  const peer = await opened(served);
  for (let count = 0; count < 3000; count++) peer.deliver(frame(TEXT, "x".repeat(100)));
  await turns(50);
  await served.clock.advance(200_000);
  assertEquals(peer.closed, false);
  done();
  peer.finish();
  await stop(served);
});

Deno.test("sendStream() sends one message in fragments, and keeps a character whole that is cut between strings", async () => {
  const { done, socket, ...served } = held();
  const peer = await opened(served);
  await socket().sendStream(["a", "\ud83d", "\ude00", new Uint8Array(0)], { kind: "text" });
  assertEquals(await answers(peer), "010161" + "0004f09f9880" + "0000" + "8000");
  async function* failing() {
    yield "half";
    await turns(1);
    throw new Error("no more");
  }
  await assertRejects(() => socket().sendStream(failing(), { kind: "text" }), Error, "no more");
  await turns(5);
  assertEquals(closeOf((await answers(peer)).slice("010468616c66".length))?.[0], 1011);
  peer.deliver(frame(CLOSE, hex("03f3")));
  peer.finish();
  done();
  await stop(served);
});

Deno.test("sendStream() of nothing is an empty message", async () => {
  const { done, socket, ...served } = held();
  const peer = await opened(served);
  await socket().sendStream([], { kind: "binary" });
  assertEquals(await answers(peer), "8200");
  done();
  peer.finish();
  await stop(served);
});
