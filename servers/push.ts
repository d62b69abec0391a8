// Brings each message to everybody on its topic: what a WebSocket sends, and what a back end posts.
//
//   deno run --allow-net=127.0.0.1:4000 servers/push.ts
//
// Open http://127.0.0.1:4000/ in a browser, in two windows. From a second terminal:
//
//   curl -d 'it rains' http://127.0.0.1:4000/topics/default

import { origins, subprotocols } from "../cli/http_options.ts";
import * as cli from "../cli/mod.ts";
import { readToken } from "../cli/token.ts";
import { closeText } from "../cli/websocket_report.ts";
import { AddressList, escapeControls, type Server } from "../mod.ts";
import { systemClock } from "../net/clock.ts";
import {
  type HttpServerConnection,
  type HttpServerMessage,
  type HttpServerOutgoing,
  serveHttp,
} from "../net/http/mod.ts";
import { safeListener } from "../net/safe_listener.ts";
import {
  type CloseInfo,
  DEFAULT_WEBSOCKET_LIMITS,
  isWebSocketRequest,
  type WebSocketConnection,
} from "../net/websocket/mod.ts";
import { closeLabel } from "../push/http/metrics.ts";
import { type Entered, type PushAnswer, PushDoor } from "../push/http/push_door.ts";
import { PushHttp } from "../push/http/push_http.ts";
import { followTopic } from "../push/http/push_socket.ts";
import {
  DEFAULT_HUB_LIMITS,
  Hub,
  type HubLimits,
  SLOW_POLICIES,
  type SlowPolicy,
} from "../push/mod.ts";

export type { PushAnswer } from "../push/http/push_door.ts";

/**
 * Serves topics until it is shut down: to WebSockets, as events, and by HTTP to back ends and people. It answers pages of the host
 * that they call alone, unless `origin` names others.
 *
 * @throws {TypeError} A token is empty.
 * @throws {RangeError} A limit is none.
 */
export function servePush(options?: PushServerOptions & cli.OverNetwork): PushServer<Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function servePush(options: PushServerOptions): PushServer<cli.AnyAddr>;
export function servePush(options: PushServerOptions = {}): PushServer<cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const settings = cli.withFallbacks(OPTIONS, options);
  const { echo, noEcho, slow, maxMessage, history, trustProxy, maxMessagesPerSecond } = settings;
  const { clock = systemClock, limits = {}, deadlines = {}, hubLimits = {} } = options;
  const { maxConnectionsPerAddress } = limits;
  const hub = new Hub({
    limits: { maxHistoryMessages: history, ...hubLimits },
    aliveMs: Math.min(ALIVE_MS, (deadlines.idleMs ?? Infinity) / 2),
    clock,
  });
  const closes = new Map<string, number>();
  const onClose = safeListener(options.onClose, { name: "onClose" });
  const isBehindProxy = trustProxy.length > 0;
  const pages = { origins: settings.origin, hosts: settings.host, advice: ADVICE };
  const door = new PushDoor({
    ...settings,
    ...pages,
    subprotocols: settings.subprotocol,
    maxMessageBytes: maxMessage,
    isEcho: echo,
    trusted: { addresses: new AddressList(trustProxy), overUnix: isBehindProxy },
    maxPerAddress: isBehindProxy ? maxConnectionsPerAddress : undefined,
    clock,
    onAnswer: safeListener(options.onAnswer, { name: "onAnswer" }),
  });
  const web = new PushHttp({
    ...pages,
    hub,
    access: door.access,
    maxMessageBytes: maxMessage,
    slow,
    figures: () => ({
      connections: server.connections.size,
      accepted: server.counts.accepted,
      closes,
    }),
  });

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  const server: PushServer<cli.AnyAddr> = serveHttp(listener, {
    ...options,
    // A proxy is one address for all whom it speaks for, which the door tells apart.
    limits: { ...limits, ...isBehindProxy && { maxConnectionsPerAddress: Infinity } },
    ...maxMessagesPerSecond !== Infinity && { rate: { messagesPerSecond: maxMessagesPerSecond } },
  }, serveEach);
  return server;

  async function serveEach(http: HttpServerConnection): Promise<void> {
    for await (const request of http) {
      if (!echo && !isWebSocketRequest(request.head)) {
        await door.answer(http, { request, web });
        continue;
      }
      using client = await door.open(http, request);
      if (client) await talk(http.id, client);
    }
  }

  async function talk(id: number, { socket, ...client }: Entered): Promise<void> {
    try {
      if (echo) await answerEach(socket);
      else await followTopic(socket, { hub, ...client, ownMessages: !noEcho, slow });
    } finally {
      await socket.close(socket.connection.draining ? 1001 : 1000);
      const label = closeLabel(closeOf(socket.closeInfo).code);
      closes.set(label, (closes.get(label) ?? 0) + 1);
      onClose(id, socket.closeInfo);
    }
  }
}

async function answerEach(socket: WebSocketConnection): Promise<void> {
  for await (const message of socket) await socket.send(message, { transfer: true });
}

