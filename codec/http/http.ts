// This module is browser compatible.

import { requireNames } from "../arguments.ts";
import { type Codec, defineCodec } from "../codec.ts";
import { ClientSession } from "./client_session.ts";
import { type HttpLimits, httpLimits } from "./limits.ts";
import type {
  HttpClientMessage,
  HttpClientOutgoing,
  HttpServerMessage,
  HttpServerOutgoing,
} from "./messages.ts";
import { ServerSession } from "./server_session.ts";

/** How a side speaks HTTP. */
export interface HttpCodecOptions {
  /** What it bounds of what the other side sends. */
  limits?: Partial<HttpLimits> | undefined;
}

/** How a server speaks HTTP. */
export interface HttpServerCodecOptions extends HttpCodecOptions {
  /** Returns the time as `formatHttpDate` writes it; answers that say none get it. @default answers say no time */
  date?: (() => string) | undefined;
}

/**
 * HTTP/1.1 as a server speaks it (RFC 9112): requests come in, with their bodies in pieces, and answers go out in the order of
 * the requests. Strict where two sides could disagree about where a message ends: it refuses a length beside a transfer
 * coding, lengths that differ, folded lines, blanks in front of a colon, lines that end in less than CRLF, more or less than
 * one Host; `statusHint` says which status tells so, and `refuse` of its session writes that answer.
 *
 * After a request that offers another protocol it decodes nothing before the answer: with status 101 what follows is for
 * whoever speaks that.
 *
 * ```text
 *   47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a     "GET / HTTP/1.1" CRLF
 *   48 6f 73 74 3a 20 61 2e 62 0d 0a 0d 0a              "Host: a.b" CRLF CRLF
 * ```
 *
 * @throws {RangeError} A limit is none.
 *
 * @example
 * ```ts
 * import { httpServerCodec } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const { decoder } = httpServerCodec().session();
 * decoder.push(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a.b\r\n\r\n"));
 * const request = decoder.next();
 * assert(request?.type === "request" && request.fields.get("host") === "a.b");
 * ```
 */
export function httpServerCodec(
  options: HttpServerCodecOptions = {},
): Codec<HttpServerMessage, HttpServerOutgoing> {
  requireNames(options, { what: "options of httpServerCodec()", names: ["limits", "date"] });
  const limits = httpLimits(options.limits);
  const { date } = options;
  return defineCodec<HttpServerMessage, HttpServerOutgoing>(() => new ServerSession(limits, date));
}

/**
 * HTTP/1.1 as a client speaks it (RFC 9112): requests go out, and responses come in, with their bodies in pieces. It knows
 * what was asked, so that the answer to HEAD has no body. Informational responses (1xx) come as heads of their own. It
 * refuses what `httpServerCodec` refuses, but for what is the server's to say.
 *
 * ```text
 *   48 54 54 50 2f 31 2e 31 20 32 30 34 20 0d 0a 0d 0a     "HTTP/1.1 204 " CRLF CRLF
 * ```
 *
 * @throws {RangeError} A limit is none.
 *
 * @example
 * ```ts
 * import { httpClientCodec } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const bytes = httpClientCodec().encode({ target: "/", fields: { Host: "a.b" } });
 * assert(new TextDecoder().decode(bytes) === "GET / HTTP/1.1\r\nHost: a.b\r\n\r\n");
 * ```
 */
export function httpClientCodec(
  options: HttpCodecOptions = {},
): Codec<HttpClientMessage, HttpClientOutgoing> {
  requireNames(options, { what: "options of httpClientCodec()", names: ["limits"] });
  const limits = httpLimits(options.limits);
  return defineCodec<HttpClientMessage, HttpClientOutgoing>(() => new ClientSession(limits));
}
