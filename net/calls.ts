import { requireLimit } from "../codec/limits.ts";
import { onAbort } from "./abort_listener.ts";
import {
  type CallOptions,
  type CallsOptions,
  type CallsSource,
  requireSource,
  requireWiring,
  type Wiring,
} from "./calls_options.ts";
import { systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { requireWaitMs } from "./deadlines.ts";
import { ClosedError, closedHere } from "./errors.ts";
import {
  connectionOver,
  type Link,
  lostCall,
  type PendingCall,
  PendingCalls,
} from "./pending_calls.ts";
import { reconnect } from "./reconnect.ts";
import { forgettable } from "./rejection.ts";
import { safeListener } from "./safe_listener.ts";

/**
 * Many requests at a time over one connection, each with an id by which its reply is found, in whatever order the replies
 * come. Over a function that dials they come back when the connection breaks, as {@linkcode reconnect} does: calls wait
 * for the next connection within their time. A call that was sent over one that broke is rejected, for nobody knows
 * whether it was done, unless it is `idempotent`. It refuses a call past `maxPendingCalls`, and options that nobody looks
 * at.
 *
 * What a peer wants to hear first (who we are, what we subscribe to) is said in the function that dials. A connection
 * that is silent for its `idleMs` ends also while no call is under way.
 *
 * `await using` closes politely; `using` aborts. A rejection that nobody handles ends no program.
 *
 * @example
 * ```ts
 * import { Calls, connect, jsonLines, serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const codec = jsonLines<{ id: number; text: string }>();
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec }, async (peer) => {
 *   for await (const { id, text } of peer) await peer.send({ id, text: text.toUpperCase() });
 * });
 * const { port } = server.addr;
 *
 * await using calls = Calls.over((signal) => connect({ port, codec, signal }), {
 *   toMessage: (text: string, id) => ({ id, text }),
 *   idOf: ({ id }) => id,
 *   toReply: ({ text }) => text,
 * });
 * const replies = await Promise.all([calls.call("one"), calls.call("two", { waitMs: 5_000 })]);
 * assert(replies.join() === "ONE,TWO");
 * ```
 */
export class Calls<Request, Reply> implements Disposable, AsyncDisposable {
  /** Settles when they are over and their connection is; never rejects. */
  readonly finished: Promise<void>;
  readonly #wiring: Wiring<Request, Reply>;
  readonly #pending: PendingCalls<Request, Reply>;
  /** There may be another connection after this one. */
  readonly #dials: boolean;
  /** Aborted when nothing shall be dialled any more. */
  readonly #end = new AbortController();
  #link: Link | undefined;
  /** Why the last try to connect failed; undefined where it stood, and is over. */
  #dialError: unknown;
  /** Set when no call is taken any more. */
  #over: { error: unknown } | undefined;
  #dropped = 0;
  /** Hears the messages that reply to no call; without a listener they are counted. */
  readonly #notify: ((message: unknown) => void) | undefined;

  private constructor(source: CallsSource<unknown, never>, wiring: Wiring<Request, Reply>) {
    requireSource(source);
    requireWiring(wiring);
    let lastId = 0;
    const { waitMs = 30_000, limits, nextId = () => ++lastId, clock, signal } = wiring;
    this.#wiring = wiring;
    const { onNotification } = wiring;
    if (onNotification) this.#notify = safeListener(onNotification, { name: "onNotification" });
    this.#pending = new PendingCalls({
      clock: clock ?? systemClock,
      waitMs: requireWaitMs("waitMs", waitMs),
      maxPendingCalls: requireLimit("maxPendingCalls", limits?.maxPendingCalls ?? 1024),
      nextId,
      dialError: () => this.#dialError,
      settled: () => this.#endWhenDone(),
    });
    this.#dials = typeof source === "function";
    const endListening = onAbort(signal, () => this.abort(signal?.reason));
    this.finished = this.#run(source).finally(endListening);
  }

  /**
   * Makes calls over a connection, which belongs to them from now on, or over the connections that a function dials one
   * after the other.
   *
   * @throws {TypeError} The source is neither, or an option is no function, or has a name that nobody looks at.
   * @throws {RangeError} A limit or a time is none.
   */
  static over<Request, In, Out, Reply = In, Id = number>(
    source: CallsSource<In, Out>,
    options:
      & CallsOptions<Request, Reply, In, NoInfer<Out>, Id>
      & (number extends Id ? unknown : { nextId: () => Id }),
  ): Calls<Request, Reply> {
    return new Calls<Request, Reply>(source, options);
  }

  /** Calls that wait for their reply, or for a connection. */
  get pending(): number {
    return this.#pending.size;
  }
  /** Messages that nobody wanted: replies that came too late, and notifications without a listener. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Sends a request, over the next connection where there is none, and waits for its reply. When its time is out or its
   * signal is aborted the call is forgotten, and a reply that comes later is dropped; the peer is not told.
   *
   * @throws {DeadlineError} No reply came within `waitMs`: phase `reply`, or `connect` where it was never sent, with what
   * the last try to connect failed with as its `cause`.
   * @throws {ClosedError} They are closed, or the connection was over before the reply came (its `cause` says why) and
   * the call is not `idempotent`; whether it was done is not known then.
   * @throws {LimitError} More than `maxPendingCalls` would be under way.
   * @throws {RangeError} `waitMs` is neither a number from 0 nor `Infinity`.
   * @throws {TypeError} An option has a name that nobody looks at.
   * @throws What `toMessage`, `toReply` and the codec throw, and the reason of `signal`.
   */
  call(request: Request, options: CallOptions = {}): Promise<Reply> {
    return forgettable(
      new Promise<Reply>((resolve, reject) => {
        if (this.#over) throw this.#over.error;
        const call = this.#pending.begin({ request, options, resolve, reject });
        if (this.#link?.open) void this.#send(call, this.#link);
      }),
    );
  }

  /**
   * Takes no more calls, waits for the replies to those that were sent, within their times, and closes the connection
   * politely. Calls that wait for a connection reject. It never rejects, and may be called again.
   */
  close(): Promise<void> {
    this.#over ??= { error: closedHere() };
    for (const call of this.#pending) if (!call.link) call.reject(this.#over.error);
    this.#endWhenDone();
    return this.finished;
  }

  /** Ends it at once: calls under way reject with `reason`. */
  abort(reason: unknown = closedHere()): void {
    this.#over ??= { error: reason };
    this.#end.abort(reason);
    this.#link?.connection.abort(reason);
    for (const call of this.#pending) call.reject(reason);
  }

  /** Aborts. */
  [Symbol.dispose](): void {
    this.abort();
  }

  /** Closes politely. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #endWhenDone(): void {
    if (!this.#over || this.pending > 0) return;
    if (this.#link) void this.#link.connection.close();
    else this.#end.abort();
  }

  async #run(source: CallsSource<unknown, never>): Promise<void> {
    let cause: unknown;
    try {
      if (typeof source !== "function") cause = await this.#talk(source);
      else await this.#talkOverEach(source);
    } catch (error) {
      cause = error;
    }
    this.#over ??= { error: connectionOver({ tried: "call", cause }) };
    for (const call of this.#pending) call.reject(this.#over.error);
  }

  async #talkOverEach(
    dial: (signal: AbortSignal) => Promise<Connection<unknown, never>>,
  ): Promise<void> {
    const { backoff, onRetry, random, clock } = this.#wiring;
    const connections = reconnect(dial, {
      signal: this.#end.signal,
      ...backoff && { backoff },
      ...random && { random },
      ...clock && { clock },
      onRetry: (retry) => {
        this.#dialError = retry.error;
        return onRetry?.(retry);
      },
    });
    for await (const connection of connections) {
      await this.#talk(connection);
      if (this.#over) break;
    }
  }

  /** Sends and takes what there is until the connection is over, and returns why it is. */
  async #talk(connection: Connection<unknown, never>): Promise<unknown> {
    const link: Link = { connection, open: true, cause: undefined };
    this.#link = link;
    if (this.#over) connection.abort(this.#over.error);
    void this.#sendWaiting(link);
    try {
      for await (const message of connection) this.#take(message);
    } catch (error) {
      link.cause ??= error;
    }
    link.open = false;
    this.#link = undefined;
    for (const call of this.#pending) {
      if (call.link !== link) continue;
      if (call.idempotent && this.#dials && !this.#over) call.link = undefined;
      else call.reject(lostCall(call, link.cause));
    }
    await connection.close();
    return link.cause;
  }

  async #sendWaiting(link: Link): Promise<void> {
    for (const call of this.#pending) {
      if (!link.open) return;
      if (!call.link) await this.#send(call, link);
    }
  }

  async #send(call: PendingCall<Request, Reply>, link: Link): Promise<void> {
    const { connection } = link;
    // It has just ended, and was not asked for its next message since.
    if (connection.closed) return;
    call.link = link;
    call.peer = connection.remoteAddr;
    try {
      // What `toMessage` makes is what the connection sends: `over` has seen that.
      await connection.send(this.#wiring.toMessage(call.request, call.id) as never);
    } catch (error) {
      const isOver = connection.closed || error instanceof ClosedError;
      // A request that cannot be said is its caller's fault, and the connection goes on.
      if (!isOver) return call.reject(error);
      link.open = false;
      link.cause ??= error;
      // Replies that have arrived are still handed out.
      connection.drain();
    }
  }

  #take(message: unknown): void {
    const { idOf, toReply } = this.#wiring;
    const id = idOf(message);
    const call = this.#pending.get(id);
    if (id === undefined && this.#notify) this.#notify(message);
    else if (id === undefined || !call?.link) {
      this.#dropped++;
    } else {
      try {
        // Without `toReply` the reply is the message, which is what Reply then stands for.
        call.resolve(toReply ? toReply(message) : message as Reply);
      } catch (error) {
        call.reject(error);
      }
    }
  }
}
