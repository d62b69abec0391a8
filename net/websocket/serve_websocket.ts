import { ProtocolError } from "../../codec/errors.ts";
import type { HttpServerMessage, HttpServerOutgoing } from "../../codec/http/mod.ts";
import type { HttpLimits } from "../../codec/http/limits.ts";
import type { WebSocketLimits } from "../../codec/websocket/limits.ts";
import type { Address } from "../address.ts";
import type { ServerDeadlines } from "../deadlines.ts";
import type { HttpServerConnection } from "../http/server_connection.ts";
import { serveHttp, type ServeHttpOptions } from "../http/serve_http.ts";
import type { ServerLimits } from "../limits.ts";
import type { Server } from "../serve.ts";
import { closeQuietly, type Listener } from "../transport.ts";
import type { WebSocketDeadlines } from "./options.ts";
import {
  answerUpgrade,
  type SettledUpgrade,
  settledUpgrade,
  type UpgradeWebSocketOptions,
} from "./upgrade_websocket.ts";
import { WebSocketConnection } from "./websocket_connection.ts";

/** How {@linkcode serveWebSocket} serves: as `serveHttp` does, with what a WebSocket is told beside that. */
export interface ServeWebSocketOptions
  extends
    Omit<ServeHttpOptions, "limits" | "deadlines">,
    Omit<UpgradeWebSocketOptions, "limits" | "deadlines" | "clock"> {
  /** How many connections there may be, and how much each may hold and send. */
  limits?: Partial<ServerLimits & HttpLimits & WebSocketLimits>;
  /** How long things may take. */
  deadlines?: Partial<ServerDeadlines & WebSocketDeadlines>;
}

/** Talks to one client; the connection is closed with 1000 when it returns, and with 1011 when it fails. */
export type WebSocketHandler = (socket: WebSocketConnection) => Promise<void> | void;

/**
 * Serves WebSockets to every client that asks for one; what asks for something else is answered with 426. A shutdown closes
 * with 1001.
 *
 * @throws {TypeError} The listener is none, or a limit or deadline has a name that nobody looks at.
 * @throws {RangeError} A limit, deadline or rate is none.
 *
 * @example
 * ```ts
 * import { connectWebSocket, serveWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveWebSocket(listener, {}, async (socket) => {
 *   for await (const message of socket) await socket.send(message);
 * });
 * await using socket = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}/`);
 * await socket.send("hello");
 * const answer = await socket.receive();
 * assert(answer?.kind === "text" && answer.text === "hello");
 * ```
 */
export function serveWebSocket<Addr extends Address = Address>(
  listener: Listener<Addr>,
  options: ServeWebSocketOptions,
  handler: WebSocketHandler,
): Server<HttpServerMessage, HttpServerOutgoing, Addr> {
  const { limits = {}, deadlines = {}, ...others } = options;
  const { maxMessageBytes: _bytes, maxFragments: _fragments, ...httpLimits } = limits;
  const { pingMs: _ping, pongMs: _pong, closeMs: _close, ...httpDeadlines } = deadlines;
  let settled: SettledUpgrade;
  try {
    settled = settledUpgrade(options, { moreLimits: Object.keys(httpLimits) });
  } catch (error) {
    closeQuietly(listener);
    throw error;
  }
  return serveHttp(
    listener,
    { ...others, limits: httpLimits, deadlines: httpDeadlines },
    (http) => serveEach(http, { settled, handler }),
  );
}

async function serveEach(
  http: HttpServerConnection,
  { settled, handler }: { settled: SettledUpgrade; handler: WebSocketHandler },
): Promise<void> {
  for await (const request of http) {
    const socket = await answerUpgrade(request, settled);
    if (!(socket instanceof WebSocketConnection)) continue;
    try {
      await handler(socket);
    } catch (error) {
      // What breaks the protocol has had its close frame already.
      if (!(error instanceof ProtocolError && error.side === "remote")) {
        await socket.close(1011, "The server failed");
      }
      throw error;
    } finally {
      await socket.close(socket.connection.draining ? 1001 : 1000);
    }
  }
}
