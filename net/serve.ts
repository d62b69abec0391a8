import { requireCodec } from "../codec/arguments.ts";
import type { Codec } from "../codec/codec.ts";
import { LimitError } from "../codec/errors.ts";
import { AcceptLoop } from "./accept.ts";
import { type Address, formatAddress, hostOf } from "./address.ts";
import type { AddressList } from "./address_list.ts";
import { requireListener } from "./arguments.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./connection_options.ts";
import { type ServerDeadlines, serverDeadlines, withDeadline } from "./deadlines.ts";
import { ClosedError, messageOf } from "./errors.ts";
import { requireFlush } from "./incoming.ts";
import { type ServerLimits, serverLimits } from "./limits.ts";
import { formatServerEvent, type ServerEvent } from "./server_events.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Listener, Transport } from "./transport.ts";

/** How {@linkcode serve} serves. Everything of {@linkcode ConnectionOptions} holds for each connection. */
export interface ServeOptions<In, Out = In>
  extends Omit<ConnectionOptions, "id" | "signal" | "limits" | "deadlines"> {
  /** What the peers speak. */
  codec: Codec<In, Out>;
  /** How many connections there may be, and how much each may hold. */
  limits?: Partial<ServerLimits>;
  /** How long things may take on each connection, and at a shutdown. */
  deadlines?: Partial<ServerDeadlines>;
  /** Only peers with these addresses are served. @default every peer */
  allow?: AddressList;
  /** Peers with these addresses are not served, allowed or not. @default none */
  deny?: AddressList;
  /**
   * Returns what to tell a peer that is turned away because a limit is reached. Where it is not given, or undefined is
   * returned, the peer hears what the protocol has for it, if anything.
   */
  refusal?: (error: LimitError) => Out | undefined;
  /** Shuts the server down. */
  signal?: AbortSignal;
  /**
   * Hears what happens. Where it is not given, failures are written to stderr, one line each.
   */
  onEvent?: (event: ServerEvent) => void;
}

/** Answers one peer: the connection is closed politely when it returns, and its failure touches no other. */
export type Handler<In, Out = In> = (connection: Connection<In, Out>) => Promise<void> | void;

/** How connections ended at a shutdown. */
export interface ShutdownResult {
  /** Connections that finished within the grace time. */
  drained: number;
  /** Connections that were cut when it was over. */
  cut: number;
}

/** What a server has seen so far. */
export interface ServerCounts {
  /** Connections that were served or are. */
  accepted: number;
  /** Connections that were turned away. */
  refused: number;
  /** Connections whose handler failed. */
  failed: number;
  /** Accepts that failed. */
  acceptFailed: number;
}

