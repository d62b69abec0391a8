import { base64Of } from "../codec/bytes/base64.ts";
import type { Framing } from "./framing.ts";
import type { PushMessage } from "./push_message.ts";

/** A browser comes back after this long. */
const RETRY_MS = 2_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Messages as Server-Sent Events (HTML Standard, 9.2), each with its id. A binary message is an event `binary` whose data is
 * base64; a text with a carriage return, which no event can hold, is an event `json` whose data is the text as JSON.
 *
 * ```text
 *   id: 1f3a90bb21c4-12
 *   data: hello
 * ```
 */
export const eventStreamFraming: Framing = {
  frame: (message) => encoder.encode(eventOf(message)),
  missed: () => encoder.encode("event: missed\ndata:\n\n"),
  alive: () => encoder.encode(": still here\n\n"),
};

/** What an event stream begins with. */
export const EVENT_STREAM_START: Uint8Array<ArrayBuffer> = encoder.encode(`retry: ${RETRY_MS}\n\n`);

function eventOf({ id, kind, bytes }: PushMessage): string {
  if (kind === "binary") return `id: ${id}\nevent: binary\ndata: ${base64Of(bytes)}\n\n`;
  const text = decoder.decode(bytes);
  if (text.includes("\r")) return `id: ${id}\nevent: json\ndata: ${JSON.stringify(text)}\n\n`;
  return `id: ${id}\ndata: ${text.replaceAll("\n", "\ndata: ")}\n\n`;
}
