import { requireCodec } from "../codec/arguments.ts";
import { LimitError } from "../codec/errors.ts";
import { onAbort } from "./abort_listener.ts";
import { AcceptLoop } from "./accept.ts";
import { type Address, hostOf } from "./address.ts";
import { requireListener } from "./arguments.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { type ServerDeadlines, serverDeadlines, withDeadline } from "./deadlines.ts";
import { DeniedPeers } from "./denied_peers.ts";
import { ClosedError } from "./errors.ts";
import { GracefulStop } from "./graceful_stop.ts";
import { type ServerLimits, serverLimits } from "./limits.ts";
import { requireKinds } from "./option_kinds.ts";
import { safeListener } from "./safe_listener.ts";
import type { Handler, ServeOptions, ServerCounts, ShutdownResult } from "./serve_options.ts";
import { formatServerEvent, type ServerEvent } from "./server_events.ts";
import { requireKept } from "./silence.ts";
import { TokenBucket } from "./token_bucket.ts";
import { closeQuietly, type Listener, type Transport } from "./transport.ts";

export type { Handler, ServeOptions, ServerCounts, ShutdownResult } from "./serve_options.ts";

/** How long a peer that is turned away may take to read why. */
const REFUSAL_DRAIN_MS = 200;

/** How long work that the server was told of is waited for behind its last connection. */
const MAX_WORK_MS = 30_000;

/** What {@linkcode serve} returns: a running server. `await using` shuts it down. */
export class Server<In, Out = In, Addr extends Address = Address> implements AsyncDisposable {
  /** Settles when the server has stopped and its last connection is over or cut. */
  readonly finished: Promise<void>;
  readonly #listener: Listener<Addr>;
  readonly #options: ServeOptions<In, Out>;
  readonly #connectionOptions: Omit<ConnectionOptions, "id" | "signal">;
  readonly #handler: Handler<In, Out>;
  readonly #clock: Clock;
  readonly #limits: ServerLimits;
  readonly #deadlines: ServerDeadlines;
  readonly #accepting: AcceptLoop;
  readonly #connections = new Set<Connection<In, Out>>();
  /** Connections that are turned away, while they are told why. */
  readonly #refusals = new Set<Connection<In, Out>>();
  readonly #work = new Set<Promise<void>>();
  readonly #perHost = new Map<string, number>();
  readonly #denied: DeniedPeers;
  readonly #counts: ServerCounts = { accepted: 0, refused: 0, failed: 0, lost: 0, acceptFailed: 0 };
  readonly #report: (event: ServerEvent) => void;
  readonly #refusal: (error: LimitError) => Out | undefined;
  #settleAllOver = () => {};
  readonly #allOver = new Promise<void>((resolve) => this.#settleAllOver = resolve);
  #stopped = false;
  readonly #stopping: GracefulStop<ShutdownResult>;
  /** Connections that were cut, and may still be served. */
  #cut = 0;
  /** Called when a connection has ended. */
  #onOneLess: (() => void) | undefined;

