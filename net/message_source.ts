import type { Decoder, Session } from "../codec/codec.ts";
import { ProtocolError } from "../codec/errors.ts";
import type { ConnectionCore } from "./connection_core.ts";
import { MessageQueue } from "./message_queue.ts";
import { sentAhead } from "./waiter.ts";

/** Gives the messages that have come, by the session in use, and lets the protocol say what it owes for them. */
export class MessageSource<In> {
  readonly #core: ConnectionCore<never>;
  readonly #read: { readonly bytesReceived: number };
  #session: Session<In, never>;
  /** Messages that were decoded before anybody asked for them; made where the session owes answers. */
  #ahead: MessageQueue<In> | undefined;
  /** Why nothing is decoded any more. */
  #gaveUp: { readonly error: unknown } | undefined;
  /** Bytes that were decoded by the codecs before this one. */
  #codecStart = 0;

  constructor(
    core: ConnectionCore<never>,
    { session, reader }: {
      session: Session<In, never>;
      reader: { readonly bytesReceived: number };
    },
  ) {
    this.#core = core;
    this.#session = session;
    this.#read = reader;
    if (session.answer) this.#ahead = new MessageQueue();
  }

  /** Decodes what comes. */
  get decoder(): Decoder<In> {
    return this.#session.decoder;
  }

  /** Holds what was decoded ahead of the program; undefined where nothing is. */
  get ahead(): MessageQueue<In> | undefined {
    return this.#ahead;
  }

  /** Returns the message that the program gets next, if it is there. */
  take(): In | undefined {
    return this.#ahead?.shift() ?? this.decode();
  }

  /** Returns the next message that was not decoded yet, if it is whole. */
  decode(): In | undefined {
    if (this.#gaveUp) throw this.#gaveUp.error;
    const { tracer } = this.#core;
    const { decoder } = this.#session;
    const from = tracer && decoder.offset;
    let message: In | undefined;
    try {
      message = decoder.next();
    } catch (error) {
      this.#core.answer();
      this.refuse(error);
      throw error;
    }
    if (this.#ahead) this.#core.answer();
    if (message === undefined) return undefined;
    tracer?.received(message, {
      from: this.#codecStart + (from ?? 0),
      to: decoder.offset === undefined
        ? this.#read.bytesReceived
        : this.#codecStart + decoder.offset,
    });
    return message;
  }

  /**
   * Decodes before the program asks, as far as the queue goes; says whether more has to be read for that.
   *
   * @throws {ProtocolError} What comes behind the messages that are queued breaks the protocol.
   */
  decodeAhead(): boolean {
    const ahead = this.#ahead;
    if (!ahead) return false;
    while (!ahead.isFull && !this.decoder.inBody) {
      const message = this.decode();
      if (message === undefined) return true;
      ahead.push(message);
    }
    return false;
  }

  /** Decodes nothing more, because a message was not whole in time, and tells the peer so in the words of the protocol. */
  giveUp(error: Error, ms: number): void {
    this.#gaveUp = { error };
    const { offset = 0 } = this.decoder;
    this.#core.refuse(
      new ProtocolError(error.message, {
        code: "head-late",
        side: "remote",
        offset,
        expected: `the rest of a head within ${ms} ms`,
        received: "a part of it",
        cause: error,
      }),
    );
  }

  /** Tells the peer in the words of the protocol that its bytes could not be decoded. */
  refuse(error: unknown): void {
    if (error instanceof ProtocolError) this.#core.refuse(error);
  }

  /**
   * Decodes by another session from the first byte that belongs to no message yet.
   *
   * @throws {TypeError} The decoder in use has no `rest()`.
   * @throws {ProtocolError} Messages of the protocol in use have come already.
   */
  switchTo(session: Session<In, never>, { ended }: { ended: boolean }): void {
    const { decoder } = this.#session;
    if (!decoder.rest) {
      throw new TypeError("Cannot switch codec: the decoder in use has no rest() to hand on");
    }
    if (this.#ahead?.length) throw sentAhead(this.#ahead.length, this.#codecStart);
    const rest = decoder.rest();
    this.#codecStart = this.#read.bytesReceived - rest.length;
    this.#session = session;
    this.#ahead = session.answer ? new MessageQueue() : undefined;
    if (rest.length > 0) session.decoder.push(rest);
    if (ended) session.decoder.end();
  }
}
