import type { CancelWait, Clock } from "../clock.ts";
import type { Trace } from "../trace.ts";
import { Tracer } from "../tracer.ts";
import type { DatagramDropReason, DatagramEvent } from "./events.ts";
import { KeptRates } from "./kept_rates.ts";
import type { DatagramLimits } from "./limits.ts";
import { PeerSession, type SessionHost } from "./peer_session.ts";
import { RateLimiter } from "./rate_limiter.ts";
import type { DatagramSendOptions, TracedSendOptions } from "./sender.ts";
import type { DatagramCloseReason, DatagramHandler } from "./session.ts";
import { SessionTable } from "./session_table.ts";

/** What {@linkcode Sessions} need. */
export interface SessionsOptions<In, Out> {
  readonly clock: Clock;
  readonly limits: DatagramLimits;
  readonly idleMs: number;
  readonly handler: DatagramHandler<In, Out>;
  /** Sends a message. */
  readonly send: (
    message: Out,
    to: Deno.NetAddr,
    options: TracedSendOptions | undefined,
  ) => Promise<void>;
  readonly report: (event: DatagramEvent) => void;
  /** Hears of each message that is dropped. */
  readonly drop: (reason: DatagramDropReason, from: Deno.NetAddr) => void;
  readonly trace: Trace | undefined;
}

/** What came from a peer, once it is decoded. */
export interface Arrived<In> {
  readonly message: In;
  readonly bytes: Uint8Array;
  /** Where it came from, as the socket says it. */
  readonly from: Deno.NetAddr;
  readonly now: number;
}

/** One session may hold this part of the bytes that wait for all handlers: a slow one must not starve the others. */
const SESSION_SHARE = 1 / 8;
/** Rates that are kept at most, where new sessions have none. */
const MAX_KEPT_RATES = 100_000;

/** The sessions of a server: begins them, hands them what comes, and ends them. */
export class Sessions<In, Out> implements SessionHost<In, Out> {
  readonly counts = { sessions: 0, evicted: 0, failed: 0 };
  readonly #options: SessionsOptions<In, Out>;
  readonly #table = new SessionTable<PeerSession<In, Out>>();
  readonly #tracers = new WeakMap<object, Tracer>();
  /** Sessions whose handler has not returned, those that are over too. */
  readonly #running = new Set<PeerSession<In, Out>>();
  readonly #newSessions: RateLimiter;
  readonly #keptRates: KeptRates;
  /** Bytes that wait for handlers, without the first messages of sessions, and those of the latter. */
  #queuedBytes = 0;
  #firstBytes = 0;
  #cancelIdle: CancelWait | undefined;
  #onOneLess = () => {};

  constructor(options: SessionsOptions<In, Out>) {
    this.#options = options;
    const { clock, limits } = options;
    this.#newSessions = new RateLimiter(limits.maxNewSessionsPerSecond, clock.now());
    // So many sessions may have ended within the second for which one is kept.
    const maxKept = Math.max(limits.maxSessions, 2 * limits.maxNewSessionsPerSecond);
    this.#keptRates = new KeptRates(Math.min(maxKept, MAX_KEPT_RATES));
  }

  /** Those that stand. */
  get all(): Iterable<PeerSession<In, Out>> {
    return this.#table;
  }

  /** How many stand. */
  get size(): number {
    return this.#table.size;
  }

  /** How many handlers have not returned. */
  get running(): number {
    return this.#running.size;
  }

  /** Returns the session of a peer. */
  get(hostname: string, port: number): PeerSession<In, Out> | undefined {
    return this.#table.get(hostname, port);
  }

  /** Says whether one more session may begin now. */
  mayOpen(now: number): boolean {
    return this.#newSessions.admits(now);
  }

  /** Says whether a peer without a session may send as much; it counts against its next one. */
  admits(peer: Deno.NetAddr, now: number): boolean {
    return this.#keptRates.get(peer)?.admit(now) ?? true;
  }

