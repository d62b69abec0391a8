import { assert, assertEquals, assertInstanceOf, assertMatch, assertThrows } from "@std/assert";
import { LimitError } from "../../../mod.ts";
import {
  connectWebSocket,
  serveWebSocket,
  type ServeWebSocketOptions,
  upgradeWebSocket,
  type WebSocketConnection,
} from "../../../net/websocket/mod.ts";
import { MemoryListener } from "../../../testing/memory_listener.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";
import { servedHttp } from "../http/served_http.ts";
import {
  answers,
  assertLostToSilence,
  closeOf,
  echo,
  frame,
  HANDSHAKE,
  opened,
  servedWebSocket,
  stop,
} from "./served_websocket.ts";

const TEXT = 1;
const PONG = 10;

Deno.test("a silent peer is asked after pingMs, and lost after pongMs, as they are set", async () => {
  const served = servedWebSocket(echo, { deadlines: { pingMs: 1000, pongMs: 300 } });
  const peer = await opened(served);
  await served.clock.advance(899);
  assertEquals(await answers(peer), "");
  await served.clock.advance(202);
  assertMatch(await answers(peer), /^8904/);
  assertEquals(await answers(peer, frame(PONG)), "");
  await served.clock.advance(1101);
  assertMatch(await answers(peer), /^8904/);
  assertEquals(peer.closed, false);
  await served.clock.advance(300);
  assertLostToSilence(served, { peer, pongMs: 300 });
  await stop(served);
});

Deno.test("nobody is asked where pingMs is Infinity", async () => {
  const served = servedWebSocket(echo, { deadlines: { pingMs: Infinity } });
  const peer = await opened(served);
  await served.clock.advance(50_000);
  assertEquals(await answers(peer), "");
  assertEquals(peer.closed, false);
  await stop(served);
});

Deno.test("a message may have maxMessageBytes, as they are set", async () => {
  const served = servedWebSocket(echo, { limits: { maxMessageBytes: 3 } });
  const peer = await opened(served);
  assertEquals(await answers(peer, frame(TEXT, "abc")), "8103616263");
  assertEquals(closeOf(await answers(peer, frame(TEXT, "abcd")))?.[0], 1009);
  await stop(served);
});

for (
  const [what, given, max] of [
    ["of the server, where nobody says otherwise", {}, 20],
    ["of the upgrade", { maxQueuedBytes: 30 }, 30],
  ] as const
) {
  Deno.test(`what waits for the other side is bounded by the maxQueuedBytes ${what}`, async () => {
    let socket: WebSocketConnection | undefined;
    const served = servedHttp(async (http) => {
      for await (const request of http) {
        socket = await upgradeWebSocket(request, { limits: given });
        for await (const message of socket ?? []) await socket?.send(message);
      }
    }, { limits: { maxQueuedBytes: 20 } });
    const peer = served.listener.connect();
    peer.deliver(HANDSHAKE);
    await turns(5);
    peer.blockWrites();
    let error: unknown;
    for (let count = 0; error === undefined && count < 5; count++) {
      error = await socket!.send("12345678").then(() => undefined, (reason) => reason);
    }
    assertInstanceOf(error, LimitError);
    assertEquals([error.limit, error.max, error.got], ["maxQueuedBytes", max, max + 10]);
    assert(peer.closed);
    await served.server.shutdown();
  });
}

for (
  const [options, error, message] of [
    [{ limits: { maxMessageBytes: -1 } }, RangeError, "Cannot set maxMessageBytes"],
    [{ limits: { maxFragments: 1.5 } }, RangeError, "Cannot set maxFragments"],
    [{ limits: { maxQueuedBytes: NaN } }, RangeError, "Cannot set maxQueuedBytes"],
    [{ limits: { maxLineBytes: 1 } }, TypeError, "Cannot set maxLineBytes"],
    [{ deadlines: { pingMs: -1 } }, RangeError, "Cannot set pingMs"],
    [{ deadlines: { pongMs: NaN } }, RangeError, "Cannot set pongMs"],
    [{ deadlines: { closeMs: -1 } }, RangeError, "Cannot set closeMs"],
    [{ deadlines: { pinMs: 1 } }, TypeError, "Cannot set pinMs"],
  ] as const
) {
  Deno.test(`${message} is refused on both sides`, async () => {
    // What a program in JavaScript may give.
    const given = options as ServeWebSocketOptions;
    const listener = new MemoryListener();
    assertThrows(() => serveWebSocket(listener, given, () => {}), error, message);
    assert(listener.closed);
    const refused = await rejectionOf(connectWebSocket("ws://127.0.0.1:1/", options as object));
    assertInstanceOf(refused, error);
    assert(refused.message.startsWith(message), refused.message);
  });
}
