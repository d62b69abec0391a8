// This module is browser compatible.

import { requireBytes } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";
import { type Codec, defineCodec } from "./codec.ts";

/**
 * No framing at all: gives the bytes as they arrive, in pieces of any size, and writes bytes as they are. For a proxy, or
 * to look at what comes first (`connection.peek`) before `switchTo`. It refuses nothing that a peer sends, and never gives
 * a piece without a byte.
 *
 * ```text
 *   68 69                        bytes(): one piece "hi", or "h" and "i"
 * ```
 *
 * @example
 * ```ts
 * import { bytes } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = bytes().decoder();
 * decoder.push(new Uint8Array([104, 105]));
 * assert(decoder.next()?.join() === "104,105");
 * ```
 */
export function bytes(): Codec<Uint8Array> {
  return defineCodec<Uint8Array>(
    () => new RawDecoder(),
    {
      encode: (piece, writer) => writer.bytes(requireBytes(piece)),
      encodeHead: (piece) => requireBytes(piece),
    },
  );
}

class RawDecoder extends BufferedDecoder<Uint8Array> {
  protected override decode(buffer: ReceiveBuffer): Uint8Array | undefined {
    return buffer.length === 0 ? undefined : buffer.take(buffer.length);
  }
}
