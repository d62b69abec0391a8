// This module is browser compatible.

import { shown } from "../arguments.ts";
import { ProtocolError } from "../errors.ts";
import { type Field, Fields, type FieldsInit } from "../http/fields.ts";
import { listItems } from "../http/list_items.ts";
import type { HttpRequest, HttpResponseHead } from "../http/messages.ts";
import { reasonPhrase } from "../http/status.ts";
import { isToken } from "../http/text_rules.ts";
import type { AgreedCompression } from "./compression.ts";
import { parseExtensions } from "./extensions.ts";
import { acceptOf, isHandshakeKey } from "./handshake_key.ts";
import {
  agreeCompression,
  type CompressionOptions,
  offerCompression,
  PERMESSAGE_DEFLATE,
} from "./negotiation.ts";
import { VERSION } from "./server_handshake.ts";

/** Characters of an address that an error shows. */
const MAX_SHOWN = 200;

/** What a client asks for. */
export interface AskedHandshake {
  /** 16 random bytes in base64, fresh for each connection. */
  key: string;
  /** The subprotocols that it speaks, the best first. @default none */
  protocols?: readonly string[] | undefined;
  /** How messages may be compressed (RFC 7692). @default not at all */
  compression?: CompressionOptions | undefined;
}

/** A request for a WebSocket. */
export interface HandshakeRequestOptions extends AskedHandshake {
  /** The path and the query: `/chat?room=1`. */
  target: string;
  /** The host, with its port where that is not the scheme's own. */
  host: string;
  /** More fields, such as Origin or Authorization; none of those that the handshake writes. @default none */
  fields?: FieldsInit | undefined;
}

/** What a client and a server have agreed on. */
export interface AgreedHandshake {
  /** The subprotocol that the server chose. */
  readonly protocol: string | undefined;
  /** How messages are compressed. */
  readonly compression: AgreedCompression | undefined;
}

/**
 * Returns the request that asks for a WebSocket (RFC 6455, 4.1).
 *
 * @throws {TypeError} The key is not 16 bytes in base64, a subprotocol is no token or is there twice, or a field is one that the
 * handshake writes.
 */
export function handshakeRequest(options: HandshakeRequestOptions): HttpRequest {
  const { target, host, key, protocols = [], compression } = options;
  if (!isHandshakeKey(key)) {
    throw new TypeError("Cannot ask for WebSocket: the key is not 16 bytes in base64");
  }
  requireProtocols(protocols);
  const given = [...new Fields(options.fields)];
  requireForeign(given);
  const own: Field[] = [["Sec-WebSocket-Version", VERSION], ["Sec-WebSocket-Key", key]];
  if (protocols.length > 0) own.push(["Sec-WebSocket-Protocol", protocols.join(", ")]);
  if (compression) own.push(["Sec-WebSocket-Extensions", offerCompression(compression)]);
  return {
    target,
    upgrade: "websocket",
    fields: new Fields([["Host", host], ...own, ...given]),
  };
}

function requireProtocols(protocols: readonly string[]): void {
  for (const [index, protocol] of protocols.entries()) {
    const problem = !isToken(protocol)
      ? "is no token"
      : protocols.indexOf(protocol) !== index
      ? "is there twice"
      : undefined;
    if (problem === undefined) continue;
    throw new TypeError(
      `Cannot ask for WebSocket: the subprotocol ${shown(protocol)} ${problem}`,
    );
  }
}

function requireForeign(fields: readonly Field[]): void {
  for (const [name] of fields) {
    const lower = name.toLowerCase();
    if (lower !== "host" && !lower.startsWith("sec-websocket-")) continue;
    throw new TypeError(`Cannot ask for WebSocket: the field ${name} is written by the handshake`);
  }
}

/**
 * Looks at what a server answered (RFC 6455, 4.1), and returns what that means.
 *
 * @throws {ProtocolError} `bad-handshake`: it is no 101, or breaks a rule of the handshake. The message says which.
 */
