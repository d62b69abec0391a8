import { assert, assertEquals } from "@std/assert";
import { serveWebSocket } from "../../../net/websocket/mod.ts";
import { onNode } from "../../runtime.ts";
import { WebSocket as WsSocket } from "./npm_ws.ts";
import { COMPRESSIONS_OF_WS, requireLongTexts, runtimeCallsUs, wsCallsUs } from "./peer_pairs.ts";
import { testPeer } from "./peer_suite.ts";

const encoder = new TextEncoder();

testPeer("ws calls serveWebSocket", { open: wsCallsUs, compresses: true });
testPeer("the runtime's WebSocket calls serveWebSocket", {
  open: runtimeCallsUs,
  // Deno's does not.
  compresses: onNode,
  needs: { what: "a WebSocket in the runtime", missing: !("WebSocket" in globalThis) },
});

Deno.test("serveWebSocket answers a ping of ws with what it holds, between fragments too", async () => {
  await using pair = await wsCallsUs();
  const { ours, peer: { socket } } = pair;
  const received = ours.receive();
  for (const bytes of ["", "a", "p".repeat(125)].map((text) => encoder.encode(text))) {
    socket.send("part", { fin: false });
    const pong = new Promise<Uint8Array>((resolve) => socket.once("pong", resolve));
    socket.ping(bytes);
    assertEquals(new Uint8Array(await pong), bytes);
  }
  socket.send("", { fin: true });
  const event = await received;
  assert(event?.kind === "text" && event.text === "partpartpart");
});

Deno.test("serveWebSocket sends ws messages whose memory is given away", async () => {
  await using pair = await wsCallsUs();
  const { ours, peer } = pair;
  for (const message of ["🦀".repeat(4_096), new Uint8Array(64 * 1024).fill(7), "short"]) {
    for (let turn = 0; turn < 3; turn++) {
      const received = ours.receive();
      peer.socket.send(message);
      const event = await received;
      await ours.send(event!, { transfer: true });
      const answer = await peer.receive();
      assertEquals(typeof answer, typeof message);
      assert(typeof answer === "string" ? answer === message : answer.every((byte) => byte === 7));
      if (event?.kind === "binary") assertEquals(event.bytes.length, 0);
    }
  }
});

for (const compress of [false, true]) {
  const how = compress ? "compressed " : "";
  Deno.test(`serveWebSocket joins ${how}fragments of ws that are cut inside characters`, async () => {
    await using pair = await wsCallsUs({ compress });
    const { ours, peer: { socket } } = pair;
    for (const text of ["Grüße, 世界, 🦀", "🦀".repeat(1_000)]) {
      const bytes = encoder.encode(text);
      for (const size of [1, 3, 1_000]) {
        const received = ours.receive();
        for (let at = 0; at < bytes.length; at += size) {
          const fin = at + size >= bytes.length;
          socket.send(bytes.slice(at, at + size), { fin, binary: false });
        }
        const event = await received;
        assert(event?.kind === "text" && event.text === text);
      }
    }
  });
}

for (const compression of COMPRESSIONS_OF_WS) {
  Deno.test(`serveWebSocket keeps to what ws offers: ${JSON.stringify(compression)}`, async () => {
    await using pair = await wsCallsUs({ compress: true, compression });
    assert(pair.peer.socket.extensions.startsWith("permessage-deflate"));
    await requireLongTexts(pair);
  });
}

Deno.test("serveWebSocket refuses ws a page of another host with 403", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serveWebSocket(listener, { onEvent() {} }, () => {});
  const url = `ws://127.0.0.1:${server.addr.port}/`;
  const status = (headers: Readonly<Record<string, string>>) => {
    const socket = new WsSocket(url, [], { headers });
    return new Promise<number>((resolve) => {
      socket.once("unexpected-response", (_request, response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
  };
  assertEquals(await status({ Origin: "http://elsewhere.invalid" }), 403);
});
