// This module is browser compatible.

import { shown } from "../arguments.ts";
import type { ByteWriter } from "../bytes/byte_writer.ts";
import { isAscii, writeLatin1 } from "../bytes/latin1_text.ts";
import { unsayable } from "./errors.ts";
import type { BodyLength, HttpOutgoing } from "./messages.ts";

const encoder = new TextEncoder();

/** A body as it is sent: its length, and its bytes or text where it comes with the head. */
export interface OutgoingBody {
  readonly length: BodyLength;
  readonly content: string | Uint8Array | undefined;
}

const NO_BODY: OutgoingBody = { length: 0, content: undefined };

/** Returns the body of a message that is sent. @throws {ProtocolError} It is none, or its length is none. */
export function outgoingBody(
  { body }: HttpOutgoing,
  what: "request" | "response",
): OutgoingBody {
  if (body === undefined || body === 0) return NO_BODY;
  if (typeof body === "number") {
    if (Number.isSafeInteger(body) && body > 0) return { length: body, content: undefined };
    throw unsayable(what, { expected: "a body's length in bytes", received: `${body}` });
  }
  if (body === "chunked" || body === "until-close") return { length: body, content: undefined };
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw unsayable(what, { expected: "text or bytes as its body", received: shown(body) });
  }
  const content = typeof body === "string" && !isAscii(body) ? encoder.encode(body) : body;
  return { length: content.length, content };
}

/** Writes what stands between the fields and the body: how long it is, and what becomes of the connection. */
export function writeFraming(
  writer: ByteWriter,
  { length, connection, upgrade }: {
    length: BodyLength | undefined;
    connection: "close" | "keep-alive" | undefined;
    upgrade: string | undefined;
  },
): void {
  if (upgrade !== undefined) {
    const options = connection === undefined ? "Upgrade" : `${connection}, Upgrade`;
    writeLatin1(`Connection: ${options}\r\nUpgrade: ${upgrade}\r\n`, writer);
  } else if (connection !== undefined) writeLatin1(`Connection: ${connection}\r\n`, writer);
  if (length === "chunked") writeLatin1("Transfer-Encoding: chunked\r\n\r\n", writer);
  else if (typeof length === "number") writeLatin1(`Content-Length: ${length}\r\n\r\n`, writer);
  else writeLatin1("\r\n", writer);
}

/** Writes a body that comes with its head. */
export function writeContent(content: string | Uint8Array | undefined, writer: ByteWriter): void {
  if (content === undefined) return;
  if (typeof content === "string") writer.text(content);
  else writer.bytes(content);
}
