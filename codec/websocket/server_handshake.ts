// This module is browser compatible.

import { Fields } from "../http/fields.ts";
import { listItems } from "../http/list_items.ts";
import type { HttpRequestHead } from "../http/messages.ts";
import { isToken } from "../http/text_rules.ts";
import type { AgreedCompression } from "./compression.ts";
import { parseExtensions } from "./extensions.ts";
import { acceptOf, isHandshakeKey } from "./handshake_key.ts";
import { type CompressionOptions, grantCompression } from "./negotiation.ts";

/** The version of WebSocket that RFC 6455 describes. */
export const VERSION = "13";

/** What a server grants to those who ask for a WebSocket. */
export interface HandshakeOptions {
  /** The subprotocols that it speaks, the best first. @default none */
  protocols?: readonly string[] | undefined;
  /** How messages may be compressed (RFC 7692). @default not at all */
  compression?: CompressionOptions | undefined;
  /**
   * Says whether a page of this origin may connect; programs other than browsers mostly send none. The host is the one that was
   * asked for. @default all may
   */
  origins?:
    | ((origin: string | undefined, host: string | undefined) => boolean)
    | undefined;
}

/** The answer to a request that becomes a WebSocket: the response is 101 with `upgrade: "websocket"`. */
export interface AcceptedHandshake {
  /** It is accepted. */
  readonly status: 101;
  /** What the response says: Sec-WebSocket-Accept, -Protocol, -Extensions. */
  readonly fields: Fields;
  /** The subprotocol that was chosen. */
  readonly protocol: string | undefined;
  /** How messages are compressed. */
  readonly compression: AgreedCompression | undefined;
}

/** The answer to a request that becomes none. */
export interface RefusedHandshake {
  /** 400: it breaks the rules; 403: its origin may not; 426: it asks for no WebSocket, or for another version of it. */
  readonly status: 400 | 403 | 426;
  /** What the response says; with 426 `Upgrade: websocket` belongs to it too. */
  readonly fields: Fields;
  /** What is wrong, as a sentence without its period. */
  readonly why: string;
}

/** What a server answers. */
export type Handshake = AcceptedHandshake | RefusedHandshake;

/**
 * Says whether a request is meant for WebSocket, even if it gets no further: it has a field Upgrade, or any that begins with
 * Sec-WebSocket-.
 */
export function isWebSocketRequest({ fields }: Pick<HttpRequestHead, "fields">): boolean {
  for (const [name] of fields) {
    const lower = name.toLowerCase();
    if (lower === "upgrade" || lower.startsWith("sec-websocket-")) return true;
  }
  return false;
}

/**
 * Returns what a server answers to a request (RFC 6455, 4.2). It refuses whatever breaks a rule of the handshake. The subprotocol
 * is the first of the server's that is offered; an extension that it does not know is passed over.
 *
 * @throws {TypeError} An option is not one of those that there are.
 *
 * @example
 * ```ts
 * import { answerHandshake } from "@parley/sockets/codec/websocket";
 * import { httpServerCodec } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const decoder = httpServerCodec().decoder();
 * decoder.push(new TextEncoder().encode(
 *   "GET /chat HTTP/1.1\r\nHost: example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
 *     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
 * ));
 * const request = decoder.next();
 * assert(request?.type === "request");
 * const answer = answerHandshake(request);
 * assert(answer.status === 101);
 * assert(answer.fields.get("Sec-WebSocket-Accept") === "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
 * ```
 */
export function answerHandshake(
  request: HttpRequestHead,
  options: HandshakeOptions = {},
): Handshake {
  const { fields } = request;
  const refusal = refusalOf(request);
  if (refusal) return refusal;
  const offered = offeredProtocols(fields);
  if (!offered) return refused(400, "Sec-WebSocket-Protocol lists no tokens, or one twice");
  const offers = parseExtensions(fields.all("Sec-WebSocket-Extensions"));
  if (!offers) return refused(400, "Sec-WebSocket-Extensions breaks its grammar");
  const origins = fields.all("Origin");
  if (origins.length > 1) return refused(400, "there is more than one Origin");
  const [origin] = origins;
  if (options.origins && !options.origins(origin, fields.get("Host"))) {
    return refused(
      403,
      origin === undefined ? "it names no Origin" : "its Origin may not connect here",
    );
  }
  const protocol = options.protocols?.find((one) => offered.includes(one));
  const granted = options.compression && grantCompression(offers, options.compression);
  const answer: [string, string][] = [
    // There is one key here, or the request was refused.
    ["Sec-WebSocket-Accept", acceptOf(fields.get("Sec-WebSocket-Key")!)],
  ];
  if (protocol !== undefined) answer.push(["Sec-WebSocket-Protocol", protocol]);
  if (granted) answer.push(["Sec-WebSocket-Extensions", granted.extension]);
  return { status: 101, fields: new Fields(answer), protocol, compression: granted?.agreed };
}

/** Looks at what every request for a WebSocket has to have (RFC 6455, 4.2.1). */
function refusalOf(request: HttpRequestHead): RefusedHandshake | undefined {
  const { fields, method, version, body, upgrade } = request;
  if (!isWebSocketRequest(request)) {
    return refused(426, "it asks for no WebSocket", { "Sec-WebSocket-Version": VERSION });
  }
  if (method !== "GET") return refused(400, "its method is not GET");
  if (version === "1.0") return refused(400, "it is HTTP/1.0, and HTTP/1.1 is needed");
  if (!hasItem(fields, { name: "Upgrade", item: "websocket" })) {
    return refused(400, "Upgrade does not list websocket");
  }
  if (!upgrade.includes("websocket")) return refused(400, "Connection does not list Upgrade");
  const versions = fields.all("Sec-WebSocket-Version");
  if (versions.length > 1) return refused(400, "there is more than one Sec-WebSocket-Version");
  if (versions[0] !== VERSION) {
    const came = versions.length === 0 ? "there is none" : "it is another one";
    return refused(426, `Sec-WebSocket-Version has to be ${VERSION}, and ${came}`, {
      "Sec-WebSocket-Version": VERSION,
    });
  }
  const keys = fields.all("Sec-WebSocket-Key");
  if (keys.length !== 1) {
    const came = keys.length === 0 ? "no" : "more than one";
    return refused(400, `there is ${came} Sec-WebSocket-Key`);
  }
  if (!isHandshakeKey(keys[0]!)) return refused(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  return body === 0 ? undefined : refused(400, "it has a body");
}

function hasItem(fields: Fields, { name, item }: { name: string; item: string }): boolean {
  return fields.all(name).some((value) => listItems(value.toLowerCase()).includes(item));
}

/** Returns the subprotocols that a client offers, or nothing where they cannot be. */
function offeredProtocols(fields: Fields): string[] | undefined {
  const lines = fields.all("Sec-WebSocket-Protocol");
  const offered = lines.flatMap(listItems);
  if (lines.length > 0 && offered.length === 0) return undefined;
  const areSound = offered.every(isToken) && new Set(offered).size === offered.length;
  return areSound ? offered : undefined;
}

function refused(
  status: RefusedHandshake["status"],
  why: string,
  fields: Readonly<Record<string, string>> = {},
): RefusedHandshake {
  return { status, fields: new Fields(fields), why: `Cannot open WebSocket: ${why}` };
}
