// This module is browser compatible.

import type { BodyPiece } from "../body_decoder.ts";
import type { Fields, FieldsInit } from "./fields.ts";

/**
 * How long a body is (RFC 9112, 6): its bytes, `0` where there is none; `chunked`, which says its length as it comes;
 * or `until-close`, where the end of the connection ends it.
 */
export type BodyLength = number | "chunked" | "until-close";

/** The version of a message. A minor version over 1 counts as 1.1 (RFC 9110, 2.5). */
export type HttpVersion = "1.0" | "1.1";

/** The head of a request, as it came. */
export interface HttpRequestHead {
  /** Tells it from the other messages. */
  readonly type: "request";
  /** The method, in the case in which it came: `GET`. */
  readonly method: string;
  /** The target as it was sent (RFC 9112, 3.2): `/a?b`, `http://host/`, `host:port` or `*`. */
  readonly target: string;
  /** The version of the client. */
  readonly version: HttpVersion;
  /** The fields in their order. */
  readonly fields: Fields;
  /** The body that follows; where it is 0 neither pieces nor an end do. */
  readonly body: number | "chunked";
  /** The client lets the connection stand after the answer (RFC 9112, 9.3). */
  readonly keepAlive: boolean;
  /** The client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1). */
  readonly expectsContinue: boolean;
  /** The protocols that the client would go on with instead (RFC 9110, 7.8), in lower case. */
  readonly upgrade: readonly string[];
  /** The head's exact bytes, one character each, without the empty line at its end. */
  readonly text: string;
}

/** The head of a response, as it came. Informational ones (1xx) come before the one that answers. */
export interface HttpResponseHead {
  /** Tells it from the other messages. */
  readonly type: "response";
  /** The status: 100 to 599. */
  readonly status: number;
  /** What the server says of the status; it may be empty. */
  readonly reason: string;
  /** The version of the server. */
  readonly version: HttpVersion;
  /** The fields in their order. */
  readonly fields: Fields;
  /** The body that follows; where it is 0 neither pieces nor an end do. */
  readonly body: BodyLength;
  /** The server lets the connection stand after this (RFC 9112, 9.3). */
  readonly keepAlive: boolean;
  /** The head's exact bytes, one character each, without the empty line at its end. */
  readonly text: string;
}

/** The end of a body, with the trailers that stood behind one in chunks (RFC 9112, 7.1.2). */
export interface HttpBodyEnd {
  /** Tells it from the other messages. */
  readonly type: "end";
  /** What followed the body. @default none */
  readonly trailers?: Fields | undefined;
}

/** What a server receives: a head; where it has a body, the pieces of it and its end. */
export type HttpServerMessage = HttpRequestHead | BodyPiece | HttpBodyEnd;

/** What a client receives: a head; where it has a body, the pieces of it and its end. */
export type HttpClientMessage = HttpResponseHead | BodyPiece | HttpBodyEnd;

/** What a request and a response have in common when they are sent. */
export interface HttpOutgoing {
  /**
   * The fields. Those that frame the message are written by the codec itself and refused here: Content-Length,
   * Transfer-Encoding, Connection and Upgrade. @default none
   */
  fields?: FieldsInit | undefined;
  /**
   * The whole body, as text (UTF-8) or bytes; or how long the one is that follows in pieces and an end of its own. A body
   * that is the text of such a length goes as bytes.
   *
   * @default {0}
   */
  body?: string | Uint8Array | BodyLength | undefined;
  /** The connection ends after it (RFC 9112, 9.6). @default {false} */
  close?: boolean | undefined;
  /**
   * The protocol to go on with instead (RFC 9110, 7.8): what a client asks for, what a 101 grants, or what a 426 wants.
   *
   * @default none
   */
  upgrade?: string | undefined;
}

/** A response to send. */
export interface HttpResponse extends HttpOutgoing {
  /** Tells it from the other messages. */
  type?: "response" | undefined;
  /** The status. @default {200} */
  status?: number | undefined;
  /** What stands behind the status. @default what the standard calls it */
  reason?: string | undefined;
}

/** A request to send. HTTP/1.1 wants a field `Host` in each. */
export interface HttpRequest extends HttpOutgoing {
  /** Tells it from the other messages. */
  type?: "request" | undefined;
  /** The method. @default {"GET"} */
  method?: string | undefined;
  /** The target: `/a?b`. */
  target: string;
}

/** What a server sends. */
export type HttpServerOutgoing = HttpResponse | BodyPiece | HttpBodyEnd;

/** What a client sends. */
export type HttpClientOutgoing = HttpRequest | BodyPiece | HttpBodyEnd;
