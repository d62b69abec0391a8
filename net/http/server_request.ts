import type { Codec } from "../../codec/codec.ts";
import type {
  Fields,
  FieldsInit,
  HttpRequestHead,
  HttpResponse,
  HttpVersion,
} from "../../codec/http/mod.ts";
import type { Connection } from "../connection.ts";
import type { SwitchOptions } from "../connection_options.ts";
import { forgettable, rejected } from "../rejection.ts";
import { HttpBodyWriter } from "./body_writer.ts";
import { type BodyOptions, RequestBody } from "./request_body.ts";
import type { RequestHost } from "./request_host.ts";

/** How {@linkcode HttpServerRequest.upgrade} goes on. */
export interface UpgradeOptions extends SwitchOptions {
  /** The protocol to go on with: one of those that the request offers. */
  protocol: string;
  /** Fields of the 101 beside `Connection` and `Upgrade`. @default none */
  fields?: FieldsInit;
}

const encoder = new TextEncoder();

/** How far the answer has got. */
type Progress = "unanswered" | "streaming" | "answered";

/**
 * One request on a server's connection, and its answer. It is answered once, before the next one is taken.
 *
 * @example
 * ```ts
 * import { serveHttp } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveHttp(listener, {}, async (http) => {
 *   for await (const request of http) {
 *     const body = await request.text();
 *     await request.respond({ fields: { "Content-Type": "text/plain" }, body: body.toUpperCase() });
 *   }
 * });
 * const { port } = server.addr;
 * const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "hello" });
 * assert(await answer.text() === "HELLO");
 * ```
 */
export class HttpServerRequest {
  /** The head, as it came. */
  readonly head: HttpRequestHead;
  /** Which one it is on its connection; 1 is the first. */
  readonly number: number;
  readonly #host: RequestHost;
  #body: RequestBody | undefined;
  #progress: Progress = "unanswered";
  #closes = false;

  /** Use `for await` over an {@linkcode HttpServerConnection}. */
  constructor(head: HttpRequestHead, { host, number }: { host: RequestHost; number: number }) {
    this.head = head;
    this.number = number;
    this.#host = host;
  }

  /** The method, in the case in which it came. */
  get method(): string {
    return this.head.method;
  }
  /** The target as it was sent: `/a?b`, a URL, `host:port` or `*`. */
  get target(): string {
    return this.head.target;
  }
  /** The version of the client. */
  get version(): HttpVersion {
    return this.head.version;
  }
  /** The fields in their order. */
  get fields(): Fields {
    return this.head.fields;
  }

  /** The target's path as it was sent, without what stands behind "?", and without scheme and host where it is a URL. */
  get path(): string {
    const { path } = partsOf(this.target);
    const end = path.indexOf("?");
    return end < 0 ? path : path.slice(0, end);
  }

  /** What stands behind the first "?" of the target, as it was sent; empty where there is none. */
  get query(): string {
    const { path } = partsOf(this.target);
    const end = path.indexOf("?");
    return end < 0 ? "" : path.slice(end + 1);
  }

  /** Whom the client calls (RFC 9112, 3.3): the target's own host where it is a URL, what `Host` says otherwise. */
  get host(): string | undefined {
    return partsOf(this.target).host ?? this.fields.get("host");
  }

  /** A body follows the head. */
  get hasBody(): boolean {
    return this.head.body !== 0;
  }

  /** The body, in the pieces in which it comes: `for await (const piece of request.body)`. */
  get body(): RequestBody {
    return this.#body ??= new RequestBody(this.head, this.#host.connection);
  }

  /**
   * Reads the whole body.
   *
   * @throws {LimitError} It has more than `maxBytes`, 1 MiB unless told; `respond` with 413 then.
   * @throws {TypeError} It was read already, somebody reads it, or its client waits for 100 Continue and has its answer.
   * @throws What `Connection.readBody` throws.
   */
  bytes(options?: BodyOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.body.bytes(options);
  }

  /** Reads the whole body as UTF-8, broken bytes as U+FFFD. @throws What `bytes` throws. */
  text(options?: BodyOptions): Promise<string> {
    return forgettable(this.bytes(options).then((bytes) => new TextDecoder().decode(bytes)));
  }

  /** What stood behind the body, once that is read. */
  get trailers(): Fields {
    return this.body.trailers;
  }

  /** It has its answer, or the head of it. */
  get isAnswered(): boolean {
    return this.#progress !== "unanswered";
  }

  /** Its answer was begun, and is not whole. */
  get isStreaming(): boolean {
    return this.#progress === "streaming";
  }

  /** No request follows it: the client or the answer said so, or it asks for a tunnel. */
  get isLast(): boolean {
    return this.#closes || !this.head.keepAlive || this.method === "CONNECT";
  }

