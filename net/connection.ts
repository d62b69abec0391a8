import { type Codec, limitOf, type Limits } from "../codec/mod.ts";
import type { Address } from "./address.ts";
import { type Cancel, type Clock, systemClock } from "./clock.ts";
import { deadlineOf, type Deadlines, requireMs } from "./deadlines.ts";
import { ClosedError, DeadlineError } from "./errors.ts";
import { Incoming } from "./incoming.ts";
import { Outgoing } from "./outgoing.ts";
import type { Rate } from "./token_bucket.ts";
import { type Trace, Tracer } from "./trace.ts";
import type { Transport } from "./transport.ts";

/** How a {@linkcode Connection} behaves. */
export interface ConnectionOptions {
  /** The number that logs and traces name it by. @default {0} */
  id?: number;
  /** How much it may hold. */
  limits?: Partial<Limits>;
  /** How long things may take. */
  deadlines?: Partial<Deadlines>;
  /** How fast the peer may send. */
  rate?: Rate;
  /**
   * Milliseconds of silence after which what came of a message counts as all of it, for peers that send no ending.
   * Needs a codec whose decoder has `flush`, such as `lines()`.
   */
  gapMs?: number;
  /** Sees all bytes, and the messages that they became. */
  trace?: Trace;
  /** Aborts the connection. */
  signal?: AbortSignal;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** How long {@linkcode Connection.receive} waits. */
export interface ReceiveOptions {
  /** Milliseconds to wait at most. @default {Infinity} */
  waitMs?: number;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** How long {@linkcode Connection.send} and {@linkcode Connection.flush} wait. */
export interface SendOptions {
  /** Ends the wait, not the sending. */
  signal?: AbortSignal;
}

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
 * const { hostname, port } = server.addr as Deno.NetAddr;
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
  readonly #transport: Transport;
  readonly #incoming: Incoming<In>;
  readonly #outgoing: Outgoing<Out>;
  readonly #clock: Clock;
  readonly #drainMs: number;
  readonly #tracer: Tracer | undefined;
  readonly #signal: AbortSignal | undefined;
  #finishing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #closed = false;
  #draining = false;
  #controller: AbortController | undefined;
  #onAbort: (() => void) | undefined;

