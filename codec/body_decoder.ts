// This module is browser compatible.

import { BufferedDecoder } from "./buffered_decoder.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/** A piece of the body behind a head, as large as it arrived. */
export interface BodyPiece {
  /** Tells it from a head. */
  readonly type: "body";
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * The decoder of a format whose heads are small and whose bodies are not: heads are buffered, bodies pass through in
 * the pieces they came in. `next` gives a body as {@linkcode BodyPiece} messages; `takeBody` and `passBody` move it
 * past `next`, without a copy. It refuses an end before the body is whole.
 *
 * @example A byte says how many bytes follow
 * ```ts
 * import { BodyDecoder, type BodyPiece, type ReceiveBuffer } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * class Counted extends BodyDecoder<number> {
 *   protected override decodeHead(buffer: ReceiveBuffer): number | undefined {
 *     if (buffer.length < 1) return undefined;
 *     const [bytes = 0] = buffer.take(1);
 *     this.expectBody(bytes);
 *     return bytes;
 *   }
 * }
 * const decoder = new Counted();
 * decoder.push(new Uint8Array([3, 7]));
 * assert(decoder.next() === 3 && decoder.bodyBytes === 3);
 * assert((decoder.next() as BodyPiece).bytes.join() === "7");
 * decoder.push(new Uint8Array([8, 9, 0]));
 * const body = new Uint8Array(10);
 * assert(decoder.takeBody(body) === 2 && body[1] === 9);
 * assert(decoder.next() === 0);
 * ```
 */
export abstract class BodyDecoder<Head> extends BufferedDecoder<Head | BodyPiece> {
  #bodyBytes = 0;

  /**
   * Takes the first head out of `buffer`, or returns undefined when more bytes are needed; says with `expectBody` what
   * follows it.
   *
   * @throws {ProtocolError} The bytes break the protocol.
   */
  protected abstract decodeHead(buffer: ReceiveBuffer, ended: boolean): Head | undefined;

  /** Sees each piece of a body as it passes; a format that checks its bodies looks here. */
  protected onBody(_bytes: Uint8Array): void {}

  /** Hears that a body is whole, once for each that is not empty. @throws {ProtocolError} It is broken. */
  protected onBodyEnd(): void {}

  /** Says that a body of so many bytes follows the head. */
  protected expectBody(bytes: number): void {
    this.#bodyBytes = bytes;
  }

  /** Bytes still to come of the body that the last head announced. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Takes a head out of `buffer`, or what has come of the body behind the last one. */
  protected override decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): Head | BodyPiece | undefined {
    if (this.#bodyBytes === 0) return this.decodeHead(buffer, ended);
    if (buffer.length === 0) {
      if (ended) throw this.cutShort(`the ${this.#bodyBytes} bytes left of the body`);
      return undefined;
    }
    const bytes = buffer.take(Math.min(buffer.length, this.#bodyBytes));
    this.#passed(bytes);
    return { type: "body", bytes };
  }

  /** Moves bytes of the body that arrived into `into`, and says how many. @throws {ProtocolError} It is broken. */
  takeBody(into: Uint8Array): number {
    if (this.failure) throw this.failure;
    const { buffer } = this;
    const count = Math.min(buffer.length, this.#bodyBytes, into.length);
    if (count === 0) return 0;
    into.set(buffer.view(0, count));
    buffer.skip(count);
    if (buffer.length === 0) buffer.settle();
    this.#checked(into.subarray(0, count));
    return count;
  }

  /** Takes note of bytes of the body that came past `push`. @throws {ProtocolError} The body is broken. */
  passBody(bytes: Uint8Array): void {
    if (this.failure) throw this.failure;
    const { buffer } = this;
    if (buffer.length > 0 || bytes.length > this.#bodyBytes) {
      throw new TypeError(
        `Cannot pass ${bytes.length} bytes of body: ${buffer.length} wait, ${this.#bodyBytes} are to come`,
      );
    }
    // No bytes behind the last ones must not end the body a second time.
    if (bytes.length === 0) return;
    buffer.pass(bytes.length);
    this.#checked(bytes);
  }

  #checked(bytes: Uint8Array): void {
    try {
      this.#passed(bytes);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  #passed(bytes: Uint8Array): void {
    this.#bodyBytes -= bytes.length;
    this.onBody(bytes);
    if (this.#bodyBytes === 0) this.onBodyEnd();
  }
}
