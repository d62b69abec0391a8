import { writeLatin1 } from "../../codec/bytes/latin1_text.ts";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { httpServerCodec } from "../../codec/http/http.ts";
import { Connection } from "../connection.ts";
import { withFirstBytes } from "../first_bytes.ts";
import { HttpServerConnection } from "../http/server_connection.ts";
import { type NodeSocket, socketTransport } from "../socket_transport.ts";
import {
  answerUpgrade,
  settledUpgrade,
  type UpgradeWebSocketOptions,
} from "./upgrade_websocket.ts";
import { WebSocketConnection } from "./websocket_connection.ts";

/** As much of node:http's `IncomingMessage` as {@linkcode acceptNodeUpgrade} uses. */
export interface NodeRequest {
  /** The method. */
  readonly method?: string | undefined;
  /** The target. */
  readonly url?: string | undefined;
  /** The version: `1.1`. */
  readonly httpVersion: string;
  /** Names and values, one after the other, as they came. */
  readonly rawHeaders: readonly string[];
}

/** What the `upgrade` event of a `node:http` server gives. */
export interface NodeUpgrade {
  /** The request. */
  readonly request: NodeRequest;
  /** Its socket, which belongs to the WebSocket from now on. */
  readonly socket: NodeSocket;
  /** What came behind the request. */
  readonly head: Uint8Array;
}

/**
 * Answers a request for a WebSocket that a server of `node:http` got, so that WebSockets live beside Express, Fastify or any other:
 * with 101 and the connection, or with what is wrong, and then with undefined and the end of the socket.
 *
 * @throws {TypeError} A limit or a deadline has a name that nobody looks at.
 * @throws {RangeError} A limit or a deadline is none.
 *
 * @example
 * ```ts
 * import { acceptNodeUpgrade, connectWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import type { AddressInfo } from "node:net";
 *
 * const server = createServer((_request, response) => response.end("a page"));
 * server.on("upgrade", async (request, socket, head) => {
 *   const accepted = await acceptNodeUpgrade({ request, socket, head });
 *   for await (const message of accepted ?? []) await accepted?.send(message);
 * });
 * await once(server.listen(0, "127.0.0.1"), "listening");
 * const { port } = server.address() as AddressInfo;
 *
 * const client = await connectWebSocket(`ws://127.0.0.1:${port}/`);
 * await client.send("hello");
 * const answer = await client.receive();
 * assert(answer?.kind === "text" && answer.text === "hello");
 * await client.close();
 * server.close();
 * ```
 */
export async function acceptNodeUpgrade(
  { request, socket, head }: NodeUpgrade,
  options: UpgradeWebSocketOptions = {},
): Promise<WebSocketConnection | undefined> {
  const transport = withFirstBytes(socketTransport(socket), bytesOf(request, head));
  const connection = new Connection(transport, httpServerCodec(), {
    ...options.clock && { clock: options.clock },
  });
  try {
    const { value } = await new HttpServerConnection(connection).next();
    const answered = value && await answerUpgrade(value, settledUpgrade(options), { isLast: true });
    if (answered instanceof WebSocketConnection) return answered;
    await connection.close();
    return undefined;
  } catch (error) {
    // What breaks HTTP has its answer already; node:http has let it pass.
    await connection.close();
    throw error;
  }
}

/** Writes a request as it came, and what came behind it. */
function bytesOf(
  { method = "GET", url = "/", httpVersion, rawHeaders }: NodeRequest,
  head: Uint8Array,
): Uint8Array {
  const writer = new ByteWriter();
  writeLatin1(`${method} ${url} HTTP/${httpVersion}\r\n`, writer);
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    writeLatin1(`${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`, writer);
  }
  writeLatin1("\r\n", writer);
  writer.bytes(head);
  return writer.finish();
}
