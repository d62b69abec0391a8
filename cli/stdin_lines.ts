import { type Codec, decodeStream, lines } from "../codec/mod.ts";

/** A line that is typed or piped in may have this many bytes; what it may be on the wire the codec there decides. */
const MAX_TYPED_BYTES = 16 * 1024 * 1024;

/** Returns the lines of stdin as they come, to its end. An aborted signal ends them with its reason. */
export function stdinLines(
  stdin: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ReadableStream<string> {
  const codec: Codec<string> = lines({ maxBytes: MAX_TYPED_BYTES });
  return stdin.pipeThrough(decodeStream(codec), { signal });
}
