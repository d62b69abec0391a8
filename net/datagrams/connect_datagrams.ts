import { requireNames } from "../../codec/arguments.ts";
import { copyOf } from "../../codec/bytes/memory.ts";
import { type DatagramCodec, requireDatagramCodec } from "../../codec/datagram_codec.ts";
import { onAbort } from "../abort_listener.ts";
import { formatAddress } from "../address.ts";
import { type CancelWait, type Clock, systemClock } from "../clock.ts";
import { requireWaitMs } from "../deadlines.ts";
import { ClosedError, closedHere, DeadlineError, messageOf } from "../errors.ts";
import { requireKinds } from "../option_kinds.ts";
import { forgettable, rejected } from "../rejection.ts";
import { safeListener } from "../safe_listener.ts";
import type { Trace } from "../trace.ts";
import { Tracer } from "../tracer.ts";
import { closeQuietly } from "../transport.ts";
import { alreadyWaiting, DONE, Waiter } from "../waiter.ts";
import { type AskOptions, Asks } from "./asks.ts";
import {
  type DatagramDropReason,
  type DatagramDrops,
  type DatagramEvent,
  Drops,
} from "./events.ts";
import { type DatagramLimits, datagramLimits } from "./limits.ts";
import { boundAddress, foldedAddr, foldedHost, isSameHost, requirePeer } from "./peer_address.ts";
import { DatagramReceiver } from "./receiver.ts";
import { DatagramSender, type DatagramSendOptions } from "./sender.ts";
import type { DatagramAddress, DatagramTransport } from "./transport.ts";

/** How {@linkcode connectDatagrams} talks. */
export interface DatagramConnectOptions<In, Out = In> {
  /** What the peer speaks. */
  codec: DatagramCodec<In, Out>;
  /** Whom to talk to: an IP address and a port. */
  peer: DatagramAddress;
  /** How much there may be of everything; those of sessions mean nothing here. */
  limits?: Partial<DatagramLimits>;
  /** Ends it. */
  signal?: AbortSignal;
  /** Hears of datagrams that are dropped, and of failures to receive. @default nobody does */
  onEvent?: (event: DatagramEvent) => void;
  /** Takes every datagram, and the message that it became. @default nothing is traced */
  trace?: Trace;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** How {@linkcode DatagramConnection.receive} waits. */
export interface DatagramReceiveOptions {
  /** How long, in milliseconds. @default {Infinity} */
  waitMs?: number;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** What a client of datagrams has seen so far. */
export interface DatagramConnectionCounts {
  /** Datagrams that came, those that were dropped too. */
  readonly received: number;
  /** Datagrams that the system took. */
  readonly sent: number;
  /** Datagrams that the system did not take. */
  readonly sendFailed: number;
  /** Times that the system said that nobody listens at the peer's address. */
  readonly unreachable: number;
  /** Datagrams that were dropped, by their reasons. */
  readonly dropped: Readonly<DatagramDrops>;
}

/** What {@linkcode connectDatagrams} returns: a socket that talks to one peer; datagrams from others are dropped. */
export class DatagramConnection<In, Out = In> implements AsyncIterable<In>, Disposable {
  /** Where it is bound. */
  readonly localAddr: Deno.NetAddr;
  /** Whom it talks to. */
  readonly remoteAddr: Deno.NetAddr;
  readonly #codec: DatagramCodec<In, Out>;
  readonly #clock: Clock;
  readonly #limits: DatagramLimits;
  readonly #to: Deno.NetAddr;
  readonly #receiver: DatagramReceiver;
  readonly #sender: DatagramSender<Out>;
  readonly #asks: Asks<In>;
  readonly #drops: Drops;
  readonly #tracer: Tracer | undefined;
  readonly #endListening: () => void;
  #queue: { message: In; bytes: number }[] = [];
  #queuedBytes = 0;
  #waiting: Waiter<In> | undefined;
  #received = 0;
  #unreachable = 0;
  /** Why it is over. */
  #over: { readonly error: unknown } | undefined;

