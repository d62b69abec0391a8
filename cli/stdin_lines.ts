import { type Codec, decodeStream, lines } from "../codec/mod.ts";
import { type ExactLine, exactLines } from "./exact_lines.ts";

/** A line that is typed or piped in may have this many bytes; what it may be on the wire the codec there decides. */
const MAX_TYPED_BYTES = 16 * 1024 * 1024;

/**
 * Returns the lines of stdin as text as they come, to its end; what is no UTF-8 becomes U+FFFD. An aborted signal ends
 * them with its reason.
 */
export function stdinLines(
  stdin: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ReadableStream<string> {
  const codec: Codec<string> = lines({ maxBytes: MAX_TYPED_BYTES });
  return stdin.pipeThrough(decodeStream(codec), { signal });
}

/** As {@linkcode stdinLines}, and a line that is no UTF-8 comes as its bytes. */
export function stdinExactLines(
  stdin: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ReadableStream<ExactLine> {
  return stdin.pipeThrough(decodeStream(exactLines({ maxBytes: MAX_TYPED_BYTES })), { signal });
}
