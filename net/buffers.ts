import { ByteWriter } from "../codec/bytes/byte_writer.ts";

/** An idle connection keeps this much for its next read. */
export const SMALL_BYTES = 512;
/** A connection that fills its small buffer reads with this much, until two reads come back short. */
export const LARGE_BYTES = 64 * 1024;
/** Buffers kept for the next one that needs them; more are left to the garbage collector. */
const KEPT_LARGE = 32;
/** So many connections keep a large buffer while they wait for what comes after a large message. */
const WAITING_LARGE = 256;
const KEPT_WRITERS = 2048;
/** A writer that has grown past this is not kept. */
const KEPT_WRITER_BYTES = 80 * 1024;
/** What all kept writers hold together. */
const KEPT_WRITERS_BYTES = 8 * 1024 * 1024;

const large: Uint8Array<ArrayBuffer>[] = [];
let largeTaken = 0;
const writers: ByteWriter[] = [];
let writersBytes = 0;

/** Returns a buffer of 64 KiB, whose content is undefined. It is the caller's until it is released. */
export function takeLarge(): Uint8Array<ArrayBuffer> {
  largeTaken++;
  return large.pop() ?? new Uint8Array(LARGE_BYTES);
}

/** Gives a large buffer back; no read may be pending on it. */
export function releaseLarge(buffer: Uint8Array<ArrayBuffer>): void {
  largeTaken--;
  if (large.length < KEPT_LARGE) large.push(buffer);
}

/** Counts a large buffer as gone that cannot be given back, because the system may still write into it. */
export function dropLarge(): void {
  largeTaken--;
}

/** Says whether few enough connections have a large buffer for one to keep it while it waits. */
export function mayKeepLarge(): boolean {
  return largeTaken <= WAITING_LARGE;
}

/** Returns an empty writer. */
export function takeWriter(): ByteWriter {
  const writer = writers.pop();
  if (writer === undefined) return new ByteWriter(SMALL_BYTES);
  writersBytes -= writer.buffer.length;
  return writer;
}

/** Gives a writer back; no write may be pending on its bytes. */
export function releaseWriter(writer: ByteWriter): void {
  const { length } = writer.buffer;
  if (length > KEPT_WRITER_BYTES || writers.length >= KEPT_WRITERS) return;
  if (writersBytes + length > KEPT_WRITERS_BYTES) return;
  writersBytes += length;
  writer.length = 0;
  writers.push(writer);
}
