// This module is browser compatible.

import { decodeUint } from "./byte_reader.ts";
import type { Endian } from "./endian.ts";
import { copyOf, giveBack, takeWhole } from "./memory.ts";

const EMPTY = new Uint8Array(0);
/** Below this many bytes a loop finds a byte sooner than the built-in search starts. */
const SHORT_SEARCH = 24;
/** Storage of this size is not worth giving back. */
const SMALL_BYTES = 64;

/** A message from here on leaves with its storage, instead of being copied out of it. */
const LARGE_MESSAGE_BYTES = 4096;
/** So many times what waits is taken for a message that says how long it will be. */
const AHEAD = 4;

/**
 * Holds bytes that arrived and belong to no message yet. A chunk that comes while nothing waits is looked at in
 * place; only what is left of it when the decoder asks for more is copied, so each byte is copied a bounded number of
 * times however the stream was cut.
 *
 * Positions are relative to the first waiting byte, except `offset`, which counts from the start of the stream.
 */
export class ReceiveBuffer {
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  /** The storage is this buffer's own, and not a caller's chunk. */
  #owned = false;
  #taken = 0;
  #expected = 0;
  /** Somebody reads into what `room` returned, so that this storage can go to nobody else. */
  #isLent = false;

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }
  /** Bytes from the start of the stream to the first one that waits. */
  get offset(): number {
    return this.#taken;
  }
  /** Bytes of storage held, which after `settle` is at most four times what waits, or 64. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /**
   * The storage as it is, for a decoder that looks at every byte: the waiting ones stand in it from `start` up to
   * `start + length`. It holds until the next call that changes the buffer.
   */
  get storage(): Uint8Array {
    return this.#bytes;
  }
  /** Where in `storage` the first waiting byte stands. */
  get start(): number {
    return this.#start;
  }

  /** Takes a chunk, which must not change before `settle`. */
  push(chunk: Uint8Array): void {
    this.#isLent = false;
    if (this.#start === this.#end) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const needed = this.length + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#bytes.length) {
      this.#move(
        this.#owned && needed * 2 <= this.#bytes.length
          ? this.#bytes
          : takeWhole(this.#grown(needed)),
      );
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /**
   * Copies what waits out of the caller's chunk, or out of storage that is much too large for it. To be called when the
   * decoder needs more bytes.
   */
  settle(): void {
    if (this.#isLent) return;
    if (this.#start === this.#end) {
      this.#giveBack();
      this.#bytes = EMPTY;
      this.#start = this.#end = 0;
    } else if (!this.#owned || this.capacity > Math.max(SMALL_BYTES, 4 * this.length)) {
      const storage = takeWhole(this.length);
      storage.set(this.view());
      this.#giveBack();
      this.#bytes = storage;
      this.#start = 0;
      this.#end = storage.length;
      this.#owned = true;
    }
  }

  /** Says how many bytes the message will have, so that the storage does not grow past it. Allocates nothing. */
  expect(bytes: number): void {
    this.#expected = bytes;
  }

  /**
   * Returns memory behind the bytes that wait, for whoever reads straight into it instead of calling `push`: no less than
   * `min`, and no further than the message that `expect` told of. Undefined says that there is none such.
   */
  room(min: number): Uint8Array<ArrayBuffer> | undefined {
    const missing = this.#expected - this.length;
    if (missing < min || this.length === 0) return undefined;
    if (!this.#owned || this.#bytes.length - this.#end < min) {
      const bytes = Math.min(this.#expected, AHEAD * this.length);
      if (bytes - this.length < min) return undefined;
      this.#move(takeWhole(bytes));
    }
    this.#isLent = true;
    const end = Math.min(this.#bytes.length, this.#end + missing);
    // An owned buffer was made here, so it stands on an ArrayBuffer.
    return this.#bytes.subarray(this.#end, end) as Uint8Array<ArrayBuffer>;
  }

  /** Takes the first `count` bytes of what `room` returned. Nothing may have been pushed since. */
  filled(count: number): void {
    this.#isLent = false;
    this.#end += count;
  }

  /** Returns the byte at a position below `length`. */
  at(position: number): number {
    return this.#bytes[this.#start + position]!;
  }

  /** Returns the unsigned number of 1 byte at a position; as those below, it refuses one that is not there. */
  u8(at: number): number {
    return this.#bytes[this.#position(at, 1)]!;
  }
  /** Returns the unsigned number of 2 bytes at a position. @throws {RangeError} They are not there. */
  u16(at: number, endian: Endian): number {
    return this.uint(at, { width: 2, endian });
  }
  /** Returns the unsigned number of 4 bytes at a position. @throws {RangeError} They are not there. */
  u32(at: number, endian: Endian): number {
    return this.uint(at, { width: 4, endian });
  }
  /** Returns the unsigned number of 8 bytes at a position. @throws {RangeError} They are not there. */
  u64(at: number, endian: Endian): bigint {
    const [first, second] = [this.u32(at, endian), this.u32(at + 4, endian)];
    const [high, low] = endian === "big" ? [first, second] : [second, first];
    return BigInt(high) << 32n | BigInt(low);
  }
  /** Returns the signed number of 1 byte at a position. @throws {RangeError} It is not there. */
  i8(at: number): number {
    return this.u8(at) << 24 >> 24;
  }
  /** Returns the signed number of 2 bytes at a position. @throws {RangeError} They are not there. */
  i16(at: number, endian: Endian): number {
    return this.u16(at, endian) << 16 >> 16;
  }
  /** Returns the signed number of 4 bytes at a position. @throws {RangeError} They are not there. */
  i32(at: number, endian: Endian): number {
    return this.u32(at, endian) | 0;
  }
  /**
   * Returns the unsigned number of 1 to 8 bytes at a position. Past 2^53 it is rounded, so compare it with a limit first.
   *
   * @throws {RangeError} They are not there.
   */
  uint(at: number, { width, endian }: { width: number; endian: Endian }): number {
    return decodeUint(this.#bytes, { at: this.#position(at, width), width, endian });
  }

  /** Returns where `byte` first stands at or behind `from`, or -1. */
  indexOf(byte: number, from = 0): number {
    const bytes = this.#bytes;
    const start = this.#start + from;
    const end = this.#end;
    const soon = Math.min(end, start + SHORT_SEARCH);
    for (let index = start; index < soon; index++) {
      if (bytes[index] === byte) return index - this.#start;
    }
    if (soon >= end) return -1;
    const found = end === bytes.length
      ? bytes.indexOf(byte, soon)
      : bytes.subarray(0, end).indexOf(byte, soon);
    return found < 0 ? -1 : found - this.#start;
  }

  /** Returns where `byte` last stands at or behind `from` and before `to`, or -1. */
  lastIndexOf(byte: number, { from = 0, to }: { from?: number; to: number }): number {
    const bytes = this.#bytes;
    const start = this.#start;
    for (let index = start + to - 1; index >= start + from; index--) {
      if (bytes[index] === byte) return index - start;
    }
    return -1;
  }

  /** Returns a view of the bytes from `from` up to `to`; it holds until the next call that changes the buffer. */
  view(from = 0, to: number = this.length): Uint8Array {
    return this.#bytes.subarray(this.#start + from, this.#start + to);
  }

  /** Removes the first `count` bytes and returns them; they are the caller's. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const view = this.#bytes.subarray(this.#start, this.#start + count);
    const isMost = count > LARGE_MESSAGE_BYTES && count * 2 >= this.#bytes.length;
    if (isMost && this.#owned && !this.#isLent) {
      // A large message leaves with its storage instead of being copied once more.
      this.skip(count);
      this.#owned = false;
      this.#move(this.length === 0 ? EMPTY : takeWhole(this.length));
      // An owned buffer was made here, so it stands on an ArrayBuffer.
      return view as Uint8Array<ArrayBuffer>;
    }
    const copy = copyOf(view);
    this.skip(count);
    return copy;
  }

  /** Counts bytes of the stream that went past this buffer; none may wait in it. */
  pass(count: number): void {
    this.#taken += count;
  }

  /** Removes the first `count` bytes. */
  skip(count: number): void {
    this.#start += count;
    this.#taken += count;
    this.#expected = 0;
  }

  #position(at: number, width: number): number {
    if (at >= 0 && at + width <= this.length) return this.#start + at;
    throw new RangeError(
      `Cannot read ${width} bytes at position ${at}: ${this.length} bytes wait`,
    );
  }

  #move(to: Uint8Array): void {
    const { length } = this;
    if (length > 0) to.set(this.#bytes.subarray(this.#start, this.#end));
    if (to !== this.#bytes) this.#giveBack();
    this.#bytes = to;
    this.#start = 0;
    this.#end = length;
    this.#owned = true;
  }

  #giveBack(): void {
    // Nobody else has a view of owned storage: a message that left with it took it along.
    if (this.#owned) giveBack(this.#bytes.buffer as ArrayBuffer);
    this.#owned = false;
  }

  #grown(needed: number): number {
    const doubled = Math.max(SMALL_BYTES, needed, this.length * 2);
    return this.#expected >= needed ? Math.min(doubled, this.#expected) : doubled;
  }
}
