import { requireCodec } from "../codec/arguments.ts";
import type { Codec } from "../codec/codec.ts";
import type { ProtocolError } from "../codec/errors.ts";
import type { Address } from "./address.ts";
import { requireTransport } from "./arguments.ts";
import { dropLarge, releaseLarge, takeLarge } from "./buffers.ts";
import type {
  ConnectionOptions,
  FlushOptions,
  PeekOptions,
  ReceiveOptions,
  SendOptions,
  SwitchOptions,
  TrySendOptions,
} from "./connection_options.ts";
import { requireWaitMs } from "./deadlines.ts";
import { Duplex } from "./duplex.ts";
import { closedHere, DeadlineError } from "./errors.ts";
import { messagesOf, sinkOf } from "./message_streams.ts";
import { forgettable } from "./rejection.ts";
import type { SharedBytes } from "./shared_bytes.ts";
import type { Transport } from "./transport.ts";

const NO_OPTIONS: SendOptions = {};

/**
 * Messages over a byte stream: an async iterable of what the peer sends, with `send` for the other direction. It reads
 * only while somebody waits for a message, so a slow reader slows the peer down. What is sent while messages are still
 * waiting leaves in one write. It refuses bytes and messages that its codec refuses, and everything past its limits
 * and deadlines.
 *
 * `await using` closes politely; `using` aborts.
 *
 * @example
 * ```ts
 * import { Connection, lines, serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * await using server = serve(Deno.listen({ hostname: "127.0.0.1", port: 0 }), { codec: lines() },
 *   async (connection) => {
 *     for await (const line of connection) await connection.send(line.toUpperCase());
 *   });
 * const { hostname, port } = server.addr;
 *
 * await using connection = new Connection(await Deno.connect({ hostname, port }), lines());
 * await connection.send("hello");
 * assert(await connection.receive() === "HELLO");
 * ```
 */
