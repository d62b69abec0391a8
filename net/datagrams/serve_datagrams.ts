import { requireFunction, requireNames } from "../../codec/arguments.ts";
import { copyOf } from "../../codec/bytes/memory.ts";
import { type DatagramCodec, requireDatagramCodec } from "../../codec/datagram_codec.ts";
import { onAbort } from "../abort_listener.ts";
import { type Clock, systemClock } from "../clock.ts";
import { closedHere, messageOf } from "../errors.ts";
import { GracefulStop } from "../graceful_stop.ts";
import { requireKinds } from "../option_kinds.ts";
import { rejected } from "../rejection.ts";
import { safeListener } from "../safe_listener.ts";
import { closeQuietly } from "../transport.ts";
import { type AskOptions, Asks } from "./asks.ts";
import { type DatagramDeadlines, datagramDeadlines } from "./deadlines.ts";
import {
  type DatagramDropReason,
  type DatagramEvent,
  Drops,
  formatDatagramEvent,
} from "./events.ts";
import { type DatagramLimits, datagramLimits } from "./limits.ts";
import { OwnAddress } from "./own_address.ts";
import { boundAddress, foldedAddr, foldedHost, requirePeer } from "./peer_address.ts";
import type { PeerSession } from "./peer_session.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { DatagramReceiver } from "./receiver.ts";
import { DatagramSender, type DatagramSendOptions } from "./sender.ts";
import type {
  DatagramServeOptions,
  DatagramServerCounts,
  DatagramShutdownResult,
} from "./serve_options.ts";
import type { DatagramHandler, DatagramSession } from "./session.ts";
import { Sessions } from "./sessions.ts";
import type { DatagramAddress, DatagramTransport } from "./transport.ts";

/** What {@linkcode serveDatagrams} returns: a running server. `await using` shuts it down. */
export class DatagramServer<In, Out = In> implements AsyncDisposable {
  /** Where it is bound. */
  readonly addr: Deno.NetAddr;
  /** Settles when the server has stopped and its socket is closed. */
  readonly finished: Promise<void>;
  readonly #options: DatagramServeOptions<In, Out>;
  readonly #codec: DatagramCodec<In, Out>;
  readonly #clock: Clock;
  readonly #limits: DatagramLimits;
  readonly #deadlines: DatagramDeadlines;
  readonly #drops: Drops;
  readonly #receiver: DatagramReceiver;
  readonly #sender: DatagramSender<Out>;
  readonly #asks: Asks<In>;
  readonly #own: OwnAddress;
  readonly #sessions: Sessions<In, Out>;
  readonly #rate: RateLimiter;
  #received = 0;
  #unreachable = 0;
  readonly #stopping: GracefulStop<DatagramShutdownResult>;
  /** Handlers that were cut, and may still run. */
  #cut = 0;

