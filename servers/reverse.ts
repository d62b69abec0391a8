// Answers each message with its characters reversed, for many clients at once.
//
//   deno run --allow-net=127.0.0.1:25003 servers/reverse.ts
//
// A message ends at a newline, when the peer has finished sending, or after a gap of silence, so a client that sends
// "Hello Server" without a newline and waits is answered too. From a second terminal:
//
//   deno run --allow-net=127.0.0.1:25003 clients/reverse.ts 'Hello Server'

import { type Codec, escapeControls, LimitError, lines, mapped } from "../codec/mod.ts";
import { serve, type Server } from "../net/mod.ts";
import { duration, flag, size } from "../cli/options.ts";
import type { Program } from "../cli/program.ts";
import { type ServerOptions, serverProgram } from "../cli/server_program.ts";

const GAP_MS = 50;
const MAX_MESSAGE_BYTES = 64 * 1024;

/** How {@linkcode serveReverse} reverses. */
export interface ReverseServerOptions extends ServerOptions {
  /** Reverse bytes instead of characters, as the original did. @default {false} */
  bytes?: boolean;
  /** Milliseconds of silence that end a message without a newline. @default {50} */
  gapMs?: number;
  /** Bytes that a message may have. @default {65536} */
  maxMessageBytes?: number;
  /** Hears what each client sent. */
  onMessage?: (client: number, message: string) => void;
}

/** Serves reversals until it is shut down. */
export function serveReverse(
  options: ReverseServerOptions = {},
): Server<string | LimitError, string> {
  const { hostname = "127.0.0.1", port = 25003, tls, onMessage } = options;
  const { bytes = false, gapMs = GAP_MS, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
  const framing = { maxBytes: maxMessageBytes, onTooLong: "skip" } as const;
  const codec = bytes ? latin1(lines({ ...framing, binary: true })) : lines(framing);

  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });

  return serve(listener, { ...options, gapMs, codec }, async (connection) => {
    for await (const message of connection) {
      if (message instanceof LimitError) {
        await connection.send(message.message);
        continue;
      }
      onMessage?.(connection.id, message);
      await connection.send(bytes ? reversedUnits(message) : reversed(message));
    }
  });
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Returns text with its characters in reverse, each whole: letters keep their accents, emoji their parts. */
export function reversed(text: string): string {
  // Where every code unit is a character of its own, the segmenter's work is not needed.
  if (/^[\x20-\x7e]*$/.test(text)) return reversedUnits(text);
  return charactersOf(text).reverse().join("");
}

/** Text is taken apart in pieces of so many code units: on Node 20 the segmenter's time grows with their square. */
const PIECE_UNITS = 256;

function charactersOf(text: string): string[] {
  const characters: string[] = [];
  let units = PIECE_UNITS;
  for (let start = 0; start < text.length;) {
    // Not between the two halves of a code point, of which neither says what stands before it.
    const end = start + units - (isHighSurrogate(text.charCodeAt(start + units - 1)) ? 1 : 0);
    const piece = text.slice(start, end);
    const found = Array.from(graphemes.segment(piece), ({ segment }) => segment);
    const isLast = start + piece.length === text.length;
    // The last character of a piece may go on in the next one, which begins with it.
    const open = isLast ? "" : found.pop() ?? "";
    characters.push(...found);
    start += piece.length - open.length;
    units = found.length === 0 ? units * 2 : PIECE_UNITS;
  }
  return characters;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function reversedUnits(text: string): string {
  return text.split("").reverse().join("");
}

/** Makes each byte one character, so that reversing characters reverses bytes. */
function latin1(
  codec: Codec<Uint8Array | LimitError, Uint8Array>,
): Codec<string | LimitError, string> {
  return mapped<Uint8Array | LimitError, Uint8Array, string | LimitError, string>(codec, {
    decode(message) {
      if (message instanceof LimitError) return message;
      return Array.from(message, (byte) => String.fromCharCode(byte)).join("");
    },
    encode: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0)),
  });
}

/** The program. */
export const program: Program = serverProgram({
  name: "reverse",
  summary: "answers each message with its characters reversed",
  defaultPort: 25003,
  options: {
    bytes: flag("Reverse bytes instead of characters"),
    gap: duration("Silence that ends a message without a newline; a bare number is ms", {
      fallback: GAP_MS,
      bare: "ms",
    }),
    maxMessage: size("Bytes that a message may have", MAX_MESSAGE_BYTES),
  },
  tryIt: () => "printf 'Hello Server' | nc 127.0.0.1 25003",
  start: ({ values, settings, report }) =>
    serveReverse({
      ...settings,
      bytes: values.bytes,
      gapMs: values.gap,
      maxMessageBytes: values.maxMessage,
      onMessage: (id, message) =>
        report.data({ event: "message", id, message }, `#${id} sent: ${escapeControls(message)}`),
    }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
