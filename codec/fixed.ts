// This module is browser compatible.

import { requireBytes } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/**
 * Cuts a stream into messages of `size` bytes. It refuses a stream that ends inside one, and to encode a message of
 * another size.
 *
 * ```text
 *   01 02 03 04 05 06            size 3
 *   `------' `------'
 *   message  message
 * ```
 *
 * @throws {RangeError} `size` is not a whole number from 1.
 *
 * @example
 * ```ts
 * import { fixed } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = fixed(2).decoder();
 * decoder.push(new Uint8Array([1, 2, 3]));
 * assert(decoder.next()?.join() === "1,2");
 * assert(decoder.next() === undefined);
 * ```
 */
export function fixed(size: number): Codec<Uint8Array> {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(
      `Cannot cut every ${size} bytes: the size is a whole number from 1`,
    );
  }
  return defineCodec<Uint8Array>(
    () => new FixedDecoder(size),
    (message, writer) => {
      if (requireBytes(message).length !== size) {
        throw new ProtocolError(
          `Cannot encode message: it has ${message.length} bytes, the protocol wants ${size}`,
          {
            code: "bad-length",
            side: "local",
            offset: 0,
            expected: `${size} bytes`,
            received: `${message.length} bytes`,
          },
        );
      }
      writer.bytes(message);
    },
  );
}

class FixedDecoder extends BufferedDecoder<Uint8Array> {
  readonly #size: number;

  constructor(size: number) {
    super();
    this.#size = size;
  }

  protected override missing(): string {
    return `its ${this.#size} bytes`;
  }

  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    buffer.expect(this.#size);
    return buffer.length < this.#size ? undefined : buffer.take(this.#size);
  }
}
