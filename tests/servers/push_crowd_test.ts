import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { connectWebSocket, type WebSocketConnection } from "../../net/websocket/mod.ts";
import { servePush } from "../../servers/push.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";

const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Opens a WebSocket that reads nothing until it is asked to. */
async function stalled(port: number): Promise<Peer> {
  const peer = await connectPeer(port);
  await peer.send(`GET /news HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
  return peer;
}

function followers(port: number, count: number): Promise<WebSocketConnection[]> {
  return Promise.all(
    Array.from({ length: count }, () => connectWebSocket(`ws://127.0.0.1:${port}/news`)),
  );
}

/** Reads as many messages, and returns the last one. */
async function last(socket: WebSocketConnection, count: number): Promise<string> {
  let text = "";
  for (let got = 0; got < count; got++) {
    const message = await socket.receive();
    assert(message?.kind === "text", "it was closed");
    ({ text } = message);
  }
  return text;
}

async function untilPresent(url: string, count: number): Promise<void> {
  for (let present = -1; present !== count;) {
    const answer = await fetch(url);
    ({ present } = await answer.json());
  }
}

Deno.test("a reader that stops is closed with 1013, and none of 40 others misses a message", async () => {
  await using server = servePush({ port: 0, onEvent() {} });
  const { port } = server.addr;
  await using slow = await stalled(port);
  const others = await followers(port, 40);
  await untilPresent(`http://127.0.0.1:${port}/topics/news`, 41);
  const [publisher] = others;
  const rest = "x".repeat(64 * 1024);
  // Far more in all than the sockets and the queue of one hold, and less at a time than a queue does.
  for (let round = 0; round < 20; round++) {
    for (let number = 0; number < 10; number++) void publisher!.send(`${round}.${number} ${rest}`);
    const got = await Promise.all(others.map((socket) => last(socket, 10)));
    for (const text of got) assertEquals(text.slice(0, text.indexOf(" ")), `${round}.9`);
  }
  const figures = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
  assert(/^parley_push_drops_total\{reason="too-slow"\} [1-9]\d*$/m.test(figures), figures);
  // What it had in its queue is still its, and the reason stands behind that.
  await slow.until(/Too slow: more waits than is kept for one client$/);
  await Promise.all(others.map((socket) => socket.close()));
});

Deno.test("a reader for whom the oldest are left out stays, and has the last one in the end", async () => {
  await using server = servePush({ port: 0, slow: "drop-oldest", onEvent() {} });
  const { port } = server.addr;
  const url = `http://127.0.0.1:${port}/topics/news`;
  await using slow = await stalled(port);
  const [publisher] = await followers(port, 1);
  await untilPresent(url, 2);
  const rest = "x".repeat(64 * 1024);
  for (let number = 0; number < 300; number++) {
    await publisher!.send(`<${number}>${rest}`);
    await publisher!.receive();
  }
  await slow.until(/<299>x/);
  const got = Array.from(slow.text.matchAll(/<(\d+)>/g), ([, number]) => Number(number));
  assert(got.length < 300, "nothing was left out");
  assertEquals(got, got.toSorted((one, other) => one - other));
  await publisher!.close();
});

Deno.test("a crowd of half handshakes is told that it is late, and keeps nobody out", async () => {
  const clock = new FakeClock();
  await using server = servePush({ port: 0, clock, onEvent() {} });
  const { port } = server.addr;
  const crowd = await Promise.all(Array.from({ length: 300 }, () => connectPeer(port)));
  await Promise.all(crowd.map((peer) => peer.send(`GET /news HTTP/1.1\r\nHost: localhost\r\n`)));
  const [socket] = await followers(port, 1);
  await socket!.send("hello");
  assertEquals(await last(socket!, 1), "hello");
  await clock.advance(10_000);
  for (const peer of crowd) {
    await peer.until(/^HTTP\/1\.1 408 /);
    peer.close();
  }
  await socket!.close();
});

Deno.test("what was published when the server stops reaches everybody, and then 1001", async () => {
  await using server = servePush({ port: 0, onEvent() {} });
  const { port } = server.addr;
  const sockets = await followers(port, 50);
  await untilPresent(`http://127.0.0.1:${port}/topics/news`, 50);
  const text = "y".repeat(100_000);
  const answer = await fetch(`http://127.0.0.1:${port}/topics/news`, {
    method: "POST",
    body: text,
  });
  assertEquals((await answer.json()).subscribers, 50);
  const stopped = server.shutdown();
  for (const socket of sockets) {
    assertEquals((await last(socket, 1)).length, text.length);
    assertEquals(await socket.receive(), undefined);
    assertEquals(socket.closeInfo.received?.code, 1001);
    await socket.close();
  }
  assertEquals((await stopped).cut, 0);
});