/** A server that speaks WebSocket. */
export type PushServer<Addr extends cli.AnyAddr> = Server<
  HttpServerMessage,
  HttpServerOutgoing,
  Addr
>;

const PORT = 4000;
/** Who follows a topic hears this often that it is still there. */
const ALIVE_MS = 15_000;
/** How to let in a page, or a name, that was refused. */
const ADVICE = {
  origin: (origin: string) =>
    `To let it connect, the server has to be started with --origin ${origin}`,
  host: (name: string) => `To be called by it, the server has to be started with --host ${name}`,
};

/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<PushServerSettings> = {
  history: cli.countFrom0(
    "Keep so many messages of each topic for who comes later",
    DEFAULT_HUB_LIMITS.maxHistoryMessages,
  ),
  maxMessage: cli.size("Bytes of a message", DEFAULT_WEBSOCKET_LIMITS.maxMessageBytes),
  maxFragments: cli.count("Fragments of a message", DEFAULT_WEBSOCKET_LIMITS.maxFragments),
  maxMessagesPerSecond: cli.count("Take no more messages a second from one client"),
  slow: cli.choice("What happens to who reads too slowly: closed, or left out what is oldest ...", {
    choices: SLOW_POLICIES,
    fallback: "close",
  }),
  noEcho: cli.flag("Bring nobody its own messages"),
  echo: cli.flag("Answer each message to its sender alone, and serve nothing else"),
  compress: cli.flag("Compress messages where the client does as well"),
  subprotocol: subprotocols("Speak these subprotocols, the best one first"),
  subscribeToken: cli.optionalText("Who follows a topic has to know this; @FILE reads it", "TOKEN"),
  publishToken: cli.optionalText("Who publishes has to know this; @FILE reads it", "TOKEN"),
  noClientPublish: cli.flag("Publish nothing that a WebSocket sends"),
  origin: origins("Let pages of this origin connect too; * is all"),
  host: cli.list("Let itself be called by this name too", "NAME"),
  trustProxy: cli.addresses("Believe these proxies whom they speak for, by X-Forwarded-For"),
};

/** What the push server's own options are. */
export interface PushServerSettings {
  /** How many messages a topic keeps for who comes later; 0 keeps none. */
  history: number;
  /** Bytes that a message may have; a longer one gets 1009, or 413. */
  maxMessage: number;
  /** Fragments that a message may have; more get 1008. */
  maxFragments: number;
  /** Messages of one client that are taken a second; it is slowed down, and nothing is lost. */
  maxMessagesPerSecond: number;
  /** What happens to a subscriber that is too slow. */
  slow: SlowPolicy;
  /** A client's own messages do not come back to it. */
  noEcho: boolean;
  /** There are no topics: each message is answered to its sender. */
  echo: boolean;
  /** Whether messages are compressed where the client can. */
  compress: boolean;
  /** Subprotocols that it speaks, the best one first. */
  subprotocol: readonly string[];
  /** Who follows a topic has to know this. */
  subscribeToken: string | undefined;
  /** Who publishes has to know this; who does may follow too. */
  publishToken: string | undefined;
  /** What a WebSocket sends is refused with 1008: only back ends publish. */
  noClientPublish: boolean;
  /** Origins whose pages may connect, beside the host that they call; `*` is all. */
  origin: readonly string[];
  /** Names that it may be called by, beside addresses and `localhost`. */
  host: readonly string[];
  /** Proxies that are believed whom they speak for: addresses and CIDR blocks. */
  trustProxy: readonly string[];
}

/** How {@linkcode servePush} serves. */
export interface PushServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** How much topics keep, and how much may wait for who follows one. */
  hubLimits?: Partial<HubLimits>;
  /** Hears how each request was answered. */
  onAnswer?: (answer: PushAnswer) => void;
  /** Hears how each WebSocket ended. */
  onClose?: (id: number, info: CloseInfo) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "push",
  summary: "brings each message to everybody on its topic",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "curl -d 'it rains' http://127.0.0.1:4000/topics/default",
  start: async ({ settings, report }) =>
    servePush({
      ...settings,
      subscribeToken: await secret(settings.subscribeToken, "--subscribe-token"),
      publishToken: await secret(settings.publishToken, "--publish-token"),
      onAnswer: (answer) => report.note({ ...answer }, answerText(answer)),
      onClose: (id, info) =>
        report.note({ event: "close", id, ...closeOf(info) }, closedText(id, info)),
    }),
});

async function secret(typed: string | undefined, flag: string): Promise<string | undefined> {
  if (typed === "") throw new cli.UsageError(`${flag} takes a token, and this is empty`);
  return typed === undefined ? undefined : await readToken(typed, { flag });
}

function answerText({ event, id, method, target, status, why }: PushAnswer): string {
  const what = event === "handshake" ? "asked for" : method;
  const reason = why === undefined ? "" : `: ${why}`;
  return `#${id} ${what} ${escapeControls(target)}: ${status}${reason}`;
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
