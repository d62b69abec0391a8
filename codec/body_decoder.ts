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
 * A body has a known length (`expectBody(bytes)`), comes in chunks with a head each (`expectChunks()`), or ends with the
 * stream (`expectBody(Infinity)`).
 *
 * @example A byte says how many bytes follow
 * ```ts
 * import { BodyDecoder, type BodyPiece, type ReceiveBuffer } from "@parley/sockets/codec";
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
  /** Bytes left of the body, or of the chunk that is being read. */
  #bodyBytes = 0;
  #chunked = false;

  /**
   * Takes the first head out of `buffer`, or returns undefined when more bytes are needed; says with `expectBody` or
   * `expectChunks` what follows it.
   *
   * @throws {ProtocolError} The bytes break the protocol.
   */
  protected abstract decodeHead(buffer: ReceiveBuffer, ended: boolean): Head | undefined;

  /**
   * Takes the head of the next chunk out of `buffer` and returns how many bytes the chunk has, 0 where the body is over,
   * or undefined when more bytes are needed. What ends a chunk belongs to the next head. To be written by a format that
   * calls `expectChunks`.
   *
   * @throws {ProtocolError} The bytes break the protocol.
   */
  protected decodeChunkHead(_buffer: ReceiveBuffer): number | undefined {
    throw new TypeError("Cannot decode a chunk: the decoder has no decodeChunkHead()");
  }

  /** Sees each piece of a body as it passes; a format that checks its bodies looks here. */
  protected onBody(_bytes: Uint8Array): void {}

  /**
   * Hears that a body is whole. A body of known length that is empty is not announced; one in chunks, or one that ends
   * with the stream, is.
   *
   * @throws {ProtocolError} It is broken.
   */
  protected onBodyEnd(): void {}

  /** Says that a body of so many bytes follows the head; `Infinity`: one that ends with the stream. */
  protected expectBody(bytes: number): void {
    this.#bodyBytes = bytes;
  }

  /** Says that a body in chunks follows the head. */
  protected expectChunks(): void {
    this.#chunked = true;
  }

  /** Some bytes of the next head have come, and it is not whole. */
  override get inHead(): boolean {
    return !this.inBody && super.inHead;
  }

  /** The last head announced a body, and it is not over. */
  get inBody(): boolean {
    return this.#chunked || this.#bodyBytes > 0;
  }

  /** Bytes of the body that may come past `push`: those left of it, or of its chunk. */
  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** Takes a head out of `buffer`, or what has come of the body behind the last one. */
  protected override decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): Head | BodyPiece | undefined {
    while (this.inBody) {
      if (!this.#hasPiece(buffer)) {
        if (this.inBody) return undefined;
        continue;
      }
      // A chunk's head may have stood in front of it.
      this.began = buffer.offset;
      const bytes = buffer.take(Math.min(buffer.length, this.#bodyBytes));
      this.#passed(bytes);
      return { type: "body", bytes };
    }
    this.began = buffer.offset;
    return this.decodeHead(buffer, ended);
  }

  /** Moves bytes of the body that arrived into `into`, and says how many. @throws {ProtocolError} It is broken. */
  takeBody(into: Uint8Array): number {
    if (this.failure) throw this.failure;
    if (into.length === 0) return 0;
    const { buffer } = this;
    return this.#checked(() => {
      if (!this.inBody || !this.#hasPiece(buffer)) {
        // What waits of a chunk's head stands in the caller's chunk, which may change now.
        buffer.settle();
        return 0;
      }
      const count = Math.min(buffer.length, this.#bodyBytes, into.length);
      into.set(buffer.view(0, count));
      buffer.skip(count);
      if (buffer.length === 0) buffer.settle();
      this.#passed(into.subarray(0, count));
      return count;
    });
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
    this.#checked(() => this.#passed(bytes));
  }

  /** Says whether a piece of the body waits; decodes the heads of chunks, and ends a body that is over. */
  #hasPiece(buffer: ReceiveBuffer): boolean {
    if (this.#bodyBytes === 0) {
      const bytes = this.decodeChunkHead(buffer);
      if (bytes === undefined) {
        if (this.ended) throw this.cutShort("the rest of the body");
        return false;
      }
      this.#bodyBytes = bytes;
      if (bytes === 0) return this.#over();
    }
    if (buffer.length > 0) return true;
    if (!this.ended) return false;
    if (this.#bodyBytes === Infinity) return this.#over();
    throw this.cutShort(`the ${this.#bodyBytes} bytes left of the body`);
  }

  #over(): false {
    this.#bodyBytes = 0;
    this.#chunked = false;
    this.onBodyEnd();
    return false;
  }

  #checked<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  #passed(bytes: Uint8Array): void {
    this.#bodyBytes -= bytes.length;
    this.onBody(bytes);
    if (this.#bodyBytes === 0 && !this.#chunked) this.onBodyEnd();
  }
}