  /** Use {@linkcode serve}. */
  constructor(
    listener: Listener<Addr>,
    options: ServeOptions<In, Out>,
    handler: Handler<In, Out>,
  ) {
    const { signal, clock = systemClock } = options;
    this.#listener = requireListener(listener);
    requireKinds(options);
    this.#options = options;
    this.#limits = serverLimits(options.limits);
    this.#deadlines = serverDeadlines(options.deadlines);
    requireValid(options, this.#deadlines);
    this.#report = safeListener(options.onEvent ?? printFailure, { name: "onEvent" });
    this.#refusal = safeListener(options.refusal, { name: "refusal" });
    const { signal: _, limits: _limits, ...connectionOptions } = options;
    const { maxQueuedBytes } = this.#limits;
    this.#connectionOptions = {
      ...connectionOptions,
      limits: { maxQueuedBytes },
      deadlines: this.#deadlines,
    };
    this.#handler = handler;
    this.#clock = clock;
    this.#denied = new DeniedPeers({ clock, report: this.#report });
    this.#accepting = new AcceptLoop(listener, {
      clock,
      accepted: (transport) => this.#admit(transport),
      lost: () => void this.#counts.lost++,
      failed: (error, retryMs) => {
        this.#counts.acceptFailed++;
        this.#report({ type: "accept-failed", error, retryMs });
      },
    });
    this.#stopping = new GracefulStop({
      clock,
      stop: () => this.#stop(),
      cut: () => this.#cutAll(),
    });
    const endListening = onAbort(signal, () => void this.shutdown());
    this.finished = this.#accepting.finished.then(async () => {
      this.#stopped = true;
      if (this.#open > 0) await this.#allOver;
      await this.#workOver();
      endListening();
    });
  }

  /** Where it listens, as its listener says it: `server.addr.port` for one that listens on TCP. */
  get addr(): Addr {
    return this.#listener.addr;
  }
  /** The connections that are being served. */
  get connections(): ReadonlySet<Connection<In, Out>> {
    return this.#connections;
  }
  get #open(): number {
    return this.#connections.size + this.#refusals.size;
  }
  /** What it has seen so far. */
  get counts(): Readonly<ServerCounts> {
    return this.#counts;
  }

  /** Accepts no more; connections that stand go on. The port is free a turn later. May be called again. */
  stopAccepting(): void {
    this.#accepting.stop();
  }

  /**
   * Has `shutdown()` and `finished` wait for work of a handler that may go on behind its connection, such as a file that is
   * being closed: they wait for no handler whose connection was cut. They wait for 30 s at most. How it ends is the caller's.
   */
  waitUntil(work: Promise<unknown>): void {
    const over = work.then(ignore, ignore).then(() => void this.#work.delete(over));
    this.#work.add(over);
  }

  /**
   * Stops: accepts no more, lets every handler answer what has arrived and finish within `graceMs`, then cuts what is
   * left. May be called again; the shortest grace time counts.
   *
   * @throws {RangeError} `graceMs` is neither a number from 0 nor `Infinity`; the server goes on.
   */
  async shutdown(
    { graceMs = this.#deadlines.graceMs }: { graceMs?: number } = {},
  ): Promise<ShutdownResult> {
    return await this.#stopping.within(graceMs);
  }

  /** Shuts down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #stop(): Promise<ShutdownResult> {
    this.#accepting.stop();
    const open = this.#connections.size;
    for (const connection of this.#connections) connection.drain();
    await this.#accepting.finished;
    // A handler that goes on after its connection was cut is not waited for.
    while (this.#connections.size > this.#cut || this.#refusals.size > 0) await this.#oneLess();
    const cut = this.#cut;
    this.#settleAllOver();
    await this.#workOver();
    return { drained: open - cut, cut };
  }

  /** Waits until nothing is left to wait for, or for so long that nobody can. */
  async #workOver(): Promise<void> {
    if (this.#work.size === 0) return;
    let cancel = () => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#clock.wait(MAX_WORK_MS, resolve);
    });
    await Promise.race([this.#eachOver(), tooLong]);
    cancel();
  }

  /** Waits for what it is told of meanwhile as well. */
  async #eachOver(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #cutAll(): void {
    this.#cut = this.#connections.size;
    const reason = new ClosedError("Cannot go on: the server's grace time is over", {
      code: "connection-cut",
      by: "local",
    });
    for (const connection of this.#connections) connection.abort(reason);
    for (const connection of this.#refusals) connection.abort(reason);
    this.#onOneLess?.();
  }

  #oneLess(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOneLess = resolve;
    });
  }

  #admit(transport: Transport): void {
    const address = transport.remoteAddr;
    const { allow, deny } = this.#options;
    if (deny?.has(address) || (allow !== undefined && !allow.has(address))) {
      this.#counts.refused++;
      closeQuietly(transport);
      this.#denied.add(address);
      return;
    }
    const host = hostOf(address);
    const fromHost = (this.#perHost.get(host) ?? 0) + 1;
    // Those of a Unix socket have no address to be told apart by.
    const full = this.#full("hostname" in address ? fromHost : 1);
    if (full) {
      this.#refuse(transport, full);
      return;
    }
    const id = this.#counts.accepted++;
    if (this.#counts.accepted >= this.#limits.maxAccepted) this.stopAccepting();
    let connection: Connection<In, Out>;
    try {
      const options = { ...this.#connectionOptions, id };
      connection = new Connection<In, Out>(transport, this.#options.codec, options);
    } catch (error) {
      // The codec could make no session for it. That is no failure of accepting.
      closeQuietly(transport);
      this.#failed({ id, address, error });
      return;
    }
    this.#perHost.set(host, fromHost);
    this.#connections.add(connection);
    void this.#serve(connection, { transport, host });
  }

  #failed(failure: Omit<Extract<ServerEvent, { type: "failed" }>, "type">): void {
    if (isCut(failure.error)) return;
    this.#counts.failed++;
    this.#report({ type: "failed", ...failure });
  }

  #left(connection: Connection<In, Out>, host: string): void {
    this.#connections.delete(connection);
    const left = this.#perHost.get(host)! - 1;
    if (left > 0) this.#perHost.set(host, left);
    else this.#perHost.delete(host);
    this.#oneEnded();
  }

  #oneEnded(): void {
    this.#onOneLess?.();
    if (this.#open === 0 && this.#stopped) this.#settleAllOver();
  }

  #full(fromHost: number): LimitError | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const total = this.#connections.size + 1;
    if (total > maxConnections) {
      return tooMany("maxConnections", { max: maxConnections, got: total });
    }
    if (fromHost > maxConnectionsPerAddress) {
      return tooMany("maxConnectionsPerAddress", { max: maxConnectionsPerAddress, got: fromHost });
    }
    return undefined;
  }

  #refuse(transport: Transport, reason: LimitError): void {
    this.#counts.refused++;
    this.#report({ type: "refused", address: transport.remoteAddr, reason: reason.message });
    const connection = new Connection<In, Out>(transport, this.#options.codec, {
      deadlines: { drainMs: REFUSAL_DRAIN_MS, writeMs: REFUSAL_DRAIN_MS },
      clock: this.#clock,
    });
    const message = this.#refusal(reason);
    if (message !== undefined) void connection.send(message);
    else connection.refuse(reason);
    if (connection.queuedBytes === 0) return connection.abort();
    this.#refusals.add(connection);
    void connection.close().then(() => {
      this.#refusals.delete(connection);
      this.#oneEnded();
    });
  }

  async #serve(
    connection: Connection<In, Out>,
    { transport, host }: { transport: Transport; host: string },
  ): Promise<void> {
    const { id, remoteAddr: address } = connection;
    this.#report({ type: "opened", id, address });
    if (!transport.handshake || await this.#shakeHands(connection, transport)) {
      try {
        await this.#handler(connection);
      } catch (error) {
        this.#failed({ id, address, error });
      }
      // After a failure as well, the peer gets what was sent before.
      await connection.close();
    }
    this.#report({ type: "closed", id, address });
    this.#left(connection, host);
  }

  /** Does the handshake of TLS; says whether there is somebody to talk to. */
  async #shakeHands(connection: Connection<In, Out>, transport: Transport): Promise<boolean> {
    try {
      await withDeadline(() => transport.handshake!(), {
        phase: "handshake",
        peer: connection.remoteAddr,
        ms: this.#deadlines.handshakeMs,
        signal: connection.signal,
        clock: this.#clock,
      });
      return true;
    } catch (error) {
      const { id, remoteAddr: address } = connection;
      this.#failed({ id, address, error, during: "handshake" });
      // Nothing can be said to this peer, so its place is free at once.
      connection.abort(error);
      return false;
    }
  }
}

