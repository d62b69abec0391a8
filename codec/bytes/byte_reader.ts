// This module is browser compatible.

import { ProtocolError } from "../errors.ts";
import { type Endian, maxUint } from "./endian.ts";

/**
 * Reads numbers and bytes one after the other, each with its byte order said. It refuses to read past the end, and
 * names the offset.
 *
 * @example
 * ```ts
 * import { ByteReader } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const reader = new ByteReader(new Uint8Array([1, 2, 2, 1]));
 * assert(reader.u16("big") === 258 && reader.u16("little") === 258);
 * assert(reader.remaining === 0);
 * ```
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** Reads from the first of `bytes`, in place. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }
  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Reads an unsigned number of 1 byte. @throws {ProtocolError} `unexpected-end`. */
  u8(): number {
    return this.#view.getUint8(this.#step("u8", 1));
  }
  /** Reads an unsigned number of 2 bytes. @throws {ProtocolError} `unexpected-end`. */
  u16(endian: Endian): number {
    return this.#view.getUint16(this.#step("u16", 2), endian === "little");
  }
  /** Reads an unsigned number of 4 bytes. @throws {ProtocolError} `unexpected-end`. */
  u32(endian: Endian): number {
    return this.#view.getUint32(this.#step("u32", 4), endian === "little");
  }
  /** Reads an unsigned number of 8 bytes. @throws {ProtocolError} `unexpected-end`. */
  u64(endian: Endian): bigint {
    return this.#view.getBigUint64(this.#step("u64", 8), endian === "little");
  }
  /** Reads a signed number of 1 byte. @throws {ProtocolError} `unexpected-end`. */
  i8(): number {
    return this.#view.getInt8(this.#step("i8", 1));
  }
  /** Reads a signed number of 2 bytes. @throws {ProtocolError} `unexpected-end`. */
  i16(endian: Endian): number {
    return this.#view.getInt16(this.#step("i16", 2), endian === "little");
  }
  /** Reads a signed number of 4 bytes. @throws {ProtocolError} `unexpected-end`. */
  i32(endian: Endian): number {
    return this.#view.getInt32(this.#step("i32", 4), endian === "little");
  }
  /** Reads a signed number of 8 bytes. @throws {ProtocolError} `unexpected-end`. */
  i64(endian: Endian): bigint {
    return this.#view.getBigInt64(this.#step("i64", 8), endian === "little");
  }
  /** Reads a floating point number of 4 bytes (IEEE 754 binary32). @throws {ProtocolError} `unexpected-end`. */
  f32(endian: Endian): number {
    return this.#view.getFloat32(this.#step("f32", 4), endian === "little");
  }
  /** Reads a floating point number of 8 bytes (IEEE 754 binary64). @throws {ProtocolError} `unexpected-end`. */
  f64(endian: Endian): number {
    return this.#view.getFloat64(this.#step("f64", 8), endian === "little");
  }

  /**
   * Reads an unsigned number of 1 to 8 bytes.
   *
   * @throws {ProtocolError} `unexpected-end`, or `bad-length` for a number over 2^53 - 1.
   */
  uint(width: number, endian: Endian): number {
    const max = maxUint(width);
    const start = this.#step(`u${width * 8}`, width);
    const value = decodeUint(this.#bytes, { at: start, width, endian });
    if (value <= max) return value;
    throw new ProtocolError(
      `Cannot read u${width * 8} at offset ${start}: ${value} exceeds ${max}`,
      {
        code: "bad-length",
        side: "remote",
        offset: start,
        expected: `at most ${max}`,
        received: String(value),
      },
    );
  }

  /** Reads `count` bytes, as a copy. @throws {ProtocolError} `unexpected-end`, or `bad-length` for no count. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    if (!Number.isSafeInteger(count) || count < 0) {
      const expected = "a whole number from 0";
      throw new ProtocolError(
        `Cannot read ${count} bytes at offset ${this.#offset}: the count is ${expected}`,
        {
          code: "bad-length",
          side: "remote",
          offset: this.#offset,
          expected,
          received: String(count),
        },
      );
    }
    const start = this.#step("bytes", count);
    return new Uint8Array(this.#bytes.subarray(start, start + count));
  }

  #step(what: string, width: number): number {
    const start = this.#offset;
    if (width > this.remaining) {
      throw new ProtocolError(
        `Cannot read ${what} at offset ${start}: ${width} bytes are needed, ${this.remaining} are there`,
        {
          code: "unexpected-end",
          side: "remote",
          offset: start,
          expected: `${width} bytes`,
          received: `${this.remaining} bytes`,
        },
      );
    }
    this.#offset = start + width;
    return start;
  }
}

/** Returns the unsigned number that stands in `bytes`; past 2^53 it is rounded, so compare it with a limit first. */
export function decodeUint(
  bytes: Uint8Array,
  { at, width, endian }: { at: number; width: number; endian: Endian },
): number {
  let value = 0;
  for (let index = 0; index < width; index++) {
    const from = endian === "little" ? width - 1 - index : index;
    value = value * 256 + bytes[at + from]!;
  }
  return value;
}
