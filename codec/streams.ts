// This module is browser compatible.

import { ByteWriter } from "./bytes/byte_writer.ts";
import type { Codec, Decoder, Session } from "./codec.ts";

/** The two directions of one session, each as a transform stream. */
export interface SessionStreams<In, Out> {
  /** Chunks in, messages out. */
  readonly decode: TransformStream<Uint8Array<ArrayBuffer>, In>;
  /** Messages in, bytes out, one chunk a message. */
  readonly encode: TransformStream<Out, Uint8Array<ArrayBuffer>>;
}

/**
 * Makes a pair of transform streams of one session of a codec, whose directions may share state. What the protocol
 * answers of itself comes out of `encode`, between the messages. Each fails as {@linkcode decodeStream} and
 * {@linkcode encodeStream} do.
 *
 * @example Over Deno's own streams
 * ```ts
 * import { lines, sessionStreams } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * const { decode, encode } = sessionStreams(lines());
 * const bytes = new Blob(["one\ntwo\n"]).stream();
 * const echoed = bytes.pipeThrough(decode).pipeThrough(encode);
 * assert(await new Response(echoed).text() === "one\ntwo\n");
 * ```
 */
export function sessionStreams<In, Out>(codec: Codec<In, Out>): SessionStreams<In, Out> {
  const session = codec.session();
  let answers: TransformStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  const encode = encoded(session, (controller) => answers = controller);
  const { answer } = session;
  const decode = decoded(session.decoder, () => {
    if (!answer) return;
    const writer = new ByteWriter();
    answer.call(session, writer);
    if (writer.length > 0) answers?.enqueue(writer.finish());
  });
  return { decode, encode };
}

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
  return decoded(codec.decoder(), () => {});
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
): TransformStream<Out, Uint8Array<ArrayBuffer>> {
  return encoded(codec.session(), () => {});
}

function encoded<Out>(
  session: Session<unknown, Out>,
  start: (controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>) => void,
): TransformStream<Out, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    start,
    transform(message, controller) {
      const writer = new ByteWriter();
      session.encode(message, writer);
      controller.enqueue(writer.finish());
    },
  });
}

/** `asked` is called whenever the decoder was asked for a message. */
function decoded<In>(
  decoder: Decoder<In>,
  asked: () => void,
): TransformStream<Uint8Array<ArrayBuffer>, In> {
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
        asked();
        controller.enqueue(message);
      }
      asked();
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
