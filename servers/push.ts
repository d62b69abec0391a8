// Answers each message of a WebSocket to whoever sent it: text as text, binary as binary.
//
//   deno run --allow-net=127.0.0.1:4000 servers/push.ts --echo
//
// From a second terminal: deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts

import { origins, subprotocols } from "../cli/http_options.ts";
import * as cli from "../cli/mod.ts";
import { closeText } from "../cli/websocket_report.ts";
import { escapeControls, type Server } from "../mod.ts";
import {
  type HttpServerMessage,
  type HttpServerOutgoing,
  type HttpServerRequest,
  serveHttp,
} from "../net/http/mod.ts";
import { withoutPort } from "../net/http/own_host.ts";
import { PLAIN_TEXT } from "../net/http/plain_text.ts";
import { safeListener } from "../net/safe_listener.ts";
import {
  type CloseInfo,
  DEFAULT_WEBSOCKET_LIMITS,
  isWebSocketRequest,
  type OriginRefusal,
  originRefusal,
  WebSocketConnection,
} from "../net/websocket/mod.ts";
import { answerUpgrade, settledUpgrade } from "../net/websocket/upgrade_websocket.ts";

/**
 * Serves an echo over WebSocket until it is shut down. It answers pages of the host that they call alone, unless `origin`
 * names others.
 *
 * @throws {TypeError} `echo` is not set, and nothing else is served.
 * @throws {RangeError} A limit is none.
 */
export function servePush(options: PushServerOptions & cli.OverNetwork): PushServer<Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function servePush(options: PushServerOptions): PushServer<cli.AnyAddr>;
export function servePush(options: PushServerOptions): PushServer<cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { echo, maxMessage, maxFragments, compress, subprotocol, origin, host } = cli.withFallbacks(
    OPTIONS,
    options,
  );
  if (!echo) throw new TypeError("Cannot serve: nothing but an echo is served, so give echo");
  const settled = settledUpgrade({
    protocols: subprotocol,
    compress,
    limits: { maxMessageBytes: maxMessage, maxFragments },
    allowOrigin: () => true,
    ...options.clock && { clock: options.clock },
  });
  const onHandshake = safeListener(options.onHandshake, { name: "onHandshake" });
  const onClose = safeListener(options.onClose, { name: "onClose" });

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  return serveHttp(listener, options, async (http) => {
    for await (const request of http) {
      const socket = await open(request, http.id);
      if (!socket) continue;
      try {
        for await (const message of socket) await socket.send(message, { transfer: true });
      } finally {
        await socket.close(socket.connection.draining ? 1001 : 1000);
        onClose(http.id, socket.closeInfo);
      }
    }
  });

  /** Answers a request: with a WebSocket, or with what is wrong. */
  async function open(
    request: HttpServerRequest,
    id: number,
  ): Promise<WebSocketConnection | undefined> {
    const page = request.fields.get("origin");
    const asked = { id, target: request.target, origin: page };
    const refusal = isWebSocketRequest(request.head)
      ? originRefusal({ origin: page, host: request.host }, { origins: origin, hosts: host })
      : undefined;
    if (refusal) {
      const why = refusalText(refusal, request);
      onHandshake({ ...asked, status: 403, why });
      await request.respond({ status: 403, fields: PLAIN_TEXT, body: `${why}\n` });
      return undefined;
    }
    const answered = await answerUpgrade(request, settled);
    if (answered instanceof WebSocketConnection) {
      onHandshake({ ...asked, status: 101 });
      return answered;
    }
    const { status, why } = answered;
    onHandshake({ ...asked, status, why });
    return undefined;
  }
}

/** Returns what a page is told that may not connect. */
function refusalText(refusal: OriginRefusal, { fields, host = "" }: HttpServerRequest): string {
  const page = escapeControls(fields.get("origin") ?? "");
  if (refusal === "other-origin") {
    return `The page is of ${page}, which is not this server. To let it connect, the server has to be ` +
      `started with --origin ${page}`;
  }
  const name = escapeControls(withoutPort(host));
  return `"${name}" may be a name that a stranger pointed here. To be called by it, the server has to be ` +
    `started with --host ${name}`;
}

/** A server that speaks WebSocket. */
export type PushServer<Addr extends cli.AnyAddr> = Server<
  HttpServerMessage,
  HttpServerOutgoing,
  Addr
>;

const PORT = 4000;

/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<PushServerSettings> = {
  echo: cli.flag("Answer each message to its sender; needed, as nothing else is served"),
  maxMessage: cli.size("Bytes of a message", DEFAULT_WEBSOCKET_LIMITS.maxMessageBytes),
  maxFragments: cli.count("Fragments of a message", DEFAULT_WEBSOCKET_LIMITS.maxFragments),
  compress: cli.flag("Compress messages where the client does as well"),
  subprotocol: subprotocols("Speak these subprotocols, the best one first"),
  origin: origins("Let pages of this origin connect too; * is all"),
  host: cli.list("Let pages of this host call it by its name too", "NAME"),
};

/** What the push server's own options are. */
export interface PushServerSettings {
  /** Each message is answered to its sender. */
  echo: boolean;
  /** Bytes that a message may have; a longer one gets 1009. */
  maxMessage: number;
  /** Fragments that a message may have; more get 1008. */
  maxFragments: number;
  /** Whether messages are compressed where the client can. */
  compress: boolean;
  /** Subprotocols that it speaks, the best one first. */
  subprotocol: readonly string[];
  /** Origins whose pages may connect, beside the host that they call; `*` is all. */
  origin: readonly string[];
  /** Names that pages of the very host may call it by, beside addresses and `localhost`. */
  host: readonly string[];
}

/** How a handshake was answered. */
export interface PushHandshake {
  /** The number of the connection. */
  readonly id: number;
  /** What was asked for. */
  readonly target: string;
  /** Whose page asked; undefined where it is no page. */
  readonly origin: string | undefined;
  /** The answer: 101, or 400, 403, 426. */
  readonly status: number;
  /** What is wrong. */
  readonly why?: string | undefined;
}

/** How {@linkcode servePush} answers. */
export interface PushServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears how each request was answered. */
  onHandshake?: (handshake: PushHandshake) => void;
  /** Hears how each WebSocket ended. */
  onClose?: (id: number, info: CloseInfo) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "push",
  summary: "answers each message of a WebSocket to its sender",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts",
  start({ settings, report }) {
    if (!settings.echo) throw new cli.UsageError("--echo is needed: nothing else is served");
    return servePush({
      ...settings,
      onHandshake: (handshake) =>
        report.note({ event: "handshake", ...handshake }, handshakeText(handshake)),
      onClose: (id, info) =>
        report.note({ event: "close", id, ...closeOf(info) }, closedText(id, info)),
    });
  },
});

function handshakeText({ id, target, status, why }: PushHandshake): string {
  const reason = why === undefined ? "" : `: ${why}`;
  return `#${id} asked for ${escapeControls(target)}: ${status}${reason}`;
}

/** Returns what was said first: the other side repeats the code. */
function closeOf({ sent, received, first }: CloseInfo) {
  const { code, reason } = (first === "peer" ? received : sent) ?? { code: 1006, reason: "" };
  return { first, code, reason };
}

function closedText(id: number, info: CloseInfo): string {
  const { first, ...close } = closeOf(info);
  const who = first === "peer"
    ? "by the client"
    : first === "local"
    ? "by the server"
    : "by nobody";
  return `#${id} closed ${who}: ${closeText(close)}`;
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