  /**
   * Takes over a byte stream; it belongs to the connection from now on.
   *
   * @throws {RangeError} A limit, deadline or rate is none.
   */
  constructor(transport: Transport, codec: Codec<In, Out>, options: ConnectionOptions = {}) {
    const { id = 0, limits, deadlines, rate, gapMs, trace, signal, clock = systemClock } = options;
    this.id = id;
    this.#transport = transport;
    this.#clock = clock;
    this.#drainMs = deadlineOf("drainMs", deadlines?.drainMs);
    this.#signal = signal;
    if (trace) this.#tracer = new Tracer(trace, { id, now: () => clock.date() });
    const tracer = this.#tracer;
    const fail = (error: unknown) => this.abort(this.#reason("receive", error));
    this.#outgoing = new Outgoing<Out>(transport, {
      codec,
      clock,
      maxQueuedBytes: limitOf("maxQueuedBytes", limits?.maxQueuedBytes),
      writeMs: deadlineOf("writeMs", deadlines?.writeMs),
      tracer,
      fail,
      broken: (error) => this.#reason("send", error),
      progress: () => this.#incoming.touch(),
    });
    this.#incoming = new Incoming<In>(transport, {
      codec,
      clock,
      idleMs: deadlineOf("idleMs", deadlines?.idleMs),
      gapMs: gapMs === undefined ? undefined : requireMs("gapMs", gapMs),
      rate,
      tracer,
      flush: () => this.#outgoing.flush(),
      fail,
    });
    try {
      transport.setNoDelay?.(true);
    } catch {
      // The peer has gone already; the first read says so.
    }
    if (signal) {
      this.#onAbort = () => this.abort(signal.reason);
      if (signal.aborted) this.abort(signal.reason);
      else signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  /** The peer's end. */
  get remoteAddr(): Address {
    return this.#transport.remoteAddr;
  }
  /** Our end. */
  get localAddr(): Address {
    return this.#transport.localAddr;
  }
  /** Bytes that came in. */
  get bytesReceived(): number {
    return this.#incoming.bytesReceived;
  }
  /** Bytes that went out. */
  get bytesSent(): number {
    return this.#outgoing.bytesSent;
  }
  /** Bytes that wait to go out. */
  get queuedBytes(): number {
    return this.#outgoing.queuedBytes;
  }
  /** The connection is over, in both directions. */
  get closed(): boolean {
    return this.#closed;
  }
  /** Aborted when the connection should end: its server shuts down, or it is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#closed) this.#controller.abort(closedHere());
    if (this.#draining) this.#controller.abort(serverStops());
    return this.#controller.signal;
  }

  /**
   * Waits for the next message; `done` says that the peer has finished.
   *
   * @throws {ProtocolError} The peer sent something illegal.
   * @throws {DeadlineError} Nothing came for `idleMs`.
   * @throws {ClosedError} The connection broke.
   * @throws {TypeError} Another call is waiting.
   */
  next(): Promise<IteratorResult<In, undefined>> {
    return this.#incoming.next();
  }

  /** Ends an iteration; the connection stays as it is. */
  return(): Promise<IteratorResult<In, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The messages, as they come. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Waits for the next message, for a time; undefined says that the peer has finished. When time runs out or the
   * signal is aborted, nothing is lost: what comes later is for the next call.
   *
   * @throws {DeadlineError} No message came within `waitMs` (phase `receive`), or no byte within `idleMs`.
   * @throws {ProtocolError} The peer sent something illegal.
   * @throws {ClosedError} The connection broke.
   */
  async receive({ waitMs = Infinity, signal }: ReceiveOptions = {}): Promise<In | undefined> {
    signal?.throwIfAborted();
    const result = this.#incoming.next();
    if (waitMs === Infinity && !signal) return (await result).value;
    const cancel = this.#clock.wait(waitMs, () => {
      this.#incoming.withdraw()?.reject(new DeadlineError("receive", waitMs));
    });
    const stop = () => this.#incoming.withdraw()?.reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return (await result).value;
    } finally {
      cancel();
      signal?.removeEventListener("abort", stop);
    }
  }

  /**
   * Takes what came of the next message so far as all of it, though its ending is missing; undefined when nothing
   * came, or when the codec cannot.
   *
   * @throws {ProtocolError} The peer sent something illegal.
   */
  receivePartial(): In | undefined {
    return this.#incoming.flushPartial();
  }

  /**
   * Sends one message, whole or not at all. It leaves when no decoded message waits any more, at the latest on the
   * next turn of the event loop. The promise waits only while more than 64 KiB are queued.
   *
   * A rejection that nobody handles is not reported a second time: the connection's end says the same.
   *
   * @throws {ProtocolError} The codec cannot say this message; the connection goes on.
   * @throws {LimitError} More than `maxQueuedBytes` would wait; the connection is over.
   * @throws {DeadlineError} The peer took no byte for `writeMs`; the connection is over.
   * @throws {ClosedError} The connection is over.
   */
  send(message: Out, options?: SendOptions): Promise<void> {
    return this.#outgoing.send(message, options?.signal);
  }

  /** Waits until everything that was sent is with the system. @throws What `send` throws. */
  flush(options: SendOptions = {}): Promise<void> {
    return this.#outgoing.drained(options);
  }

  /**
   * Sends what waits, then says that no more will come (FIN). Messages of the peer can still be received. It may be
   * called again.
   *
   * @throws What `send` throws.
   */
  async closeWrite(options: SendOptions = {}): Promise<void> {
    if (!this.#finishing) await this.flush(options);
    await (this.#finishing ??= this.#finish());
  }

  /**
   * Speaks another protocol from the next byte on: what the peer has sent already and the codec in use has not given
   * out is decoded by the next one. It refuses to leave a codec whose decoder has no `rest`.
   *
   * @returns This connection, under its new type.
   * @throws {TypeError} The codec in use cannot be left.
   */
  switchTo<NextIn, NextOut>(codec: Codec<NextIn, NextOut>): Connection<NextIn, NextOut> {
    // From here on the two halves speak the next codec; only the type still names the first one.
    const next = this as unknown as Connection<NextIn, NextOut>;
    next.#incoming.switchTo(codec);
    next.#outgoing.codec = codec;
    return next;
  }

  /** Hands out what has arrived by now, then ends the messages; tells `signal`. A server does it at its shutdown. */
  drain(): void {
    this.#draining = true;
    this.#incoming.beginDrain();
    this.#controller?.abort(serverStops());
  }

  /**
   * Closes politely: sends what waits, says so (FIN), and reads what the peer still sends for up to `drainMs`, so that
   * the last answer is not lost to a reset. It never rejects, and may be called again.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#closePolitely();
  }

  /** Ends both directions at once; what waits to be sent is dropped. Who waits hears `reason`. */
  abort(reason: unknown = closedHere()): void {
    if (this.#closed) return;
    this.#end(reason);
  }

  /** Aborts. */
  [Symbol.dispose](): void {
    this.abort();
  }

  /** Closes politely. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #closePolitely(): Promise<void> {
    if (this.#closed) return;
    let cancel: Cancel | undefined;
    try {
      if (!this.#finishing) await this.#outgoing.drained();
      // The FIN of TLS waits for the peer too, so that its wait ends with this one.
      cancel = this.#clock.wait(this.#drainMs, () => this.#end(undefined));
      await (this.#finishing ??= this.#finish());
      await this.#incoming.linger();
    } catch {
      // The peer is gone, or took nothing within the write deadline: there is nobody left to be polite to.
    }
    cancel?.();
    this.#end(undefined);
  }

  async #finish(): Promise<void> {
    this.#outgoing.end(closedHere());
    this.#tracer?.note("we will send no more");
    try {
      await this.#transport.closeWrite();
    } catch (error) {
      throw this.#reason("send", error);
    }
  }

  #end(reason: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing.end(reason ?? closedHere());
    this.#incoming.end(reason);
    if (this.#onAbort) this.#signal?.removeEventListener("abort", this.#onAbort);
    try {
      this.#transport.close();
    } catch {
      // It was closed by whoever opened it.
    }
    this.#incoming.release();
    this.#tracer?.note("closed");
    this.#controller?.abort(reason ?? closedHere());
  }

  #reason(tried: string, error: unknown): unknown {
    const lost = error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.BrokenPipe ||
      error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.UnexpectedEof;
    if (!lost) return error;
    return new ClosedError(`Cannot ${tried}: the peer reset the connection`, {
      code: "connection-reset",
      by: "peer",
      cause: error,
    });
  }
}

function closedHere(): ClosedError {
  return new ClosedError("Cannot use the connection: it was closed here", {
    code: "connection-closed",
    by: "local",
  });
}

function serverStops(): ClosedError {
  return new ClosedError("Cannot go on: the server shuts down", {
    code: "connection-cut",
    by: "local",
  });
}
