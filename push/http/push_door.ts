import type { Clock } from "../../net/clock.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import { isWebSocketRequest, WebSocketConnection } from "../../net/websocket/mod.ts";
import {
  answerUpgrade,
  type SettledUpgrade,
  settledUpgrade,
} from "../../net/websocket/upgrade_websocket.ts";
import { ENVELOPE_PROTOCOL } from "../envelope.ts";
import { Access, type AccessTokens, unauthorized, withoutToken } from "./access.ts";
import { type Refusal, textAnswer } from "./answers.ts";
import { clientAddress, type TrustedProxies } from "./client_address.ts";
import { ClientLimit } from "./client_limit.ts";
import { type OriginAdvice, type OriginsAndHosts, pageRefusal } from "./cors.ts";
import { type Answered, type PushHttp, TOO_MANY_CLIENTS } from "./push_http.ts";
import { DEFAULT_TOPIC, type NamedTopic, webSocketTopic } from "./route.ts";

/** How a request was answered. */
export interface PushAnswer {
  /** It asked for a WebSocket, or for something over HTTP. */
  readonly event: "handshake" | "request";
  /** The number of the connection. */
  readonly id: number;
  /** The address of the client, behind proxies that are trusted. */
  readonly client: string;
  /** How it asked. */
  readonly method: string;
  /** What was asked for; a token is left out. */
  readonly target: string;
  /** Whose page asked; undefined where it is no page. */
  readonly origin: string | undefined;
  /** The answer: 101 for a WebSocket. */
  readonly status: number;
  /** What is wrong. */
  readonly why?: string | undefined;
}

/** How a {@linkcode PushDoor} lets clients in. */
export interface PushDoorOptions extends OriginsAndHosts, AccessTokens {
  /** Subprotocols, beside the one of the hub. */
  readonly subprotocols: readonly string[];
  /** Bytes of a message. */
  readonly maxMessageBytes: number;
  /** Fragments of a message. */
  readonly maxFragments: number;
  /** Messages are compressed where the client can. */
  readonly compress: boolean;
  /** There are no topics: each client talks to itself. */
  readonly isEcho: boolean;
  /** No client of WebSocket publishes. */
  readonly noClientPublish: boolean;
  /** Proxies that are believed whom they speak for. */
  readonly trusted: TrustedProxies;
  /** Followers of one address behind such a proxy. @default no bound */
  readonly maxPerAddress?: number | undefined;
  /** What to do so that more are let in. */
  readonly advice: OriginAdvice;
  readonly clock: Clock;
  /** Hears how each request was answered. */
  readonly onAnswer: (answer: PushAnswer) => void;
}

/** A client that was let in, until it is disposed of. */
export interface Entered extends Disposable {
  readonly socket: WebSocketConnection;
  readonly topic: string;
  /** Behind which message it begins. */
  readonly lastEventId: string | undefined;
  /** What it sends is published. */
  readonly mayPublish: boolean;
}

/** Lets clients in who may: as WebSockets, and to what is answered over HTTP. */
export class PushDoor {
  /** Who may do what. */
  readonly access: Access;
  readonly #options: PushDoorOptions;
  readonly #settled: SettledUpgrade;
  readonly #clients: ClientLimit;

  /** Lets in whom the options say. @throws {TypeError} A token is empty. @throws {RangeError} A limit is none. */
  constructor(options: PushDoorOptions) {
    const { subprotocols, compress, maxMessageBytes, maxFragments, isEcho, clock } = options;
    this.#options = options;
    this.access = new Access(options);
    this.#clients = new ClientLimit(options.maxPerAddress ?? Infinity);
    this.#settled = settledUpgrade({
      protocols: isEcho ? subprotocols : [ENVELOPE_PROTOCOL, ...subprotocols],
      // What goes to many is packed once, so that it refers to nothing before it.
      compress: compress && (isEcho || "no-takeover"),
      limits: { maxMessageBytes, maxFragments },
      allowOrigin: () => true,
      clock,
    });
  }

  /** Answers a request that is to become a WebSocket: with one, or with what is wrong. */
  async open(
    http: HttpServerConnection,
    request: HttpServerRequest,
  ): Promise<Entered | undefined> {
    const { isEcho, noClientPublish } = this.#options;
    const named = isEcho ? { topic: DEFAULT_TOPIC } : webSocketTopic(request.path);
    const refusal = isWebSocketRequest(request.head) ? this.#refusal(request, named) : undefined;
    if (refusal) {
      const { status, message: why } = refusal;
      this.#tell("handshake", { http, request, status, why });
      await request.respond(textAnswer(`${refusal.message}\n`, refusal));
      return undefined;
    }
    const claim = this.#claim(http, request);
    if (claim === undefined) {
      this.#tell("handshake", { http, request, status: 503, why: TOO_MANY_CLIENTS.message });
      await request.respond(textAnswer(`${TOO_MANY_CLIENTS.message}\n`, TOO_MANY_CLIENTS));
      return undefined;
    }
    let socket: WebSocketConnection | undefined;
    try {
      const answered = await answerUpgrade(request, this.#settled);
      if (answered instanceof WebSocketConnection) socket = answered;
      this.#tell("handshake", {
        http,
        request,
        ...answered instanceof WebSocketConnection ? { status: 101 } : answered,
      });
    } finally {
      if (!socket) claim[Symbol.dispose]();
    }
    return socket && {
      socket,
      topic: "topic" in named ? named.topic : DEFAULT_TOPIC,
      lastEventId: new URLSearchParams(request.query).get("lastEventId") ?? undefined,
      mayPublish: !noClientPublish && this.access.allows("publish", request),
      [Symbol.dispose]: () => claim[Symbol.dispose](),
    };
  }

  /** Answers a request over HTTP. */
  async answer(
    http: HttpServerConnection,
    { request, web }: { request: HttpServerRequest; web: PushHttp },
  ): Promise<void> {
    let isTold = false;
    const tell = (answered: Answered) => {
      if (!isTold) this.#tell("request", { http, request, ...answered });
      isTold = true;
    };
    const enter = () => {
      const claim = this.#claim(http, request);
      if (claim) tell({ status: 200 });
      return claim;
    };
    tell(await web.answer(http, request, { enter }));
  }

  #claim(http: HttpServerConnection, request: HttpServerRequest): Disposable | undefined {
    return this.#clients.claim(this.#clientOf(http, request));
  }

  #refusal(
    request: HttpServerRequest,
    named: NamedTopic,
  ): Refusal | undefined {
    // What sends no Origin is no page.
    const isPage = request.fields.has("origin");
    const refusal = isPage ? pageRefusal(request, this.#options) : undefined;
    if (refusal) return refusal;
    if ("fault" in named) {
      return { status: 400, code: "bad-topic", message: `That is no topic: ${named.fault}.` };
    }
    return this.access.allows("subscribe", request) ? undefined : unauthorized("subscribe");
  }

  #clientOf(http: HttpServerConnection, request: HttpServerRequest): string {
    return clientAddress(http.remoteAddr, { request, trusted: this.#options.trusted });
  }

  #tell(
    event: PushAnswer["event"],
    { http, request, status, why }: Answered & {
      readonly http: HttpServerConnection;
      readonly request: HttpServerRequest;
    },
  ): void {
    this.#options.onAnswer({
      event,
      id: http.id,
      client: this.#clientOf(http, request),
      method: request.method,
      target: withoutToken(request.target),
      origin: request.fields.get("origin"),
      status,
      ...why !== undefined && { why },
    });
  }
}