/** Refuses at once what the first connection would refuse. */
function requireValid(
  { codec, rate }: Pick<ServeOptions<unknown, never>, "codec" | "rate">,
  deadlines: ServerDeadlines,
): void {
  requireCodec(codec);
  for (const perSecond of Object.values(rate ?? {})) new TokenBucket(perSecond, 0);
  const { gapMs, headMs } = deadlines;
  if (gapMs !== Infinity || headMs !== Infinity) requireKept(codec.session(), deadlines);
}

function printFailure(event: ServerEvent): void {
  if (event.type === "failed" || event.type === "accept-failed") {
    console.error(formatServerEvent(event));
  }
}

function ignore(): void {}

function isCut(error: unknown): boolean {
  return error instanceof ClosedError && error.code === "connection-cut";
}

function tooMany(
  limit: "maxConnections" | "maxConnectionsPerAddress",
  { max, got }: { max: number; got: number },
): LimitError {
  return new LimitError("Cannot accept connection", { limit, max, got, unit: "connections" });
}

/**
 * Serves every peer that connects: each one gets a {@linkcode Connection} and a run of `handler`. It refuses peers
 * past its limits and outside its address lists.
 *
 * A handler that fails ends its own connection alone: the peer gets what was sent before, then a polite close, so that
 * it hears an end and no error (its `receive()` gives undefined).
 *
 * Accepting survives everything. A connection that died before it was accepted is counted (`counts.lost`) and costs
 * nothing. Where the system lacks files or memory that is reported, and the next accept waits, from 5 ms to 1 s. Any
 * other failure is reported and tried again at once, as long as there are no more than 20 of them a second.
 *
 * The listener belongs to the server from now on, and is closed as well where an option is refused.
 *
 * Options that it does not know are the program's own, which may hand all of its options on.
 *
 * @throws {TypeError} The listener or the codec is none, or a limit or deadline has a name that nobody looks at.
 * @throws {RangeError} A limit, deadline or rate is none.
 *
 * @example A server that answers each line with its length
 * ```ts
 * import { lines, serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const server = serve(listener, { codec: lines() }, async (connection) => {
 *   for await (const line of connection) await connection.send(String(line.length));
 * });
 * const { drained, cut } = await server.shutdown();
 * assert(drained === 0 && cut === 0);
 * ```
 */
export function serve<In, Out = In, Addr extends Address = Address>(
  listener: Listener<Addr>,
  options: ServeOptions<In, Out>,
  handler: Handler<In, Out>,
): Server<In, Out, Addr> {
  try {
    return new Server(listener, options, handler);
  } catch (error) {
    closeQuietly(listener);
    throw error;
  }
}