export class Connection<In, Out = In>
  implements AsyncIterableIterator<In, undefined>, Disposable, AsyncDisposable {
  /** The number that logs and traces name it by. */
  readonly id: number;
  readonly #duplex: Duplex<In, Out>;
  #readable: ReadableStream<In> | undefined;
  #writable: WritableStream<Out> | undefined;

  /**
   * Takes over a byte stream; it belongs to the connection from now on.
   *
   * @throws {TypeError} The codec or the transport is none, or an option has a name that nobody looks at.
   * @throws {RangeError} A limit, deadline or rate is none.
   */
  constructor(transport: Transport, codec: Codec<In, Out>, options: ConnectionOptions = {}) {
    this.id = options.id ?? 0;
    this.#duplex = new Duplex(requireTransport(transport), requireCodec(codec), options);
  }

  // What most programs need: the messages, send, close.

  /** The messages, as they come: `for await (const message of connection)`. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Sends one message, whole or not at all. The promise waits only while more than 64 KiB are queued.
   *
   * What was sent leaves in one write: when the program waits for the next message, and those that arrived on this turn
   * of the event loop for other connections are handed out too; otherwise on the next turn. Where more than 64
   * connections have something to write on one turn, the others follow on the turns after it. `flush`, `sendBytes`,
   * `closeWrite` and `close` write at once.
   *
   * A rejection that nobody handles is not reported a second time: the connection's end says the same.
   *
   * @throws {ProtocolError} The codec cannot say this message; as with anything else that its `encode` throws, the
   * connection goes on.
   * @throws {LimitError} More than `maxQueuedBytes` would wait; the connection is over.
   * @throws {DeadlineError} The peer took no byte for `writeMs`; the connection is over.
   * @throws {ClosedError} The connection is over, or a close has begun.
   */
  send(message: Out, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#duplex.outgoing.send(message, options);
  }

  /**
   * Waits for the next message, for a time; undefined says that the peer has finished. When time runs out or the
   * signal is aborted, nothing is lost: what comes later is for the next call. Each call counts silence anew, so one
   * whose `waitMs` is shorter than `idleMs` never meets that.
   *
   * @throws {DeadlineError} No message came within `waitMs` (phase `receive`; not with `partial`), or no byte within
   * `idleMs`.
   * @throws {ProtocolError} The peer sent something illegal.
   * @throws {ClosedError} The connection broke.
   * @throws {RangeError} `waitMs` is neither a number from 0 nor `Infinity`.
   */
  receive(options: ReceiveOptions = {}): Promise<In | undefined> {
    return forgettable(this.#receive(options));
  }

  /**
   * Returns a message that has arrived already, without waiting; undefined where there is none yet, or another call waits.
   * With it a program takes together what came together.
   *
   * @throws {ProtocolError} The peer sent something illegal.
   */
  tryReceive(): In | undefined {
    return this.#duplex.incoming.takeWhole();
  }

  /**
   * Closes politely: sends what waits and what the protocol says at the end, then FIN, and reads what the peer still
   * sends for up to `drainMs`, so that the last answer is not lost to a reset. It never rejects, and may be called again.
   */
  close(): Promise<void> {
    return this.#duplex.close();
  }

  /** Ends both directions at once; what waits to be sent is dropped. Who waits hears `reason`. */
  abort(reason: unknown = closedHere()): void {
    this.#duplex.end(reason);
  }

  /** Aborted when the connection should end: its server shuts down, or it is over. */
  get signal(): AbortSignal {
    return this.#duplex.signal;
  }

  // Who it is, and how much passed.

  /** The peer's end. */
  get remoteAddr(): Address {
    return this.#duplex.transport.remoteAddr;
  }
  /** Our end. */
  get localAddr(): Address {
    return this.#duplex.transport.localAddr;
  }
  /** Bytes that came in. */
  get bytesReceived(): number {
    return this.#duplex.incoming.bytesReceived;
  }
  /** Bytes that went out. */
  get bytesSent(): number {
    return this.#duplex.bytesSent;
  }
  /** Bytes that wait to go out. */
  get queuedBytes(): number {
    return this.#duplex.queuedBytes;
  }
  /** The connection is over, in both directions. */
  get closed(): boolean {
    return this.#duplex.closed;
  }

  // One direction at a time.

  /**
   * Takes bytes that many connections send, and waits for nothing. They leave at once where nothing else waits, or with what
   * waits; where many are sent to on one turn of the event loop, on one of the next turns. False says that nothing was
   * taken: more than `maxQueuedBytes` would wait (alone in the queue any size may), a close has begun, or the connection
   * is over.
   */
  trySend(shared: SharedBytes, options?: TrySendOptions): boolean {
    return this.#duplex.outgoing.trySend(shared, options);
  }

  /**
   * Is called when few bytes wait again (at most 16 KiB), after `trySend` has said false because too much did. Nothing is
   * made for it: a hub with thousands of subscribers needs no promise for each. What it throws ends no connection.
   */
  get onLowWater(): (() => void) | undefined {
    return this.#duplex.outgoing.onLowWater;
  }
  set onLowWater(listener: (() => void) | undefined) {
    this.#duplex.outgoing.onLowWater = listener;
  }

  /** Waits until everything that was sent is with the system. @throws What `send` throws. */
  flush(options: FlushOptions = {}): Promise<void> {
    return this.#duplex.outgoing.drained(options);
  }

  /**
   * Sends what waits, then says that no more will come (FIN). Messages of the peer can still be received. It may be
   * called again.
   *
   * @throws What `send` throws.
   */
  closeWrite(options: FlushOptions = {}): Promise<void> {
    return this.#duplex.closeWrite(options.signal);
  }

  /** A read is under way, so that silence is the peer's: where the program is busy and enough waits, nothing is read. */
  get isReading(): boolean {
    return this.#duplex.incoming.reader.isReading;
  }

  /**
   * Reads and decodes ahead though nobody waits for a message, as far as the queue goes: for a protocol that answers by
   * itself, and a program that only sends. With any other it does nothing.
   */
  readAhead(): void {
    this.#duplex.incoming.askAhead();
  }

  /** Its server shuts down, or `drain` was called: the messages end soon. */
  get draining(): boolean {
    return this.#duplex.draining;
  }

  /** Hands out what has arrived by now, then ends the messages; tells `signal`. A server does it at its shutdown. */
  drain(): void {
    this.#duplex.drain();
  }

  // Streams, for `pipeTo` and `pipeThrough`.

  /**
   * The messages as a stream, which reads only as fast as it is read. It closes when the peer has finished, and the other
   * direction goes on; cancelling it aborts the connection. Not to be used beside `for await` or `receive`.
   */
  get readable(): ReadableStream<In> {
    return this.#readable ??= messagesOf(this);
  }

  /**
   * A stream of messages to send, which waits where `send` waits. Closing it is `closeWrite`, so the peer can still
   * answer; aborting it aborts the connection.
   */
  get writable(): WritableStream<Out> {
    return this.#writable ??= sinkOf(this);
  }

  // Bodies that are too large to be messages, past the codec and without a copy.

  /**
   * Reads the next piece of the body that the last message announced, straight into `into`: without a copy, and at most
   * to the body's end. 0 says that the body is over. It needs a codec that streams bodies; with any other there is
   * none to read. Who does not read a body gets it as messages.
   *
   * Until the promise settles `into` is the kernel's, and after a rejection the system may still write into it.
   *
   * @throws {ProtocolError} The peer finished before the body's end, or the body is broken.
   * @throws {DeadlineError} Nothing came for `idleMs`.
   * @throws {ClosedError} The connection broke.
   * @throws {TypeError} `into` has no room, or another call is waiting.
   */
  readBody(into: Uint8Array): Promise<number> {
    return this.#duplex.incoming.readBody(into);
  }

  /** Reads what is left of the body, and drops it, without holding more than 64 KiB. @throws What `readBody` throws. */
  skipBody(): Promise<void> {
    return forgettable(this.#skipBody());
  }

  async #skipBody(): Promise<void> {
    const into = takeLarge();
    try {
      while (await this.readBody(into) > 0);
    } catch (error) {
      // The system may still write into it, so it goes to nobody else.
      dropLarge();
      throw error;
    }
    releaseLarge(into);
  }

  /**
   * Sends bytes as they are, behind what was sent before, without a copy: they must not change before the promise is
   * fulfilled, which is when the system has taken them; after a rejection the system may still look at them. What is
   * sent meanwhile follows them. For large messages that are encoded already: they count in `queuedBytes`, and not
   * against `maxQueuedBytes`.
   *
   * @throws What `send` throws when the connection is over.
   */
  sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#duplex.outgoing.sendBytes(bytes);
  }

  // For protocols that begin, change or break off in the middle.

  /**
   * Returns a copy of the first `count` bytes that belong to no message yet, without taking them: fewer only where the
   * stream ends before. It tells one protocol from another, before `switchTo`.
   *
   * @throws {DeadlineError} They did not come within `waitMs` (phase `receive`), or nothing came for `idleMs`.
   * @throws {ClosedError} The connection broke.
   * @throws {TypeError} The codec's decoder has no `peek`, or another call is waiting.
   * @throws {RangeError} `waitMs` is neither a number from 0 nor `Infinity`.
   */
  peek(count: number, options: PeekOptions = {}): Promise<Uint8Array> {
    return forgettable(this.#peek(count, options));
  }

  /**
   * Speaks another protocol from the next byte on: what the peer has sent already and the codec in use has not given
   * out is decoded by the next one. It refuses to leave a codec whose decoder has no `rest`. The offsets in the next
   * codec's errors count from the switch.
   *
   * @returns This connection, under its new type.
   * @throws {TypeError} The codec in use cannot be left.
   * @throws {ProtocolError} The protocol in use answers by itself, so that it decodes ahead, and messages of it have come.
   */
  switchTo<NextIn, NextOut>(
    codec: Codec<NextIn, NextOut>,
    options: SwitchOptions = {},
  ): Connection<NextIn, NextOut> {
    this.#duplex.switchTo(requireCodec(codec), options);
    // It speaks the next codec now; only its type still names the first one.
    return this as unknown as Connection<NextIn, NextOut>;
  }

  /**
   * Takes what came of the next message so far as all of it, though its ending is missing; undefined when nothing
   * came, or when the codec cannot.
   *
   * @throws {ProtocolError} The peer sent something illegal.
   */
  receivePartial(): In | undefined {
    return this.#duplex.incoming.flushPartial();
  }

  /**
   * Turns the peer down in the words of the protocol, where it has some; nothing can be sent after them. The kernel does
   * it by itself when bytes cannot be decoded, or when a server is full.
   */
  refuse(error: ProtocolError): void {
    this.#duplex.refuse(error);
  }

  async #peek(count: number, options: PeekOptions): Promise<Uint8Array> {
    if (options.waitMs !== undefined) requireWaitMs("waitMs", options.waitMs);
    return await this.#duplex.incoming.peek(count, options);
  }

  async #receive({ waitMs = Infinity, partial = false, signal }: ReceiveOptions): Promise<
    In | undefined
  > {
    requireWaitMs("waitMs", waitMs);
    signal?.throwIfAborted();
    const { incoming } = this.#duplex;
    if (waitMs === Infinity && !signal) return (await incoming.next()).value;
    try {
      return (await incoming.nextWithin(waitMs, signal)).value;
    } catch (error) {
      const isLate = error instanceof DeadlineError && error.phase === "receive";
      if (partial && isLate) return this.receivePartial();
      throw error;
    }
  }

  // What `for await` and `using` call.

  /**
   * Waits for the next message; `done` says that the peer has finished.
   *
   * @throws {ProtocolError} The peer sent something illegal.
   * @throws {DeadlineError} Nothing came for `idleMs`.
   * @throws {ClosedError} The connection broke.
   * @throws {TypeError} Another call is waiting.
   */
  next(): Promise<IteratorResult<In, undefined>> {
    return this.#duplex.incoming.next();
  }

  /** Ends an iteration; the connection stays as it is. */
  return(): Promise<IteratorResult<In, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Aborts. */
  [Symbol.dispose](): void {
    this.abort();
  }

  /** Closes politely. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