  /** Use {@linkcode connectDatagrams}. */
  constructor(transport: DatagramTransport, options: DatagramConnectOptions<In, Out>) {
    this.localAddr = boundAddress(transport);
    this.#codec = requireDatagramCodec(options.codec);
    const { clock = systemClock, trace, signal } = options;
    this.#clock = clock;
    this.#limits = datagramLimits(options.limits);
    this.#to = requirePeer(options.peer, { boundTo: this.localAddr.hostname });
    this.remoteAddr = foldedAddr(this.#to);
    const report = safeListener(options.onEvent, { name: "onEvent" });
    this.#drops = new Drops({ clock, report });
    this.#sender = new DatagramSender(transport, { codec: this.#codec, limits: this.#limits });
    const { maxPendingAsks, maxDatagramBytes } = this.#limits;
    this.#asks = new Asks({ clock, maxPendingAsks });
    this.#tracer = trace && new Tracer(trace, { id: 0, now: () => clock.date() });
    this.#receiver = new DatagramReceiver(transport, {
      clock,
      maxDatagramBytes,
      arrived: (bytes, from, isOwned) => this.#arrived(bytes, from, isOwned),
      unreachable: (cause) => this.#refused(cause),
      failed: (error, retryMs) => report({ type: "receive-failed", error, retryMs }),
    });
    void this.#receiver.finished.then(() => this.#end(closedHere()));
    this.#endListening = onAbort(signal, () => this.#end(signal?.reason));
  }

  /** What it has seen so far. */
  get counts(): DatagramConnectionCounts {
    return {
      received: this.#received,
      unreachable: this.#unreachable,
      ...this.#sender.counts,
      dropped: { ...this.#drops.counts },
    };
  }

  /**
   * Sends a message. That it was sent says nothing of whether it arrived. The promise may be forgotten.
   *
   * @throws {LimitError} It is larger than `maxDatagramBytes`, or too much is on its way out; nothing was sent.
   * @throws {ProtocolError} The codec cannot say it.
   * @throws {Deno.errors.ConnectionRefused} Nobody listens there, where the system tells; the next send is tried anew.
   * @throws {ClosedError} It was closed.
   */
  send(message: Out, options?: DatagramSendOptions): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    return forgettable(this.#send(message, options));
  }

  /**
   * Returns the next message from the peer; undefined where it was closed.
   *
   * @throws {DeadlineError} None came within `waitMs`.
   * @throws {Deno.errors.ConnectionRefused} Nobody listens there, where the system tells.
   * @throws The reason of `signal`, and of the connection's own.
   */
  receive(options: DatagramReceiveOptions = {}): Promise<In | undefined> {
    return forgettable(this.#receive(options));
  }

  /**
   * Sends a message, and again where no reply comes. The promise may be forgotten.
   *
   * What was sent more than once may be answered as often, a little later: what says the same as the answer again is dropped
   * as `late`. Until those replies have come, or could have, a call without `isReply` waits before it sends, and its time
   * begins then: it does not take the answer to another question. Where the system tells that nobody listens, the message is
   * sent again like one that is not answered, for as often as `retries` says.
   *
   * @throws {DeadlineError} No reply came in time, nor after the retries.
   * @throws {Deno.errors.ConnectionRefused} Nobody listens there, where the system tells.
   * @throws As {@linkcode DatagramConnection.send}.
   */
  ask(message: Out, options: AskOptions<In> = {}): Promise<In> {
    if (this.#over) return rejected(this.#over.error);
    return this.#asks.ask({ peer: this.remoteAddr, send: () => this.#send(message), options });
  }

  /** Closes the socket: receives that wait end. May be called again. */
  close(): void {
    this.#end(closedHere());
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Returns the messages; one iteration goes on where another one ended. It ends when the connection is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return {
      next: () => this.#next(),
      return: () => Promise.resolve(DONE),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #send(message: Out, options?: DatagramSendOptions): Promise<void> {
    try {
      await this.#sender.send(message, this.#to, { ...options, tracer: this.#tracer });
    } catch (error) {
      throw error instanceof Deno.errors.ConnectionRefused ? this.#nobodyListens(error) : error;
    }
  }

  async #receive({ waitMs = Infinity, signal }: DatagramReceiveOptions): Promise<In | undefined> {
    requireWaitMs("waitMs", waitMs);
    signal?.throwIfAborted();
    const next = this.#next();
    const waiting = this.#waiting;
    let cancel: CancelWait = () => {};
    const giveUp = (error: unknown) => {
      if (this.#waiting !== waiting) return;
      this.#waiting = undefined;
      waiting?.reject(error);
    };
    if (waiting) {
      cancel = this.#clock.wait(
        waitMs,
        () => giveUp(new DeadlineError("receive", waitMs, { peer: this.remoteAddr })),
      );
    }
    const endListening = onAbort(signal, () => giveUp(signal?.reason));
    try {
      return (await next).value;
    } finally {
      cancel();
      endListening();
    }
  }

  #next(): Promise<IteratorResult<In, undefined>> {
    const first = this.#queue.shift();
    if (first) {
      this.#queuedBytes -= first.bytes;
      return Promise.resolve({ done: false, value: first.message });
    }
    if (this.#over) return this.#ended(this.#over.error);
    if (this.#waiting) return alreadyWaiting();
    this.#waiting = new Waiter();
    return this.#waiting.result;
  }

  /** A close of ours is an end; the caller's signal is an error. */
  #ended(error: unknown): Promise<IteratorResult<In, undefined>> {
    return isClosedHere(error) ? Promise.resolve(DONE) : rejected(error);
  }

  #arrived(bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr, isOwned: boolean): void {
    this.#received++;
    const isPeer = from.port === this.remoteAddr.port &&
      isSameHost(foldedHost(from.hostname), this.remoteAddr.hostname);
    if (!isPeer) return this.#drop("stranger", from);
    const { maxDatagramBytes, maxQueuedMessages, maxQueuedBytes } = this.#limits;
    if (bytes.length > maxDatagramBytes) return this.#drop("too-large", from);
    const owned = isOwned ? bytes : copyOf(bytes);
    let message: In;
    try {
      message = this.#codec.decode(owned);
    } catch (error) {
      return this.#drop("undecodable", from, messageOf(error));
    }
    if (this.#tracer) {
      this.#tracer.bytes("received", owned);
      const { receivedBytes: to } = this.#tracer;
      this.#tracer.received(message, { from: to - owned.length, to });
    }
    const asked = this.#asks.isIdle
      ? undefined
      : this.#asks.take({ message, bytes, isForNobody: false, from: this.remoteAddr });
    if (asked === "late") return this.#drop("late", from);
    if (asked === "reply") return;
    if (this.#waiting) {
      this.#waiting.resolve({ done: false, value: message });
      this.#waiting = undefined;
      return;
    }
    const isFull = this.#queue.length >= maxQueuedMessages ||
      (this.#queuedBytes > 0 && this.#queuedBytes + owned.length > maxQueuedBytes);
    if (isFull) return this.#drop("queue", from);
    this.#queue.push({ message, bytes: owned.length });
    this.#queuedBytes += owned.length;
  }

  #drop(reason: DatagramDropReason, from: Deno.NetAddr, detail = ""): void {
    this.#drops.add(reason, { address: foldedAddr(from), detail });
  }

  #refused(cause: unknown): void {
    this.#unreachable++;
    const error = this.#nobodyListens(cause);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#asks.refused(error);
  }

  #nobodyListens(cause: unknown): Error {
    const where = formatAddress(this.remoteAddr);
    return new Deno.errors.ConnectionRefused(`Cannot reach ${where}: nobody listens there`, {
      cause,
    });
  }

