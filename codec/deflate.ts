// One of the two files of codec/ that need the runtime: both Deno and Node have node:zlib. Nothing that codec/mod.ts
// exports imports it, so the codecs run in a browser.

import { deflateRaw, inflateRaw } from "node:zlib";
import { ProtocolError } from "./errors.ts";

/** The fastest level: a network that is slower than it is what compression is for. */
const LEVEL = 1;
/** zlib takes no smaller ones. */
const MIN_CHUNK_BYTES = 64;

/** What zlib gives where it is asked for `info`. */
interface Inflated {
  buffer: Uint8Array;
  /** It counts the bytes that it took: what stands behind the end is not among them. */
  engine: { bytesWritten: number };
}

/** Returns bytes as raw deflate (RFC 1951); another thread does the work. */
export function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { level: LEVEL }, (error, packed) => error ? reject(error) : resolve(packed));
  });
}

/**
 * Returns what raw deflate (RFC 1951) stands for; another thread does the work, and stops where more comes out.
 *
 * @throws {ProtocolError} `bad-compression`: it is no deflate and nothing else, or not exactly `rawBytes` come out.
 */
export function inflate(
  packed: Uint8Array,
  { rawBytes, offset }: { rawBytes: number; offset: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = {
      maxOutputLength: Math.max(1, rawBytes),
      // One piece as large as the whole is three times as fast as the default's many.
      chunkSize: Math.max(MIN_CHUNK_BYTES, rawBytes),
      info: true,
    };
    inflateRaw(packed, options, (error, result) => {
      // What `info` adds is not in its declared type.
      const { buffer, engine } = (result ?? {}) as unknown as Partial<Inflated>;
      const isWhole = engine?.bytesWritten === packed.length;
      if (!error && isWhole && buffer?.length === rawBytes) return resolve(buffer);
      const received = error || !isWhole ? "something else" : `${buffer?.length} bytes`;
      const message = `Cannot inflate block at offset ${offset}: ` +
        `expected deflate of ${rawBytes} bytes, got ${received}`;
      const expected = `deflate of ${rawBytes} bytes`;
      const said = { code: "bad-compression", side: "remote", offset, expected, received } as const;
      reject(new ProtocolError(message, { ...said, ...error && { cause: error } }));
    });
  });
}
