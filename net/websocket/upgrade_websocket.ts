import { answerHandshake, type RefusedHandshake } from "../../codec/websocket/server_handshake.ts";
import { webSocketServerCodec } from "../../codec/websocket/websocket.ts";
import { PLAIN_TEXT } from "../http/plain_text.ts";
import type { HttpServerRequest } from "../http/server_request.ts";
import { compressionOf } from "./compression_options.ts";
import { type SettledOptions, settledOptions, type WebSocketOptions } from "./options.ts";
import { Controls, WebSocketConnection } from "./websocket_connection.ts";

/** How {@linkcode upgradeWebSocket} answers. */
export interface UpgradeWebSocketOptions extends WebSocketOptions {
  /**
   * Says whether the page that a request comes from may connect; without an `Origin` it comes from no page, and it is not asked.
   * A refusal is answered with 403.
   *
   * @default only pages of the host that the request calls
   */
  allowOrigin?: (origin: string, host: string | undefined) => boolean;
}

/**
 * Answers a request for a WebSocket (RFC 6455, 4.2): with 101 and the connection, or with what is wrong (400, 403, 426), and
 * then with undefined. It refuses pages of other hosts unless `allowOrigin` says otherwise, since a browser sends the visitor's
 * cookies along.
 *
 * @throws {TypeError} The request was answered already, or a limit or a deadline has a name that nobody looks at.
 * @throws {RangeError} A limit or a deadline is none.
 *
 * @example
 * ```ts
 * import { serveHttp } from "@parley/sockets/http";
 * import { upgradeWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveHttp(listener, {}, async (http) => {
 *   for await (const request of http) {
 *     await using socket = await upgradeWebSocket(request);
 *     for await (const message of socket ?? []) await socket?.send(message);
 *   }
 * });
 * const answer = await fetch(`http://127.0.0.1:${server.addr.port}/`);
 * assert(answer.status === 426);
 * await answer.body?.cancel();
 * ```
 */
export async function upgradeWebSocket(
  request: HttpServerRequest,
  options: UpgradeWebSocketOptions = {},
): Promise<WebSocketConnection | undefined> {
  const answered = await answerUpgrade(request, settledUpgrade(options));
  return answered instanceof WebSocketConnection ? answered : undefined;
}

/** How {@linkcode answerUpgrade} answers: the options with every default in its place. */
export interface SettledUpgrade extends SettledOptions {
  readonly allowOrigin: NonNullable<UpgradeWebSocketOptions["allowOrigin"]>;
}

/** Returns options with their defaults. @throws What {@linkcode settledOptions} throws. */
export function settledUpgrade(
  options: UpgradeWebSocketOptions,
  names?: { readonly moreLimits: readonly string[] },
): SettledUpgrade {
  const { allowOrigin = isOwnOrigin } = options;
  return { ...settledOptions(options, names), allowOrigin };
}

/**
 * Answers a request for a WebSocket, and returns the connection, or what it was refused with. Such an answer says that the
 * connection ends behind it where it `isLast`.
 */
export async function answerUpgrade(
  request: HttpServerRequest,
  settled: SettledUpgrade,
  { isLast = false }: { isLast?: boolean } = {},
): Promise<WebSocketConnection | RefusedHandshake> {
  const { protocols, compress, limits, connectionLimits, deadlines, connectionDeadlines } = settled;
  const { clock, allowOrigin } = settled;
  const handshake = answerHandshake(request.head, {
    protocols,
    compression: compress === false ? undefined : await compressionOf(compress),
    origins: (origin) => origin === undefined || allowOrigin(origin, request.host),
  });
  const { fields } = handshake;
  if (handshake.status !== 101) {
    await request.respond({
      status: handshake.status,
      close: isLast,
      ...handshake.status === 426 && { upgrade: "websocket" },
      fields: [...fields, ...PLAIN_TEXT],
      body: `${handshake.why}\n`,
    });
    return handshake;
  }
  const controls = new Controls();
  const codec = webSocketServerCodec({
    limits,
    compression: handshake.compression,
    onControl: controls.heard,
  });
  const connection = await request.upgrade(codec, {
    protocol: "websocket",
    fields,
    limits: connectionLimits,
    deadlines: connectionDeadlines,
  });
  return new WebSocketConnection(connection, {
    protocol: handshake.protocol,
    request: request.head,
    deadlines,
    clock,
    controls,
    compression: handshake.compression,
  });
}

/** Says whether a page is of the host that it calls. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#@]+)$/i.exec(origin) ?? [];
  return authority !== undefined && authority.toLowerCase() === host.toLowerCase();
}
