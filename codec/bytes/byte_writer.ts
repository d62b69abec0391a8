// This module is browser compatible.

import { type Endian, maxUint } from "./endian.ts";

const encoder = new TextEncoder();
const EMPTY = new Uint8Array(0);
/** Up to here a loop over the characters is faster than TextEncoder's fixed cost (measured in bench/codec.ts). */
const SHORT_TEXT = 24;

/**
 * Writes numbers, bytes and text one after the other into a buffer that grows. It refuses numbers that do not fit
 * their width, and names the offset where they were to stand.
 *
 * @example
 * ```ts
 * import { ByteWriter } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const writer = new ByteWriter();
 * writer.u16(258, "big");
 * writer.u16(258, "little");
 * writer.text("ok");
 * assert(writer.finish().join() === "1,2,2,1,111,107");
 * ```
 */
export class ByteWriter {
  /** The buffer; its first `length` bytes are written. It may be replaced by any write. */
  buffer: Uint8Array<ArrayBuffer> = EMPTY;
  /** How many bytes are written. Setting it lower takes the last ones back. */
  length = 0;
  #view: DataView | undefined;
  #written: Uint8Array<ArrayBuffer> | undefined;
  #writtenOf: Uint8Array<ArrayBuffer> | undefined;

  /** A view of what is written; it holds until the next write. */
  get written(): Uint8Array<ArrayBuffer> {
    const { buffer, length } = this;
    const last = this.#written;
    // What is written again and again is often as long as before.
    if (last !== undefined && last.length === length && this.#writtenOf === buffer) return last;
    this.#writtenOf = buffer;
    return this.#written = buffer.subarray(0, length);
  }

  /** Makes a writer with room for `capacity` bytes, none unless told. */
  constructor(capacity = 0) {
    if (capacity > 0) this.buffer = new Uint8Array(capacity);
  }

  /** Makes room for `bytes` more. */
  reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2, 64));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
    this.#view = undefined;
  }

  /** Writes bytes. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Writes text as UTF-8 and returns how many bytes that took. A lone surrogate becomes U+FFFD. */
  text(text: string): number {
    const start = this.length;
    this.reserve(text.length * 3);
    let at = start;
    let index = 0;
    if (text.length <= SHORT_TEXT) {
      for (; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code > 127) break;
        this.buffer[at++] = code;
      }
    }
    if (index < text.length) {
      const rest = index === 0 ? text : text.slice(index);
      at += encoder.encodeInto(rest, this.buffer.subarray(at)).written;
    }
    this.length = at;
    return at - start;
  }

  /**
   * Writes text that is short and printable ASCII, and `ending` behind it; says false and writes nothing where it is not.
   */
  shortText(text: string, ending: Uint8Array = EMPTY): boolean {
    const size = text.length;
    if (size > SHORT_TEXT) return false;
    this.reserve(size + ending.length);
    const { buffer } = this;
    let at = this.length;
    for (let index = 0; index < size; index++) {
      const code = text.charCodeAt(index);
      if (code < 32 || code > 126) return false;
      buffer[at++] = code;
    }
    for (let index = 0; index < ending.length; index++) buffer[at++] = ending[index]!;
    this.length = at;
    return true;
  }

  /** Writes an unsigned number of 1 byte. @throws {RangeError} It does not fit. */
  u8(value: number): void {
    this.uint(value, { width: 1, endian: "big" });
  }
  /** Writes an unsigned number of 2 bytes. @throws {RangeError} It does not fit. */
  u16(value: number, endian: Endian): void {
    this.uint(value, { width: 2, endian });
  }
  /** Writes an unsigned number of 4 bytes. @throws {RangeError} It does not fit. */
  u32(value: number, endian: Endian): void {
    this.uint(value, { width: 4, endian });
  }
  /** Writes an unsigned number of 8 bytes. @throws {RangeError} It does not fit. */
  u64(value: bigint, endian: Endian): void {
    this.#check(value, { name: "u64", min: 0n, max: (1n << 64n) - 1n });
    this.#number(8).setBigUint64(this.length - 8, value, endian === "little");
  }
  /** Writes a signed number of 1 byte. @throws {RangeError} It does not fit. */
  i8(value: number): void {
    this.#check(value, { name: "i8", min: -0x80, max: 0x7f });
    this.#number(1).setInt8(this.length - 1, value);
  }
  /** Writes a signed number of 2 bytes. @throws {RangeError} It does not fit. */
  i16(value: number, endian: Endian): void {
    this.#check(value, { name: "i16", min: -0x8000, max: 0x7fff });
    this.#number(2).setInt16(this.length - 2, value, endian === "little");
  }
  /** Writes a signed number of 4 bytes. @throws {RangeError} It does not fit. */
  i32(value: number, endian: Endian): void {
    this.#check(value, { name: "i32", min: -0x80000000, max: 0x7fffffff });
    this.#number(4).setInt32(this.length - 4, value, endian === "little");
  }
  /** Writes a signed number of 8 bytes. @throws {RangeError} It does not fit. */
  i64(value: bigint, endian: Endian): void {
    const max = (1n << 63n) - 1n;
    this.#check(value, { name: "i64", min: -max - 1n, max });
    this.#number(8).setBigInt64(this.length - 8, value, endian === "little");
  }
  /** Writes a floating point number of 4 bytes (IEEE 754 binary32), rounded to the nearest one. */
  f32(value: number, endian: Endian): void {
    this.#number(4).setFloat32(this.length - 4, value, endian === "little");
  }
  /** Writes a floating point number of 8 bytes (IEEE 754 binary64). */
  f64(value: number, endian: Endian): void {
    this.#number(8).setFloat64(this.length - 8, value, endian === "little");
  }

  /**
   * Writes an unsigned number of 1 to 8 bytes, at most 2^53 - 1.
   *
   * @throws {RangeError} It does not fit.
   */
  uint(
    value: number,
    { width, endian }: { width: number; endian: Endian },
  ): void {
    const max = maxUint(width);
    this.#check(value, { name: `u${width * 8}`, min: 0, max });
    this.reserve(width);
    let rest = value;
    for (let index = 0; index < width; index++) {
      const at = endian === "little" ? index : width - 1 - index;
      this.buffer[this.length + at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.length += width;
  }

  /** Returns a copy of what is written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  #number(width: number): DataView {
    this.reserve(width);
    this.length += width;
    return this.#view ??= new DataView(this.buffer.buffer);
  }

  #check<N extends number | bigint>(
    value: N,
    { name, min, max }: { name: string; min: N; max: N },
  ): void {
    const whole = typeof value === "bigint" || Number.isInteger(value);
    if (whole && value >= min && value <= max) return;
    throw new RangeError(
      `Cannot write ${name} at offset ${this.length}: ${value} is not a whole number from ${min} to ${max}`,
    );
  }
}