export function checkHandshake(
  response: HttpResponseHead,
  { key, protocols = [], compression }: AskedHandshake,
): AgreedHandshake {
  const { status, fields, version } = response;
  if (status !== 101) {
    throw badHandshake("status 101", { received: otherStatus(response) });
  }
  if (version !== "1.1") throw badHandshake("HTTP/1.1", { received: "HTTP/1.0" });
  const upgrade = fields.get("Upgrade");
  if (upgrade?.toLowerCase() !== "websocket") {
    throw badHandshake("Upgrade: websocket", { received: named(upgrade) });
  }
  const connection = fields.get("Connection");
  if (!listItems(connection?.toLowerCase() ?? "").includes("upgrade")) {
    throw badHandshake("Connection: Upgrade", { received: named(connection) });
  }
  const accept = fields.get("Sec-WebSocket-Accept");
  const expected = acceptOf(key);
  if (accept !== expected) {
    throw badHandshake(`Sec-WebSocket-Accept: ${expected}`, { received: named(accept) });
  }
  return {
    protocol: agreedProtocol(fields, protocols),
    compression: agreedCompression(fields, compression),
  };
}

function agreedProtocol(fields: Fields, offered: readonly string[]): string | undefined {
  const protocol = fields.get("Sec-WebSocket-Protocol");
  if (protocol === undefined || offered.includes(protocol)) return protocol;
  throw badHandshake(
    offered.length === 0
      ? "no Sec-WebSocket-Protocol"
      : `a Sec-WebSocket-Protocol of ${offered.join(", ")}`,
    { received: named(protocol) },
  );
}

function agreedCompression(
  fields: Fields,
  compression: CompressionOptions | undefined,
): AgreedCompression | undefined {
  const lines = fields.all("Sec-WebSocket-Extensions");
  const extensions = parseExtensions(lines);
  if (!extensions) {
    throw badHandshake("a list as Sec-WebSocket-Extensions", { received: named(lines.join(", ")) });
  }
  const [first, second] = extensions;
  if (!first) return undefined;
  if (!compression) {
    throw badHandshake("no Sec-WebSocket-Extensions", { received: named(first.name) });
  }
  const stranger = extensions.find(({ name }) => name !== PERMESSAGE_DEFLATE);
  if (stranger || second) {
    const received = stranger ? named(stranger.name) : "it twice";
    throw badHandshake(`${PERMESSAGE_DEFLATE} alone`, { received });
  }
  const agreed = agreeCompression(first, compression);
  if (typeof agreed === "object") return agreed;
  throw badHandshake(`${PERMESSAGE_DEFLATE} as it was offered`, { received: agreed });
}

/** Says in words what a server that answers otherwise wants. */
function otherStatus({ status, fields }: HttpResponseHead): string {
  const phrase = `${status} ${reasonPhrase(status)}`.trim();
  const location = fields.get("Location");
  if (status >= 300 && status < 400 && location !== undefined) {
    return `${phrase}: a redirect to ${JSON.stringify(location.slice(0, MAX_SHOWN))}`;
  }
  if (status >= 200 && status < 300) return `${phrase}: no WebSocket is served there`;
  switch (status) {
    case 401:
      return `${phrase}: the server wants credentials`;
    case 407:
      return `${phrase}: a proxy wants credentials`;
    case 426: {
      const versions = fields.get("Sec-WebSocket-Version");
      if (versions === undefined) return phrase;
      return `${phrase}: the server speaks version ${shown(versions)}`;
    }
    default:
      return phrase;
  }
}

function named(value: string | undefined): string {
  return value === undefined ? "none" : shown(value);
}

function badHandshake(expected: string, { received }: { received: string }): ProtocolError {
  return new ProtocolError(
    `Cannot open WebSocket: expected ${expected}, got ${received}`,
    { code: "bad-handshake", side: "remote", offset: 0, expected, received },
  );
}
