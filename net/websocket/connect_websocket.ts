import { requireNames } from "../../codec/arguments.ts";
import { base64Of } from "../../codec/bytes/base64.ts";
import { httpClientCodec } from "../../codec/http/http.ts";
import type {
  FieldsInit,
  HttpClientMessage,
  HttpClientOutgoing,
  HttpResponseHead,
} from "../../codec/http/mod.ts";
import { checkHandshake, handshakeRequest } from "../../codec/websocket/client_handshake.ts";
import { webSocketClientCodec } from "../../codec/websocket/websocket.ts";
import { connectTcp } from "../connect_tcp.ts";
import type { Connection } from "../connection.ts";
import type { ConnectTls } from "../connect.ts";
import { type ConnectDeadlines, deadlineOf, withDeadline } from "../deadlines.ts";
import { dial } from "../dial.ts";
import { ClosedError } from "../errors.ts";
import type { Trace } from "../trace.ts";
import { closedOnFailure, type Transport } from "../transport.ts";
import { endpointOf } from "../url_endpoint.ts";
import { compressionOf } from "./compression_options.ts";
import { settledOptions, type WebSocketDeadlines, type WebSocketOptions } from "./options.ts";
import { Controls, WebSocketConnection } from "./websocket_connection.ts";

/** How {@linkcode connectWebSocket} connects. */
export interface ConnectWebSocketOptions extends Omit<WebSocketOptions, "deadlines"> {
  /** Fields of the request beside those of the handshake: `Authorization`, `Cookie`, `Origin`. @default none */
  fields?: FieldsInit;
  /** Whom `wss` trusts beside the system's authorities. */
  tls?: ConnectTls;
  /** Opens the byte stream, instead of calling the URL's host. */
  open?: (signal: AbortSignal) => Promise<Transport>;
  /** How long things may take; `handshakeMs` is for the server's answer. */
  deadlines?: Partial<WebSocketDeadlines & ConnectDeadlines>;
  /** Ends the attempt and, later, the connection. */
  signal?: AbortSignal;
  /** Sees all bytes, and the messages that they became. */
  trace?: Trace;
  /** The number that logs and traces name it by. @default {0} */
  id?: number;
}

const NAMES: Readonly<Record<keyof ConnectWebSocketOptions, true>> = {
  protocols: true,
  compress: true,
  limits: true,
  deadlines: true,
  clock: true,
  fields: true,
  tls: true,
  open: true,
  signal: true,
  trace: true,
  id: true,
};

/**
 * Connects to a WebSocket server (RFC 6455, 4.1), `ws:` or `wss:`, and returns the connection once it has agreed. It refuses a
 * URL with a fragment, and an answer that breaks the handshake.
 *
 * @throws {TypeError} The URL is none of a WebSocket, or an option has a name that nobody looks at.
 * @throws {ProtocolError} `bad-handshake`: the server answered something else; the message says what.
 * @throws {DeadlineError} It did not stand within `connectMs`, or the answer took longer than `handshakeMs`.
 * @throws What `Deno.connect` throws.
 *
 * @example
 * ```ts
 * import { connectWebSocket, serveWebSocket } from "@parley/sockets/websocket";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveWebSocket(listener, {}, (socket) => socket.send("welcome"));
 * await using socket = await connectWebSocket(`ws://127.0.0.1:${server.addr.port}/news`);
 * const first = await socket.receive();
 * assert(first?.kind === "text" && first.text === "welcome");
 * ```
 */
export async function connectWebSocket(
  url: string | URL,
  options: ConnectWebSocketOptions = {},
): Promise<WebSocketConnection> {
  requireNames(options, { what: "options of connectWebSocket()", names: Object.keys(NAMES) });
  const target = webSocketUrl(url);
  const { protocols, compress, limits, connectionLimits, deadlines, connectionDeadlines, clock } =
    settledOptions(options);
  const { fields, signal, trace, id = 0 } = options;
  const { hostname, port } = endpointOf(target);
  const isSecure = target.protocol === "wss:";
  const peer = { transport: "tcp", hostname, port } as const;
  const open = options.open ?? (async (signal: AbortSignal) => {
    const plain = await connectTcp({ hostname, port, signal });
    if (!isSecure) return plain;
    return await closedOnFailure(plain, () => Deno.startTls(plain, { hostname, ...options.tls }));
  });
  const connection = await dial<HttpClientMessage, HttpClientOutgoing>(open, {
    codec: httpClientCodec(),
    peer,
    id,
    clock,
    limits: connectionLimits,
    deadlines: connectionDeadlines,
    ...signal && { signal },
    ...trace && { trace },
  });
  try {
    const compression = await compressionOf(compress);
    const asked = { key: randomKey(), protocols, compression };
    void connection.send(handshakeRequest({
      ...asked,
      target: `${target.pathname}${target.search}`,
      host: target.host,
      fields,
    }));
    const head = await withDeadline((inTime) => answerOf(connection, inTime), {
      phase: "handshake",
      ms: deadlineOf("handshakeMs", options.deadlines?.handshakeMs),
      peer,
      signal,
      clock,
    });
    const agreed = checkHandshake(head, asked);
    const controls = new Controls();
    const codec = webSocketClientCodec({
      limits,
      compression: agreed.compression,
      random: (into) => void crypto.getRandomValues(into),
      onControl: controls.heard,
    });
    return new WebSocketConnection(connection.switchTo(codec), {
      protocol: agreed.protocol,
      request: undefined,
      deadlines,
      clock,
      controls,
      compression: agreed.compression,
    });
  } catch (error) {
    connection.abort(error);
    throw error;
  }
}

/** Waits for what answers; informational responses are none. */
async function answerOf(
  connection: Connection<HttpClientMessage, HttpClientOutgoing>,
  signal: AbortSignal,
): Promise<HttpResponseHead> {
  for (;;) {
    const message = await connection.receive({ signal });
    if (message === undefined) {
      throw new ClosedError("Cannot connect: the server closed the connection without an answer", {
        code: "connection-closed",
        by: "peer",
      });
    }
    if (message.type === "response" && (message.status >= 200 || message.status === 101)) {
      return message;
    }
  }
}

const SCHEMES: Readonly<Record<string, string>> = { "http:": "ws:", "https:": "wss:" };

function webSocketUrl(url: string | URL): URL {
  const parsed = new URL(url);
  const scheme = SCHEMES[parsed.protocol] ?? parsed.protocol;
  if (scheme !== "ws:" && scheme !== "wss:") {
    throw new TypeError(`Cannot connect: ${parsed.protocol} is neither ws: nor wss:`);
  }
  if (parsed.hash !== "") throw new TypeError("Cannot connect: the URL has a fragment");
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError("Cannot connect: a user and a password go into the field Authorization");
  }
  parsed.protocol = scheme;
  return parsed;
}

function randomKey(): string {
  return base64Of(crypto.getRandomValues(new Uint8Array(16)));
}
