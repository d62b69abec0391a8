import { assert, assertEquals } from "@std/assert";
import type { HttpServerMessage, HttpServerOutgoing } from "../../../codec/http/mod.ts";
import {
  serveWebSocket,
  type ServeWebSocketOptions,
  type WebSocketHandler,
} from "../../../net/websocket/mod.ts";
import type { Server } from "../../../net/serve.ts";
import type { ServerEvent } from "../../../net/server_events.ts";
import { POLL_TURNS } from "../../../net/turn.ts";
import { concat, hex } from "../../../testing/bytes.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryListener } from "../../../testing/memory_listener.ts";
import type { MemoryTransport } from "../../../testing/memory_transport.ts";
import { turns } from "../../../testing/turns.ts";

/** A WebSocket server in memory. */
export interface ServedWebSocket {
  server: Server<HttpServerMessage, HttpServerOutgoing>;
  listener: MemoryListener;
  clock: FakeClock;
  events: ServerEvent[];
}

/** Sends back each message. */
export const echo: WebSocketHandler = async (socket) => {
  for await (const message of socket) await socket.send(message);
};

/** Serves WebSockets in memory, on a clock of the test's. */
export function servedWebSocket(
  handler: WebSocketHandler = echo,
  options: Partial<ServeWebSocketOptions> = {},
): ServedWebSocket {
  const listener = new MemoryListener();
  const clock = new FakeClock();
  const events: ServerEvent[] = [];
  const onEvent = (event: ServerEvent) => void events.push(event);
  const server = serveWebSocket(listener, { clock, onEvent, ...options }, handler);
  return { server, listener, clock, events };
}

/** A sound request, with the key of RFC 6455, 1.3. */
export const HANDSHAKE = [
  "GET /chat HTTP/1.1",
  "Host: server.example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

/** What the server has written, as bytes. */
export function written({ writes }: MemoryTransport): Uint8Array {
  return concat(writes);
}

/** Connects a client whose handshake is done, and forgets what was written for it. */
export async function opened({ listener }: ServedWebSocket): Promise<MemoryTransport> {
  const peer = listener.connect();
  peer.deliver(HANDSHAKE);
  await turns(5);
  peer.writes.length = 0;
  return peer;
}

/** A frame of a client in one piece, with a mask of zeros. */
export function frame(opcode: number, payload: string | Uint8Array = "", fin = true): Uint8Array {
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  return concat([
    hex(`${(fin ? 128 + opcode : opcode).toString(16).padStart(2, "0")}`),
    Uint8Array.of(128 + bytes.length, 0, 0, 0, 0),
    bytes,
  ]);
}

/** Returns what the server wrote as hex, and forgets it. */
export async function answers(peer: MemoryTransport, ...chunks: Uint8Array[]): Promise<string> {
  peer.deliver(...chunks);
  await turns(5);
  const text = Array.from(written(peer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  peer.writes.length = 0;
  return text;
}

/** Returns the code and the reason of the close frame that a server wrote last. */
export function closeOf(text: string): [code: number, reason: string] | undefined {
  const bytes = hex(text);
  const at = bytes.indexOf(0x88);
  if (at < 0) return undefined;
  const payload = bytes.subarray(at + 2, at + 2 + bytes[at + 1]!);
  return [payload[0]! << 8 | payload[1]!, new TextDecoder().decode(payload.subarray(2))];
}

/** Shuts a server down whose clients do not leave. */
export async function stop({ server, clock }: ServedWebSocket): Promise<void> {
  const stopped = server.shutdown();
  for (let round = 0; round < 3; round++) {
    await turns(POLL_TURNS + 5);
    await clock.advance(6000);
  }
  await stopped;
}

/** Returns why a connection failed, if it did. */
export function failuresOf(events: readonly ServerEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "failed"
      ? [event.error instanceof Error ? event.error.message : String(event.error)]
      : []
  );
}

/** Holds that the only client of a server was lost because it gave no sign of life for `pongMs`. */
export function assertLostToSilence(
  { events }: ServedWebSocket,
  { peer, pongMs }: { peer: MemoryTransport; pongMs: number },
): void {
  assert(peer.closed);
  assertEquals(failuresOf(events), [
    `Cannot keep the connection to 127.0.0.1:2: no pong came within ${pongMs} ms (pong deadline)`,
  ]);
}