  /**
   * Answers with a whole response, or with a head that has no body. What is left of the request's body is dropped; where
   * that may be more than 64 KiB, or the client was never told to send it, the connection ends behind the answer.
   * Informational responses (1xx) may come before it.
   *
   * @throws {ProtocolError} It cannot be sent; another one can.
   * @throws {TypeError} It was answered already, or the response's body is a length alone: that is `stream`.
   * @throws What `Connection.send` throws.
   */
  respond(response: HttpResponse = {}): Promise<void> {
    if (this.#progress !== "unanswered") return rejected(answeredTwice());
    const { body, status = 200 } = response;
    if (status < 200 && status !== 101) return this.#host.connection.send(response);
    const isHead = this.method === "HEAD" && typeof body === "number";
    if (!isHead && typeof body === "number" && body > 0) {
      return rejected(
        new TypeError("Cannot respond: a body that follows in pieces is for stream()"),
      );
    }
    this.#progress = "answered";
    const sent = this.#send(
      // Here every text is the body, even one that is the name of a length.
      isLengthName(body) ? { ...response, body: encoder.encode(body) } : response,
    );
    if (isHead && body > 0) void this.#host.connection.send({ type: "end" });
    return sent;
  }

  /**
   * Begins an answer whose body is sent as it is made: in chunks, until the end of the connection for a client of HTTP/1.0, or
   * as long as `body` says.
   *
   * @throws {ProtocolError} Its head cannot be sent; another one can.
   * @throws {TypeError} It was answered already, or the body is one and not its length: that is `respond`.
   */
  stream(response: HttpResponse = {}): Promise<HttpBodyWriter> {
    return forgettable(this.#stream(response));
  }

  async #stream(response: HttpResponse): Promise<HttpBodyWriter> {
    if (this.#progress !== "unanswered") throw answeredTwice();
    const { body = this.version === "1.0" ? "until-close" : "chunked" } = response;
    if (typeof body !== "number" && !isLengthName(body)) {
      throw new TypeError("Cannot stream: a body that is whole is for respond()");
    }
    // The answer is over with its head where that has nothing behind it.
    const hasBody = body !== 0 && response.status !== 304;
    this.#progress = hasBody ? "streaming" : "answered";
    await this.#send({ ...response, body });
    return new HttpBodyWriter(this.#host.connection, {
      hasBody,
      onEnd: (isOver) => this.#progress = isOver ? "answered" : "streaming",
    });
  }

  /**
   * Goes on with another protocol, with 101; every byte that came behind the request is decoded by `codec`. No further
   * request is taken, and the time of heads is not bounded any more unless `deadlines` says so.
   *
   * @throws {ProtocolError} The request does not offer the protocol, or a field cannot be sent.
   * @throws {TypeError} It was answered already, or it has a body that is not read: that is none of the other protocol.
   */
  upgrade<In, Out>(codec: Codec<In, Out>, options: UpgradeOptions): Promise<Connection<In, Out>> {
    return forgettable(this.#upgrade(codec, options));
  }

  async #upgrade<In, Out>(
    codec: Codec<In, Out>,
    { protocol, fields, limits, deadlines }: UpgradeOptions,
  ): Promise<Connection<In, Out>> {
    if (this.#progress !== "unanswered") throw answeredTwice();
    if (this.hasBody && !this.body.isOver) {
      throw new TypeError("Cannot upgrade: the request's body is not read");
    }
    const { connection } = this.#host;
    this.#progress = "answered";
    await this.#send({ status: 101, upgrade: protocol, fields });
    this.#host.leave();
    return connection.switchTo(codec, {
      ...limits && { limits },
      deadlines: { headMs: Infinity, ...deadlines },
    });
  }

  #send(response: HttpResponse): Promise<void> {
    const { connection } = this.#host;
    const closes = response.close || response.body === "until-close" ||
      connection.draining || (this.hasBody && this.#leavesTooMuch());
    this.#closes = closes;
    const sent = connection.send(
      closes && !response.close ? { ...response, close: true } : response,
    );
    // What could not be encoded was not sent.
    sent.catch(() => this.#progress = "unanswered");
    return sent;
  }

  #leavesTooMuch(): boolean {
    const { body } = this;
    return body.isHeldBack || body.isLong;
  }
}

/** Takes a target that is a URL apart (RFC 9112, 3.2.2). */
function partsOf(target: string): { host: string | undefined; path: string } {
  if (target.startsWith("/")) return { host: undefined, path: target };
  const [, host, path = "/"] =
    /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)(.*)$/.exec(target) ??
      [];
  if (host === undefined) return { host: undefined, path: target };
  return { host, path: path.startsWith("/") ? path : `/${path}` };
}

/** Says whether a body is the name of a length, which as text it may be too. */
function isLengthName(body: unknown): body is "chunked" | "until-close" {
  return body === "chunked" || body === "until-close";
}

function answeredTwice(): TypeError {
  return new TypeError("Cannot respond: the request was answered already");
}