  #end(error: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#endListening?.();
    this.#asks.close(error);
    this.#sender.close(error);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (isClosedHere(error)) waiting?.resolve(DONE);
    else waiting?.reject(error);
    this.#receiver.stop();
    this.#drops.flush();
  }
}

/**
 * Talks to one peer by datagrams: what comes from elsewhere is dropped and counted. It stands at once, because UDP has no
 * handshake: only an answer says that somebody is there. Where the system tells that nobody is (Node; Deno never does),
 * what waits is rejected with that, and the next send is tried anew.
 *
 * The socket belongs to the connection from now on, and is closed as well where an option is refused.
 *
 * @throws {TypeError} The socket, the codec, the peer or another option is none, or an option or limit has a name that
 * nobody looks at.
 * @throws {RangeError} A limit is none.
 *
 * @example
 * ```ts
 * import { connectDatagrams, rawDatagrams, serveDatagrams, textDatagrams } from "@parley/sockets/datagrams";
 * import { assertEquals } from "@std/assert";
 * const bind = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
 * await using server = serveDatagrams(bind(), { codec: rawDatagrams() }, async (session) => {
 *   for await (const message of session) await session.send(message);
 * });
 * using connection = await connectDatagrams(bind(), { codec: textDatagrams(), peer: server.addr });
 * assertEquals(await connection.ask("hello"), "hello");
 * ```
 */
export async function connectDatagrams<In, Out = In>(
  socket: DatagramTransport,
  options: DatagramConnectOptions<In, Out>,
): Promise<DatagramConnection<In, Out>> {
  try {
    requireNames(options, { what: "options of connectDatagrams()", names: OPTION_NAMES });
    requireKinds(options);
    options.signal?.throwIfAborted();
    const { hostname } = boundAddress(socket);
    const to = requirePeer(options.peer, { boundTo: hostname });
    await socket.connect?.(to);
    return new DatagramConnection(socket, options);
  } catch (error) {
    closeQuietly(socket);
    throw error;
  }
}

const OPTION_NAMES = Object.keys(
  {
    codec: true,
    peer: true,
    limits: true,
    signal: true,
    onEvent: true,
    trace: true,
    clock: true,
  } satisfies Record<keyof DatagramConnectOptions<never>, true>,
);

function isClosedHere(error: unknown): boolean {
  return error instanceof ClosedError && error.by === "local";
}