  /** Use {@linkcode serveDatagrams}. */
  constructor(
    transport: DatagramTransport,
    options: DatagramServeOptions<In, Out>,
    handler: DatagramHandler<In, Out>,
  ) {
    this.addr = boundAddress(transport);
    this.#codec = requireDatagramCodec(options.codec);
    this.#options = options;
    const { clock = systemClock, signal, trace } = options;
    this.#clock = clock;
    this.#limits = datagramLimits(options.limits);
    this.#deadlines = datagramDeadlines(options.deadlines);
    const { maxPendingAsks, maxDatagramBytes, maxDatagramsPerSecond } = this.#limits;
    const now = clock.now();
    const report = safeListener(options.onEvent ?? printFailure, { name: "onEvent" });
    this.#drops = new Drops({ clock, report });
    const { maxNewSessionsPerSecond: maxLooksPerSecond } = this.#limits;
    this.#own = new OwnAddress(this.addr, { maxLooksPerSecond, now });
    this.#sender = new DatagramSender(transport, { codec: this.#codec, limits: this.#limits });
    this.#asks = new Asks({ clock, maxPendingAsks });
    this.#rate = new RateLimiter(maxDatagramsPerSecond, now);
    this.#sessions = new Sessions({
      clock,
      limits: this.#limits,
      idleMs: this.#deadlines.idleMs,
      handler: requireFunction(handler, "handler"),
      send: (message, to, options) => this.#sender.send(message, to, options),
      report,
      drop: (reason, address) => this.#drops.add(reason, { address }),
      trace,
    });
    this.#stopping = new GracefulStop({
      clock,
      stop: () => this.#stop(),
      cut: () => this.#cutAll(),
    });
    this.#receiver = new DatagramReceiver(transport, {
      clock,
      maxDatagramBytes,
      arrived: (bytes, from, isOwned) => this.#arrived(bytes, from, isOwned),
      unreachable: () => void this.#unreachable++,
      failed: (error, retryMs) => report({ type: "receive-failed", error, retryMs }),
    });
    const endListening = onAbort(signal, () => void this.shutdown());
    this.finished = this.#receiver.finished.then(async () => {
      await this.shutdown();
      endListening();
    });
  }

  /** The sessions that stand: first those whose peer was heard once. */
  get sessions(): Iterable<DatagramSession<In, Out>> {
    return this.#sessions.all;
  }
  /** How many sessions stand. */
  get size(): number {
    return this.#sessions.size;
  }
  /** What it has seen so far. */
  get counts(): DatagramServerCounts {
    return {
      received: this.#received,
      unreachable: this.#unreachable,
      ...this.#sender.counts,
      ...this.#sessions.counts,
      dropped: { ...this.#drops.counts },
    };
  }

  /**
   * Sends a message to any address, whether it has a session or not. That it was sent says nothing of whether it arrived.
   * The promise may be forgotten.
   *
   * @throws {TypeError} The host is a name, or the port none that can be sent to.
   * @throws {ClosedError} The server is over.
   * @throws {LimitError} It is larger than `maxDatagramBytes`, or too much is on its way out; nothing was sent.
   * @throws {ProtocolError} The codec cannot say it.
   */
  send(address: DatagramAddress, message: Out, options?: DatagramSendOptions): Promise<void> {
    try {
      const to = requirePeer(address, { boundTo: this.addr.hostname });
      return this.#sender.send(message, to, options);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Sends a message to an address, and again where no reply comes from there. The reply goes to the caller and begins no
   * session; several calls to one address get their replies in order, unless `isReply` tells them apart. The promise may
   * be forgotten.
   *
   * What was sent more than once may be answered as often, a little later: what says the same as the answer again, or would
   * begin a session, is dropped as `late`. Until those replies have come, or could have, a call without `isReply` waits before
   * it sends, and its time begins then: it does not take the answer to another question.
   *
   * @throws {DeadlineError} No reply came in time, nor after the retries.
   * @throws {ClosedError} The server is over.
   * @throws {LimitError} More than `maxPendingAsks` calls wait.
   */
  ask(address: DatagramAddress, message: Out, options: AskOptions<In> = {}): Promise<In> {
    if (this.#stopping.hasBegun) return rejected(closedHere());
    try {
      const to = requirePeer(address, { boundTo: this.addr.hostname });
      const peer = foldedAddr(to);
      return this.#asks.ask({ peer, send: () => this.#sender.send(message, to), options });
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Stops: takes no more datagrams, lets every handler finish with what came within `graceMs` and still send, then cuts
   * what is left and closes the socket. May be called again; the shortest grace time counts.
   *
   * @throws {RangeError} `graceMs` is neither a number from 0 nor `Infinity`; the server goes on.
   */
  async shutdown(
    { graceMs = this.#deadlines.graceMs }: { graceMs?: number } = {},
  ): Promise<DatagramShutdownResult> {
    return await this.#stopping.within(graceMs);
  }

  /** Shuts down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #stop(): Promise<DatagramShutdownResult> {
    // A listener may ask for it while a session is begun, or while others end: it is done behind that, and once.
    await undefined;
    const sessions = this.#sessions;
    const open = sessions.running;
    this.#asks.close(closedHere());
    sessions.stop();
    // A handler that goes on after it was cut is not waited for.
    while (sessions.running > this.#cut) await sessions.oneLess();
    const cut = this.#cut;
    this.#sender.close(closedHere());
    this.#receiver.stop();
    await this.#receiver.finished;
    this.#drops.flush();
    return { drained: open - cut, cut };
  }

  #cutAll(): void {
    this.#cut = this.#sessions.running;
    this.#sessions.cut();
  }

  #arrived(bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr, isOwned: boolean): void {
    this.#received++;
    const session = this.#sessions.get(foldedHost(from.hostname), from.port);
    const now = this.#clock.now();
    const why = this.#refusal(bytes.length, session, { from, now }) ??
      (this.#rate.admit(now) ? undefined : "rate");
    if (why !== undefined) return this.#drop(why, from);
    let message: In;
    try {
      message = this.#codec.decode(isOwned ? bytes : copyOf(bytes));
    } catch (error) {
      if (session) this.#sessions.heard(session, now);
      return this.#drop("undecodable", from, messageOf(error));
    }
    const isForNobody = session === undefined;
    const asked = this.#asks.isIdle
      ? undefined
      : this.#asks.take({ message, bytes, isForNobody, from: foldedAddr(from) });
    if (asked === "late") return this.#drop("late", from);
    if (asked === "reply") return;
    const arrived = { message, bytes, from, now };
    if (session) this.#sessions.deliver(session, arrived);
    else this.#sessions.open(foldedAddr(from), arrived);
  }

  /** Returns why a datagram is dropped before it is looked into, and before it counts against those of others. */
  #refusal(
    length: number,
    session: PeerSession<In, Out> | undefined,
    { from, now }: { from: Deno.NetAddr; now: number },
  ): DatagramDropReason | undefined {
    if (from.port === 0) return "no-port";
    if (length > this.#limits.maxDatagramBytes) return "too-large";
    if (session) return session.rate?.admit(now) === false ? "peer-rate" : undefined;
    const address = foldedAddr(from);
    const { allow, deny } = this.#options;
    if (deny?.has(address) || (allow !== undefined && !allow.has(address))) return "not-allowed";
    if (this.#stopping.hasBegun) return "stopping";
    if (!this.#sessions.admits(address, now)) return "peer-rate";
    // A reply begins no session.
    if (!this.#asks.expects(address) && !this.#sessions.mayOpen(now)) return "session-rate";
    const isOwn = this.#own.is(address, now);
    if (isOwn === undefined) return "session-rate";
    return isOwn ? "own-address" : undefined;
  }

  #drop(reason: DatagramDropReason, from: Deno.NetAddr, detail = ""): void {
    this.#drops.add(reason, { address: foldedAddr(from), detail });
  }
}

/**
 * Serves every peer that sends a datagram: each address gets a {@linkcode DatagramSession} and a run of `handler`, until it
 * is silent for `idleMs` (60 s), its handler returns, or others need its place. What comes from one peer touches no other,
 * and ends nothing: a datagram that cannot be decoded, is too large, too much, or has a source that nobody can answer is
 * dropped and counted.
 *
 * UDP says neither that a peer is gone nor that a source is true. There are at most `maxSessions` (10,000): one more takes
 * the place of a peer that was heard once, else of the one that was silent for longest; new ones have a rate, so that
 * invented sources drive nobody out.
 *
 * A socket that is bound to every address (0.0.0.0) answers from the one that the system picks, which need not be the one
 * that was asked; bind to one address where peers look at that.
 *
 * The socket belongs to the server from now on, and is closed as well where an option is refused.
 *
 * @throws {TypeError} The socket, the codec or another option is none, or an option, limit or deadline has a name that
 * nobody looks at.
 * @throws {RangeError} A limit or deadline is none.
 *
 * @example A server that sends each datagram back
 * ```ts
 * import { rawDatagrams, serveDatagrams } from "@parley/sockets/datagrams";
 * const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
 * await using server = serveDatagrams(socket, { codec: rawDatagrams() }, async (session) => {
 *   for await (const message of session) await session.send(message);
 * });
 * ```
 */
export function serveDatagrams<In, Out = In>(
  socket: DatagramTransport,
  options: DatagramServeOptions<In, Out>,
  handler: DatagramHandler<In, Out>,
): DatagramServer<In, Out> {
  try {
    requireNames(options, { what: "options of serveDatagrams()", names: OPTION_NAMES });
    requireKinds(options);
    return new DatagramServer(socket, options, handler);
  } catch (error) {
    closeQuietly(socket);
    throw error;
  }
}

const OPTION_NAMES = Object.keys(
  {
    codec: true,
    limits: true,
    deadlines: true,
    allow: true,
    deny: true,
    signal: true,
    onEvent: true,
    trace: true,
    clock: true,
  } satisfies Record<keyof DatagramServeOptions<never>, true>,
);

function printFailure(event: DatagramEvent): void {
  if (event.type === "failed" || event.type === "receive-failed") {
    console.error(formatDatagramEvent(event));
  }
}
