// This module is browser compatible.

import { shown } from "./arguments.ts";
import type { Decoder } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/**
 * The decoder that most codecs extend: it keeps the bytes, remembers the first error and refuses an end in the middle
 * of a message. What is left to write is `decode`, which looks at the buffer and takes one message out of it.
 *
 * @example Messages are a type byte and a value byte
 * ```ts
 * import { BufferedDecoder, type ReceiveBuffer } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * class Pairs extends BufferedDecoder<[number, number]> {
 *   protected override decode(buffer: ReceiveBuffer): [number, number] | undefined {
 *     if (buffer.length < 2) return undefined;
 *     const [type, value] = buffer.take(2);
 *     return [type!, value!];
 *   }
 * }
 * const decoder = new Pairs();
 * decoder.push(new Uint8Array([1]));
 * assert(decoder.next() === undefined);
 * decoder.push(new Uint8Array([2, 3]));
 * assert(decoder.next()?.join() === "1,2");
 * ```
 */
export abstract class BufferedDecoder<Message> implements Decoder<Message> {
  /** Where the message that `decode` takes out begins; to be set by one that drops bytes in front of it. */
  protected began = 0;
  readonly #buffer = new ReceiveBuffer();
  #failure: ProtocolError | undefined;
  #ended = false;

  /**
   * Takes the first message out of `buffer`, or returns undefined when more bytes are needed. When `ended`, no more
   * will come; bytes that are still left then are an error.
   *
   * @throws {ProtocolError} The bytes break the protocol.
   */
  protected abstract decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): Message | undefined;

  /** What is missing when the stream ends with bytes left; a codec may say it better. */
  protected missing(_buffer: ReceiveBuffer): string {
    return "the rest of the message";
  }

  /** The bytes that wait; for one that takes some of them past `decode`. */
  protected get buffer(): ReceiveBuffer {
    return this.#buffer;
  }

  /** The peer will send no more. */
  protected get ended(): boolean {
    return this.#ended;
  }

  /** The error that ended the stream, if one did. */
  protected get failure(): ProtocolError | undefined {
    return this.#failure;
  }

  /** Ends the stream with an error: it is remembered where it is one of the protocol, and nothing is kept. */
  protected fail(error: unknown): void {
    if (error instanceof ProtocolError) this.#failure = error;
    this.#buffer.skip(this.#buffer.length);
    this.#buffer.settle();
  }

  /** Bytes from the start of the stream to where the next message begins. */
  get offset(): number {
    return this.#buffer.offset;
  }

  /** Bytes from the start of the stream to where the message that the last `next` returned begins. */
  get messageOffset(): number {
    return this.began;
  }

  /** Some bytes of the next message have come, and it is not whole. */
  get inHead(): boolean {
    return this.#buffer.length > 0;
  }

  /** Bytes of storage held for what waits. */
  get capacity(): number {
    return this.#buffer.capacity;
  }

  /** Takes bytes that arrived. @throws {TypeError} `end` was called before, or it is no bytes. */
  push(chunk: Uint8Array): void {
    if (this.#ended) throw new TypeError("Cannot push bytes after end()");
    if (!(chunk instanceof Uint8Array)) {
      throw new TypeError(`Cannot push chunk: ${shown(chunk)} is no Uint8Array`);
    }
    if (this.#failure === undefined) this.#buffer.push(chunk);
  }

  /** Returns memory for the rest of a message that says how long it is, for who reads straight into it. */
  room(min: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#buffer.room(min);
  }

  /** Takes the first `count` bytes of what `room` returned. */
  filled(count: number): void {
    if (this.#failure === undefined) this.#buffer.filled(count);
  }

  /** Takes note that the peer will send no more. */
  end(): void {
    this.#ended = true;
  }

  /** Returns one whole message, or undefined. @throws {ProtocolError} The bytes break the protocol. */
  next(): Message | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const buffer = this.#buffer;
    this.began = buffer.offset;
    try {
      const message = this.decode(buffer, this.#ended);
      if (message !== undefined) return message;
      if (!this.#ended) buffer.settle();
      else if (buffer.length > 0) throw this.cutShort(this.missing(buffer));
      return undefined;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Returns a copy of up to `count` bytes that belong to no message yet, without taking them. */
  peek(count: number): Uint8Array {
    const bytes = new Uint8Array(this.#buffer.view(0, Math.min(count, this.#buffer.length)));
    // Who peeks may read on before a message is asked for, and then write over the chunk.
    this.#buffer.settle();
    return bytes;
  }

  /** Returns the bytes that belong to no message yet, and forgets them. */
  rest(): Uint8Array {
    const bytes = this.#buffer.take(this.#buffer.length);
    this.#buffer.settle();
    return bytes;
  }

  /** Makes the error that says that the stream ended before something had come. */
  protected cutShort(expected: string): ProtocolError {
    const { length, offset } = this.#buffer;
    return new ProtocolError(
      `Cannot decode message at offset ${offset}: the stream ended after ${length} bytes of it, before ${expected}`,
      {
        code: "unexpected-end",
        side: "remote",
        offset,
        expected,
        received: `the end after ${length} bytes`,
      },
    );
  }
}
