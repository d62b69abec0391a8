// This module is browser compatible.

import { requireNames } from "./arguments.ts";
import { ByteWriter } from "./bytes/byte_writer.ts";
import type { Codec, Decoder, Session } from "./codec.ts";
import { LimitError } from "./errors.ts";
import { requireLimit } from "./limits.ts";

/** The two directions of one session, each as a transform stream. */
export interface SessionStreams<In, Out> {
  /** Chunks in, messages out. */
  readonly decode: TransformStream<Uint8Array<ArrayBuffer>, In>;
  /** Messages in, bytes out, one chunk a message. */
  readonly encode: TransformStream<Out, Uint8Array<ArrayBuffer>>;
}

/** How {@linkcode sessionStreams} limits. */
export interface SessionStreamsOptions {
  /** Bytes of the protocol's own answers that may wait until `encode` is read. @default {16777216} */
  maxQueuedBytes?: number;
}

const MAX_QUEUED_BYTES = 16 * 1024 * 1024;

/**
 * Makes a pair of transform streams of one session of a codec, whose directions may share state. What the protocol
 * answers of itself comes out of `encode`, between the messages. Each fails as {@linkcode decodeStream} and
 * {@linkcode encodeStream} do; once `encode` is closed, cancelled or failed, answers are dropped and `decode` goes on.
 *
 * `decode` never waits for `encode` to be read: who reads both in turn would wait for ever. So where answers wait that
 * nobody reads, it fails with a {@linkcode LimitError} instead, as a connection does.
 *
 * @throws {RangeError} `maxQueuedBytes` is no limit.
 *
 * @example Over the platform's own streams
 * ```ts
 * import { lines, sessionStreams } from "@parley/sockets/codec";
 * import { assert } from "@std/assert";
 * const { decode, encode } = sessionStreams(lines());
 * const bytes = new Blob(["one\ntwo\n"]).stream();
 * const echoed = bytes.pipeThrough(decode).pipeThrough(encode);
 * assert(await new Response(echoed).text() === "one\ntwo\n");
 * ```
 */
export function sessionStreams<In, Out>(
  codec: Codec<In, Out>,
  options: SessionStreamsOptions = {},
): SessionStreams<In, Out> {
  requireNames(options, { what: "options of sessionStreams()", names: ["maxQueuedBytes"] });
  const max = requireLimit("maxQueuedBytes", options.maxQueuedBytes ?? MAX_QUEUED_BYTES);
  const session = codec.session();
  if (!session.answer) {
    return { decode: decoded(session.decoder, () => {}), encode: encoded(session) };
  }
  const encode = new AnsweringStream(session, max);
  return { decode: decoded(session.decoder, () => encode.answer()), encode };
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
 * const got: string[] = [];
 * for await (const line of bytes.pipeThrough(decodeStream(lines()))) got.push(line);
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
 * const { readable, writable } = encodeStream(lines());
 * const writer = writable.getWriter();
 * void writer.write("one");
 * void writer.close();
 * assert(await new Response(readable).text() === "one\n");
 * ```
 */
export function encodeStream<Out>(
  codec: Codec<unknown, Out>,
): TransformStream<Out, Uint8Array<ArrayBuffer>> {
  return encoded(codec.session());
}

function encoded<Out>(
  session: Session<unknown, Out>,
): TransformStream<Out, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(message, controller) {
      const writer = new ByteWriter();
      session.encode(message, writer);
      controller.enqueue(writer.finish());
    },
  });
}

/** Encodes as it is read, and puts the answers where they were owed; those that nobody reads wait as one chunk. */
class AnsweringStream<Out> implements TransformStream<Out, Uint8Array<ArrayBuffer>> {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Out>;
  readonly #session: Session<unknown, Out>;
  readonly #maxQueuedBytes: number;
  #answers = new ByteWriter();
  #source!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #sink!: WritableStreamDefaultController;
  /** Somebody waits for a chunk; then no answers wait. */
  #wanted = false;
  /** Lets a message be encoded that waited to be wanted. */
  #wake = () => {};
  #over = false;

  constructor(session: Session<unknown, Out>, maxQueuedBytes: number) {
    this.#session = session;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#source = controller),
      pull: () => this.#want(),
      cancel: (reason) => {
        this.#end();
        this.#sink.error(reason);
      },
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Out>({
      start: (controller) => {
        this.#sink = controller;
        controller.signal.addEventListener("abort", () => this.#wake());
      },
      write: (message) => this.#encode(message),
      close: () => {
        // What is still owed was owed before the end.
        if (this.#over) return;
        if (this.#answers.length > 0) this.#giveAnswers();
        this.#end();
        this.#source.close();
      },
      abort: (reason) => this.#fail(reason),
    });
  }

  /** Takes what the session owes. @throws {LimitError} Too many answers wait to be read. */
  answer(): void {
    const { length: before } = this.#answers;
    this.#session.answer?.(this.#answers);
    const { length } = this.#answers;
    if (length === before) return;
    // It is asked all the same, or it would keep what it owes.
    if (this.#over) this.#answers.length = 0;
    else if (this.#wanted) this.#giveAnswers();
    else if (length > this.#maxQueuedBytes) {
      this.#answers.length = before;
      throw new LimitError("Cannot answer", {
        limit: "maxQueuedBytes",
        max: this.#maxQueuedBytes,
        got: length,
        unit: "bytes",
      });
    }
  }

  #want(): void {
    if (this.#answers.length > 0) return this.#giveAnswers();
    this.#wanted = true;
    this.#wake();
  }

  async #encode(message: Out): Promise<void> {
    const { signal } = this.#sink;
    while (!this.#wanted && !this.#over && !signal.aborted) {
      await new Promise<void>((resolve) => void (this.#wake = resolve));
    }
    if (this.#over || signal.aborted) return;
    try {
      const writer = new ByteWriter();
      this.#session.encode(message, writer);
      this.#give(writer);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #giveAnswers(): void {
    const writer = this.#answers;
    this.#answers = new ByteWriter();
    this.#give(writer);
  }

  #give(writer: ByteWriter): void {
    // Who takes the chunk may ask for the next one in this very call.
    this.#wanted = false;
    this.#source.enqueue(writer.finish());
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.#end();
    this.#source.error(error);
  }

  #end(): void {
    this.#over = true;
    this.#answers.length = 0;
    this.#wake();
  }
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
      let message: In | undefined;
      do {
        try {
          message = decoder.next();
          if (message === undefined) continue;
          controller.enqueue(message);
          given = true;
        } finally {
          // What is owed is owed in front of an error too; and a message is not lost with it.
          asked();
        }
      } while (message !== undefined);
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
