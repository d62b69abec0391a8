import { onAbort } from "../../net/abort_listener.ts";
import type { FileSource, OpenFileSource } from "../sources/file_source.ts";

/** The most bytes of a file of unknown size that are read into memory, to know their number. */
export const MAX_MEASURED_BYTES: number = 16 * 1024 * 1024;

/** A file whose size is known. */
export type MeasuredSource = FileSource & { readonly size: number };

/**
 * Reads a file of unknown size into memory, and returns it with its size; undefined when it is too large.
 *
 * @throws The system's error, or the reason of `signal`.
 */
export async function measuredSource(
  source: FileSource,
  signal: AbortSignal | undefined,
): Promise<MeasuredSource | undefined> {
  await using file = await source.open();
  const endListening = onAbort(signal, () => file.interrupt?.());
  try {
    const bytes = await readAll(file);
    signal?.throwIfAborted();
    if (bytes === undefined) return undefined;
    return { ...source, size: bytes.length, open: () => Promise.resolve(openBytes(bytes)) };
  } finally {
    endListening();
  }
}

async function readAll(file: OpenFileSource): Promise<Uint8Array | undefined> {
  let bytes = new Uint8Array(64 * 1024);
  let length = 0;
  for (let count; (count = await file.read(bytes.subarray(length))) !== null;) {
    length += count;
    if (length > MAX_MEASURED_BYTES) return undefined;
    if (length < bytes.length) continue;
    const larger = new Uint8Array(2 * length);
    larger.set(bytes);
    bytes = larger;
  }
  return bytes.subarray(0, length);
}

function openBytes(bytes: Uint8Array): OpenFileSource {
  let at = 0;
  return {
    read(into) {
      const piece = bytes.subarray(at, at + into.length);
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length === 0 ? null : piece.length);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
