// This module is browser compatible.

import type { Codec } from "./codec.ts";

/**
 * Makes a transform stream of a codec's decoder: chunks in, messages out. It fails with the decoder's
 * {@linkcode ProtocolError}, and with `unexpected-end` when the stream ends inside a message.
 *
 * @example
 * ```ts
 * import { decodeStream, lines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const bytes = new Blob(["one\ntwo\n"]).stream();
 * const got = await Array.fromAsync(bytes.pipeThrough(decodeStream(lines())));
 * assert(got.join() === "one,two");
 * ```
 */
export function decodeStream<In>(
  codec: Codec<In, never>,
): TransformStream<Uint8Array<ArrayBuffer>, In> {
  const decoder = codec.decoder();
  const { readable: chunks, writable } = new TransformStream<
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>
  >();
  const reader = chunks.getReader();
  let ended = false;
  let failure: unknown;
  /** Gives the messages that are whole, and says whether there were any. An error waits until they are taken. */
  function give(controller: ReadableStreamDefaultController<In>): boolean {
    let given = false;
    try {
      for (let message; (message = decoder.next()) !== undefined; given = true) {
        controller.enqueue(message);
      }
    } catch (error) {
      if (!given) throw error;
      failure = error;
    }
    return given;
  }
  async function more(): Promise<void> {
    const { done, value } = await reader.read();
    if (done) decoder.end();
    else decoder.push(value);
    ended = done;
  }
  const readable = new ReadableStream<In>({
    async pull(controller) {
      try {
        if (failure !== undefined) throw failure;
        while (!give(controller)) {
          if (ended) return controller.close();
          await more();
        }
      } catch (error) {
        await reader.cancel(error);
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { readable, writable };
}

/**
 * Makes a transform stream of a codec's encoder: messages in, bytes out, one chunk a message. It fails with what
 * `encode` throws.
 *
 * @example
 * ```ts
 * import { encodeStream, lines } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const bytes = ReadableStream.from(["one", "two"]).pipeThrough(encodeStream(lines()));
 * assert(await new Response(bytes).text() === "one\ntwo\n");
 * ```
 */
export function encodeStream<Out>(
  codec: Codec<unknown, Out>,
): TransformStream<Out, Uint8Array> {
  return new TransformStream({
    transform(message, controller) {
      controller.enqueue(codec.encode(message));
    },
  });
}
