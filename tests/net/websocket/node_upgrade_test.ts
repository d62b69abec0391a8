import { assert, assertEquals } from "@std/assert";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  acceptNodeUpgrade,
  connectWebSocket,
  type UpgradeWebSocketOptions,
  type WebSocketConnection,
} from "../../../net/websocket/mod.ts";
import { WebSocket as WsSocket } from "./npm_ws.ts";
import type { OpenPair } from "./peer_pairs.ts";
import { PeerSocket } from "./peer_socket.ts";
import { testPeer } from "./peer_suite.ts";

/** Pages beside the WebSockets, as a framework has them. */
const pages: RequestListener = (request, response) => {
  if (request.url === "/page") return void response.end("a page");
  response.statusCode = 404;
  response.end();
};

interface Served extends AsyncDisposable {
  readonly port: number;
  /** What was accepted, and undefined for each that was refused, in their order. */
  readonly accepted: Promise<WebSocketConnection | undefined>[];
  readonly server: Server;
}

async function served(options: UpgradeWebSocketOptions = {}): Promise<Served> {
  const accepted: Promise<WebSocketConnection | undefined>[] = [];
  const server = createServer(pages);
  server.on("upgrade", (request, socket, head) => {
    accepted.push(acceptNodeUpgrade({ request, socket, head }, options));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    accepted,
    server,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const wsCallsNode: OpenPair<WsSocket> = async (
  { ours = [], theirs = [], compress = false } = {},
) => {
  const { port, accepted, ...server } = await served({ protocols: ours, compress });
  const url = `ws://127.0.0.1:${port}/`;
  const peer = new PeerSocket(new WsSocket(url, theirs, { perMessageDeflate: compress }));
  await peer.opened;
  const connection = await accepted[0];
  assert(connection);
  return {
    ours: connection,
    peer,
    async [Symbol.asyncDispose]() {
      peer.socket.close();
      await peer.closed;
      await connection.close();
      await server[Symbol.asyncDispose]();
    },
  };
};

testPeer("ws calls acceptNodeUpgrade", { open: wsCallsNode, compresses: true });

Deno.test("acceptNodeUpgrade lives beside the pages of the same server", async () => {
  await using server = await served();
  const page = async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/page`, {
      headers: { Connection: "close" },
    });
    return await answer.text();
  };
  assertEquals(await page(), "a page");
  await using client = await connectWebSocket(`ws://127.0.0.1:${server.port}/chat?room=1`);
  const accepted = await server.accepted[0];
  assert(accepted);
  assertEquals(accepted.request?.target, "/chat?room=1");
  assertEquals(await page(), "a page");
  await accepted.send("hello");
  const event = await client.receive();
  assert(event?.kind === "text" && event.text === "hello");
  await Promise.all([client.close(), accepted.close()]);
});

const OPENING = [
  "GET / HTTP/1.1",
  "Host: a.b",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];
/** "Hello", masked (RFC 6455, 5.7), and a close of 1000. */
const HELLO = Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58);
const CLOSE = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8);

/** Sends bytes in one piece, and returns what came until the server ended. */
async function answered(
  port: number,
  { lines, frames = [] }: { lines: readonly string[]; frames?: readonly Uint8Array[] },
): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = new TextEncoder().encode([...lines, "", ""].join("\r\n"));
  const parts = [head, ...frames];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  await conn.write(bytes);
  let text = "";
  for (const into = new Uint8Array(4_096);;) {
    const count = await conn.read(into);
    if (count === null) return text;
    text += String.fromCharCode(...into.subarray(0, count));
  }
}

Deno.test("acceptNodeUpgrade gets the frames that came with the request", async () => {
  await using server = await served();
  const answer = answered(server.port, { lines: OPENING, frames: [HELLO, HELLO, CLOSE] });
  while (server.accepted.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const accepted = await server.accepted[0];
  const texts: string[] = [];
  for await (const event of accepted!) if (event.kind === "text") texts.push(event.text);
  assertEquals(texts, ["Hello", "Hello"]);
  assertEquals(accepted?.closeInfo.received?.code, 1000);
  await accepted?.close();
  const [head = "", frames] = (await answer).split("\r\n\r\n");
  assert(head.startsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  assert(head.includes("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  assertEquals(frames, "\x88\x02\x03\xe8");
});

for (
  const { what, lines, status } of [
    {
      what: "another version",
      lines: [...OPENING.slice(0, -1), "Sec-WebSocket-Version: 12"],
      status: "426 Upgrade Required",
    },
    {
      what: "a key of 15 bytes",
      lines: [...OPENING.slice(0, 4), "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA", OPENING[5]!],
      status: "400 Bad Request",
    },
    {
      what: "a page of another host",
      lines: [...OPENING, "Origin: http://elsewhere.invalid"],
      status: "403 Forbidden",
    },
    {
      what: "another protocol",
      lines: ["GET / HTTP/1.1", "Host: a.b", "Upgrade: h2c", "Connection: Upgrade"],
      status: "400 Bad Request",
    },
  ]
) {
  Deno.test(`acceptNodeUpgrade refuses ${what} with ${status}, and ends the socket`, async () => {
    await using server = await served();
    const answer = await answered(server.port, { lines });
    assert(answer.startsWith(`HTTP/1.1 ${status}\r\n`), answer);
    assert(/\r\nConnection: close(, Upgrade)?\r\n/i.test(answer), answer);
    assertEquals(await server.accepted[0], undefined);
  });
}