/** How long a peer that is turned away may take to read why. */
const REFUSAL_DRAIN_MS = 200;

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
  readonly #perHost = new Map<string, number>();
  readonly #counts: ServerCounts = { accepted: 0, refused: 0, failed: 0, acceptFailed: 0 };
  #settleAllOver = () => {};
  readonly #allOver = new Promise<void>((resolve) => this.#settleAllOver = resolve);
  #stopped = false;
  #shutdown: Promise<ShutdownResult> | undefined;
  #cut: (() => void) | undefined;
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
    this.#options = options;
    this.#limits = serverLimits(options.limits);
    this.#deadlines = serverDeadlines(options.deadlines);
    requireValid(options, this.#deadlines);
    const { signal: _, limits: _limits, ...connectionOptions } = options;
    const { maxQueuedBytes } = this.#limits;
    this.#connectionOptions = {
      ...connectionOptions,
      limits: { maxQueuedBytes },
      deadlines: this.#deadlines,
    };
    this.#handler = handler;
    this.#clock = clock;
    this.#accepting = new AcceptLoop(listener, {
      clock,
      accepted: (transport) => this.#admit(transport),
      failed: (error, retryMs) => {
        this.#counts.acceptFailed++;
        this.#report({ type: "accept-failed", error, retryMs });
      },
    });
    const stop = () => void this.shutdown();
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
    this.finished = this.#accepting.finished.then(async () => {
      this.#stopped = true;
      if (this.#open > 0) await this.#allOver;
      signal?.removeEventListener("abort", stop);
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
   * Stops: accepts no more, lets every handler answer what has arrived and finish within `graceMs`, then cuts what is
   * left. May be called again; the shortest grace time counts.
   */
  shutdown(
    { graceMs = this.#deadlines.graceMs }: { graceMs?: number } = {},
  ): Promise<ShutdownResult> {
    const cancel = this.#clock.wait(graceMs, () => this.#cut?.());
    this.#shutdown ??= this.#stop();
    return this.#shutdown.finally(cancel);
  }

  /** Shuts down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #stop(): Promise<ShutdownResult> {
    this.#accepting.stop();
    const open = this.#connections.size;
    let cut = 0;
    this.#cut = () => {
      cut = this.#connections.size;
      const reason = new ClosedError("Cannot go on: the server's grace time is over", {
        code: "connection-cut",
        by: "local",
      });
      for (const connection of this.#connections) connection.abort(reason);
      for (const connection of this.#refusals) connection.abort(reason);
      this.#onOneLess?.();
    };
    for (const connection of this.#connections) connection.drain();
    await this.#accepting.finished;
    // A handler that goes on after its connection was cut is not waited for.
    while (this.#connections.size > cut || this.#refusals.size > 0) await this.#oneLess();
    this.#settleAllOver();
    return { drained: open - cut, cut };
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
      this.#refuse(transport, `${formatAddress(address)} is not allowed`);
      return;
    }
    const host = hostOf(address);
    const fromHost = (this.#perHost.get(host) ?? 0) + 1;
    const full = this.#full(fromHost);
    if (full) {
      this.#refuse(transport, full);
      return;
    }
    this.#perHost.set(host, fromHost);
    const id = this.#counts.accepted++;
    const options = { ...this.#connectionOptions, id };
    const connection = new Connection<In, Out>(transport, this.#options.codec, options);
    this.#connections.add(connection);
    void this.#serve(connection, { transport, host });
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

  #refuse(transport: Transport, reason: LimitError | string): void {
    this.#counts.refused++;
    const address = transport.remoteAddr;
    const text = typeof reason === "string" ? reason : reason.message;
    this.#report({ type: "refused", address, reason: text });
    const { codec, refusal } = this.#options;
    const connection = new Connection<In, Out>(transport, codec, {
      deadlines: { drainMs: REFUSAL_DRAIN_MS, writeMs: REFUSAL_DRAIN_MS },
      clock: this.#clock,
    });
    if (typeof reason === "string") return connection.abort();
    const message = refusal?.(reason);
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
    try {
      if (transport.handshake) {
        await withDeadline(() => transport.handshake!(), {
          phase: "handshake",
          ms: this.#deadlines.handshakeMs,
          signal: connection.signal,
          clock: this.#clock,
        });
      }
      await this.#handler(connection);
    } catch (error) {
      if (!isCut(error)) {
        this.#counts.failed++;
        this.#report({ type: "failed", id, address, error });
      }
    }
    // After a failure as well, the peer gets what was sent before.
    await connection.close();
    this.#report({ type: "closed", id, address });
    this.#left(connection, host);
  }

  #report(event: ServerEvent): void {
    const { onEvent = printFailure } = this.#options;
    try {
      onEvent(event);
    } catch (error) {
      // A listener to events must not end a connection or the accept loop.
      console.error(`Cannot report a server event: ${messageOf(error)}`);
    }
  }
}

/** Refuses at once what the first connection would refuse. */
function requireValid(
  { codec, rate }: Pick<ServeOptions<unknown, never>, "codec" | "rate">,
  { gapMs }: ServerDeadlines,
): void {
  requireCodec(codec);
  for (const perSecond of Object.values(rate ?? {})) new TokenBucket(perSecond, 0);
  if (gapMs !== Infinity) requireFlush(codec.session());
}

function printFailure(event: ServerEvent): void {
  if (event.type === "failed" || event.type === "accept-failed") {
    console.error(formatServerEvent(event));
  }
}

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
 * past its limits and outside its address lists. A failing accept is reported, waited out and tried again.
 *
 * @throws {TypeError} The listener or the codec is none, or an option has a name that nobody looks at.
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
  return new Server(listener, options, handler);
}
