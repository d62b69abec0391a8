// The push server as a process of its own, before a crowd: what each takes of its memory is seen from outside.

import { assert, assertEquals } from "@std/assert";
import { connectWebSocket, type WebSocketConnection } from "../../net/websocket/mod.ts";
import { type ServerChild, startServer } from "../cli/child.ts";
import { connectPeer, type Peer } from "../cli/peer.ts";

const MIB = 1024 * 1024;
const NEEDS_PROC = { ignore: Deno.build.os !== "linux" };
const UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Returns the bytes of memory that a process has taken at its most. */
async function peakBytes({ pid }: ServerChild): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).output();
  const [, kB] = /^VmHWM:\s+(\d+) kB$/m.exec(new TextDecoder().decode(stdout)) ?? [];
  return Number(kB) * 1024;
}

/** Returns how many files a process may have open. */
async function openFiles(): Promise<number> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -Hn"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "unlimited" ? Infinity : Number(text);
}

async function followers(port: number, count: number): Promise<WebSocketConnection[]> {
  const all: WebSocketConnection[] = [];
  while (all.length < count) {
    const some = Array.from(
      { length: Math.min(100, count - all.length) },
      () => connectWebSocket(`ws://127.0.0.1:${port}/news`),
    );
    all.push(...await Promise.all(some));
  }
  return all;
}

async function untilPresent(port: number, count: number): Promise<void> {
  for (let present = -1; present !== count;) {
    const answer = await fetch(`http://127.0.0.1:${port}/topics/news`);
    ({ present } = await answer.json());
  }
}

/** Waits until everybody has as many messages more. */
async function allHave(sockets: readonly WebSocketConnection[], count: number): Promise<void> {
  await Promise.all(sockets.map(async (socket) => {
    for (let got = 0; got < count; got++) assert(await socket.receive(), "it was closed");
  }));
}

/** Publishes far more than the sockets and the queue of one reader hold, and returns what the server took for it. */
async function bytesForMuch(server: ServerChild, sockets: readonly WebSocketConnection[]) {
  const [publisher] = sockets;
  const text = "x".repeat(64 * 1024);
  for (let round = 0; round < 20; round++) {
    for (let number = 0; number < 8; number++) void publisher!.send(text);
    await allHave(sockets, 8);
  }
  return await peakBytes(server);
}

Deno.test(
  "one reader that stops among 500 takes less than 25 MiB, and the others have all (needs /proc)",
  NEEDS_PROC,
  async () => {
    const taken: number[] = [];
    for (const isStalled of [false, true]) {
      await using server = await startServer("push");
      const { port } = server;
      await using after = new AsyncDisposableStack();
      let stalled: Peer | undefined;
      if (isStalled) {
        stalled = after.use(await connectPeer(port));
        await stalled.send(`GET /news HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
      }
      const sockets = await followers(port, 500);
      await untilPresent(port, isStalled ? 501 : 500);
      taken.push(await bytesForMuch(server, sockets));
      if (stalled) await stalled.until(/is kept for one client$/);
      for (const socket of sockets) socket.abort();
    }
    const [without = 0, withOne = 0] = taken;
    assert(withOne - without < 25 * MIB, `${(withOne - without) / MIB} MiB more`);
  },
);

Deno.test(
  "a client that publishes as fast as it can leaves the server small and well (needs /proc)",
  NEEDS_PROC,
  async () => {
    await using server = await startServer("push");
    const { port } = server;
    const sockets = await followers(port, 10);
    await untilPresent(port, 10);
    const [publisher, ...readers] = sockets;
    const rest = "x".repeat(1000);
    const reading = readers.map(async (socket) => {
      let got = 0;
      for await (const message of socket) {
        assert(message.kind === "text");
        assertEquals(message.text.slice(0, message.text.indexOf(" ")), `${got++}`);
      }
      return socket.closeInfo.received?.code;
    });
    const own = (async () => {
      while (await publisher!.receive());
    })();
    for (let count = 0; count < 200_000 && !publisher!.connection.closed; count++) {
      await publisher!.send(`${count} ${rest}`).catch(() => {});
    }
    const well = await fetch(`http://127.0.0.1:${port}/healthz`);
    assertEquals(await well.text(), "ok\n");
    assert(await peakBytes(server) < 400 * MIB, `${await peakBytes(server) / MIB} MiB`);
    server.signal("SIGTERM");
    assertEquals(await server.ended, 0);
    await own;
    // Each has what there was without a gap, to the end or until it was told to come back.
    for (const code of await Promise.all(reading)) {
      assert(code === 1001 || code === 1013, `${code}`);
    }
    await Promise.all(sockets.map((socket) => socket.close()));
  },
);

Deno.test(
  "10,000 clients have a message, and 1001 when the server stops (needs 11,000 open files)",
  {
    ignore: await openFiles() < 11_000,
  },
  async () => {
    const args = ["--max-connections", "11000", "--max-connections-per-address", "11000"];
    await using server = await startServer("push", { args });
    const { port } = server;
    const sockets = await followers(port, 10_000);
    await untilPresent(port, 10_000);
    const answer = await fetch(`http://127.0.0.1:${port}/topics/news`, {
      method: "POST",
      body: "to all",
    });
    assertEquals((await answer.json()).subscribers, 10_000);
    await allHave(sockets, 1);
    server.signal("SIGTERM");
    await Promise.all(sockets.map(async (socket) => {
      assertEquals(await socket.receive(), undefined);
      assertEquals(socket.closeInfo.received?.code, 1001);
      await socket.close();
    }));
    assertEquals(await server.ended, 0);
  },
);
