import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Codec } from "../codec/codec.ts";

/**
 * Bytes that many connections send: encoded once, held once, and written from where they stand. They must not change.
 *
 * What a codec encodes for one connection only, such as a WebSocket client's mask, cannot be shared.
 *
 * @example A hub that waits for nobody
 * ```ts
 * import { type Connection, lines, serve, SharedBytes } from "@parley/sockets";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec: lines() }, async (connection) => {
 *   for await (const line of connection) {
 *     const shared = SharedBytes.encode(lines(), [line]);
 *     for (const other of server.connections) if (!other.trySend(shared)) other.abort();
 *   }
 * });
 * ```
 */
export class SharedBytes {
  /** The bytes. */
  readonly buffer: Uint8Array<ArrayBuffer>;

  /** Takes bytes as they are. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.buffer = bytes;
  }

  /**
   * Encodes messages as a new session would, one behind the other.
   *
   * @throws {ProtocolError} The codec cannot say one of them.
   */
  static encode<Out>(codec: Codec<unknown, Out>, messages: readonly Out[]): SharedBytes {
    const session = codec.session();
    const writer = new ByteWriter();
    try {
      for (const message of messages) session.encode(message, writer);
    } finally {
      session.release?.();
    }
    return new SharedBytes(writer.finish());
  }

  /** How many they are. */
  get length(): number {
    return this.buffer.length;
  }
}