  /** Begins the session of a peer that has none, if there is a place for it. The peer was admitted. */
  open(remoteAddr: Deno.NetAddr, arrived: Arrived<In>): void {
    const { limits, report, drop, trace, clock, idleMs } = this.#options;
    const { from, now, bytes: { length } } = arrived;
    if (!this.#newSessions.admit(now)) return drop("session-rate", remoteAddr);
    const { maxSessions, maxPeerDatagramsPerSecond } = limits;
    // Handlers that go on behind the end of their sessions take memory as well.
    if (this.#running.size >= 2 * maxSessions) return drop("sessions", remoteAddr);
    if (this.#firstBytes > 0 && this.#firstBytes + length > limits.maxQueuedBytes) {
      return drop("queue", remoteAddr);
    }
    // Who is evicted leaves its own.
    const rate = this.#keptRates.take(remoteAddr);
    if (this.#table.size >= maxSessions) {
      this.counts.evicted++;
      this.close(this.#table.leastWanted!, "evicted");
    }
    const id = this.counts.sessions++;
    const session = new PeerSession<In, Out>(this, { id, remoteAddr, sendTo: from });
    session.rate = rate;
    if (session.rate === undefined && maxPeerDatagramsPerSecond !== Infinity) {
      session.rate = new RateLimiter(maxPeerDatagramsPerSecond, now);
      session.rate.admit(now);
    }
    this.#table.add(session, now);
    this.#running.add(session);
    if (trace) this.#tracers.set(session, new Tracer(trace, { id, now: () => clock.date() }));
    this.#cancelIdle ??= this.#waitIdle(idleMs);
    report({ type: "opened", id, address: remoteAddr });
    // A handler without its session's first message would have nothing to do.
    this.#hand(session, { ...arrived, isFirst: true });
    void this.#run(session);
  }

  /** Hands on what came from a peer that has a session. */
  deliver(session: PeerSession<In, Out>, arrived: Arrived<In>): void {
    this.heard(session, arrived.now);
    this.#hand(session, arrived);
  }

  /** Takes note that a peer is there. */
  heard(session: PeerSession<In, Out>, now: number): void {
    this.#table.heard(session, now);
  }

  /** Sends a message to a session's peer. */
  send(
    session: PeerSession<In, Out>,
    message: Out,
    options: DatagramSendOptions | undefined,
  ): Promise<void> {
    const tracer = this.#tracerOf(session);
    return this.#options.send(message, session.sendTo, tracer ? { ...options, tracer } : options);
  }

  /** Ends a session. May be called again. */
  close(session: PeerSession<In, Out>, reason: DatagramCloseReason): void {
    if (session.closeReason !== undefined) return;
    this.#table.delete(session);
    session.end(reason);
    const { id, remoteAddr: address, rate, heardAt } = session;
    if (rate) {
      this.#keptRates.keep(rate, { peer: address, heardAt, now: this.#options.clock.now() });
    }
    this.#options.report({ type: "closed", id, address, reason });
  }

  /** Takes note that so many bytes wait no more, of a session's first message or of others. */
  taken(bytes: number, isFirst: boolean): void {
    if (isFirst) this.#firstBytes -= bytes;
    else this.#queuedBytes -= bytes;
  }

  /** Ends all sessions; their handlers still get what waits, and may send. */
  stop(): void {
    for (const session of this.#table) this.close(session, "stopping");
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
  }

  /** Forgets what waits for handlers that have not returned. */
  cut(): void {
    for (const session of this.#running) session.cut();
    this.#onOneLess();
  }

  /** Settles when one handler less runs, or the others were cut. */
  oneLess(): Promise<void> {
    return new Promise((resolve) => this.#onOneLess = resolve);
  }

  /** Where nothing is traced nobody looks for one: this is done for each datagram. */
  #tracerOf(session: PeerSession<In, Out>): Tracer | undefined {
    return this.#options.trace && this.#tracers.get(session);
  }

  #hand(
    session: PeerSession<In, Out>,
    { message, bytes, isFirst = false }: Arrived<In> & { readonly isFirst?: boolean },
  ): void {
    const { length } = bytes;
    const tracer = this.#tracerOf(session);
    if (tracer) {
      tracer.bytes("received", bytes);
      const { receivedBytes } = tracer;
      tracer.received(message, { from: receivedBytes - length, to: receivedBytes });
    }
    if (session.deliver(message)) return;
    if (!isFirst && this.#isFull(session, length)) {
      return this.#options.drop("queue", session.remoteAddr);
    }
    if (isFirst) this.#firstBytes += length;
    else this.#queuedBytes += length;
    session.enqueue(message, { bytes: length, isFirst });
  }

  #isFull({ queuedMessages, queuedBytes }: PeerSession<In, Out>, more: number): boolean {
    const { maxQueuedMessages, maxQueuedBytes } = this.#options.limits;
    return queuedMessages >= maxQueuedMessages ||
      (queuedBytes > 0 && queuedBytes + more > maxQueuedBytes * SESSION_SHARE) ||
      (this.#queuedBytes > 0 && this.#queuedBytes + more > maxQueuedBytes);
  }

  async #run(session: PeerSession<In, Out>): Promise<void> {
    const { id, remoteAddr: address } = session;
    try {
      await this.#options.handler(session);
      this.close(session, "done");
    } catch (error) {
      this.counts.failed++;
      this.#options.report({ type: "failed", id, address, error });
      this.close(session, "failed");
    }
    // What was kept of it can send no more, also where the server is stopping.
    session.cut();
    this.#running.delete(session);
    this.#onOneLess();
  }

  /** Ends sessions whose peer was silent for too long, and waits for the next one. */
  #waitIdle(ms: number): CancelWait {
    const { clock, idleMs } = this.#options;
    return clock.wait(ms, () => {
      const since = clock.now() - idleMs;
      let longest = this.#table.longestSilent;
      while (longest && longest.heardAt <= since) {
        this.close(longest, "idle");
        longest = this.#table.longestSilent;
      }
      this.#cancelIdle = longest && this.#waitIdle(longest.heardAt - since);
    });
  }
}
