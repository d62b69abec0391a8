import { ByteWriter } from "../codec/bytes/byte_writer.ts";

/** An idle connection keeps this much for its next read. */
export const SMALL_BYTES = 512;
/** A connection that fills its small buffer reads with this much, until a read comes back short. */
export const LARGE_BYTES = 64 * 1024;
/** Buffers kept for the next one that needs them; more are left to the garbage collector. */
const KEPT_LARGE = 32;
const KEPT_WRITERS = 256;
/** A writer that has grown past this is not kept. */
const KEPT_WRITER_BYTES = 16 * 1024;

const large: Uint8Array<ArrayBuffer>[] = [];
const writers: ByteWriter[] = [];

/** Returns a buffer of 64 KiB, whose content is undefined. It is the caller's until it is released. */
export function takeLarge(): Uint8Array<ArrayBuffer> {
  return large.pop() ?? new Uint8Array(LARGE_BYTES);
}

/** Gives a large buffer back; no read may be pending on it. */
export function releaseLarge(buffer: Uint8Array<ArrayBuffer>): void {
  if (large.length < KEPT_LARGE) large.push(buffer);
}

/** Returns an empty writer. */
export function takeWriter(): ByteWriter {
  return writers.pop() ?? new ByteWriter(SMALL_BYTES);
}

/** Gives a writer back; no write may be pending on its bytes. */
export function releaseWriter(writer: ByteWriter): void {
  if (writers.length >= KEPT_WRITERS || writer.buffer.length > KEPT_WRITER_BYTES) return;
  writer.length = 0;
  writers.push(writer);
}
