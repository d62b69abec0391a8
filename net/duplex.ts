import { type Codec, limitOf } from "../codec/mod.ts";
import { type CancelWait, type Clock, systemClock } from "./clock.ts";
import type { ConnectionOptions } from "./connection.ts";
import { deadlineOf, requireMs } from "./deadlines.ts";
import { ClosedError } from "./errors.ts";
import { Incoming } from "./incoming.ts";
import { Outgoing } from "./outgoing.ts";
import { Tracer } from "./trace.ts";
import type { Transport } from "./transport.ts";

/** The two halves of a connection, and how they end together. */
export class Duplex<In, Out> {
  readonly transport: Transport;
  readonly clock: Clock;
  /** What we say our messages in; the half that receives has its decoder. */
  codec: Codec<In, Out>;
  readonly tracer: Tracer | undefined;
  readonly incoming: Incoming<In>;
  closed = false;
  readonly #maxQueuedBytes: number;
  readonly #writeMs: number;
  readonly #drainMs: number;
  readonly #signal: AbortSignal | undefined;
  #outgoing: Outgoing<Out> | undefined;
  #reason: unknown;
  #draining = false;
  #finishing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #controller: AbortController | undefined;
  #onAbort: (() => void) | undefined;

  constructor(transport: Transport, codec: Codec<In, Out>, options: ConnectionOptions) {
    const { id = 0, limits, deadlines, rate, gapMs, trace, signal, clock = systemClock } = options;
    this.transport = transport;
    this.clock = clock;
    this.codec = codec;
    this.#signal = signal;
    this.#maxQueuedBytes = limitOf("maxQueuedBytes", limits?.maxQueuedBytes);
    this.#writeMs = deadlineOf("writeMs", deadlines?.writeMs);
    this.#drainMs = deadlineOf("drainMs", deadlines?.drainMs);
    if (trace) this.tracer = new Tracer(trace, { id, now: () => clock.date() });
    this.incoming = new Incoming<In>(this, {
      codec,
      idleMs: deadlineOf("idleMs", deadlines?.idleMs),
      gapMs: gapMs === undefined ? undefined : requireMs("gapMs", gapMs),
      rate,
    });
    try {
      transport.setNoDelay?.(true);
    } catch {
      // The peer has gone already; the first read says so.
    }
    if (!signal) return;
    this.#onAbort = () => this.end(signal.reason);
    if (signal.aborted) this.end(signal.reason);
    else signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The half that sends; made when it is first asked for, because many connections only listen. */
  get outgoing(): Outgoing<Out> {
    if (this.#outgoing) return this.#outgoing;
    this.#outgoing = new Outgoing<Out>(this, {
      maxQueuedBytes: this.#maxQueuedBytes,
      writeMs: this.#writeMs,
    });
    if (this.closed) this.#outgoing.end(this.#reason ?? closedHere());
    return this.#outgoing;
  }

  get bytesSent(): number {
    return this.#outgoing?.bytesSent ?? 0;
  }
  get queuedBytes(): number {
    return this.#outgoing?.queuedBytes ?? 0;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.closed) this.#controller.abort(this.#reason ?? closedHere());
    if (this.#draining) this.#controller.abort(serverStops());
    return this.#controller.signal;
  }

  /** No message is left to hand out: what was gathered for the peer should leave now. */
  flushSent(): void {
    this.#outgoing?.flush();
  }

  /** One half cannot go on, so neither does the other. */
  fail(error: unknown): void {
    this.end(this.explained("receive", error));
  }

  /** Returns what an error of the system means, in the kernel's own words. */
  explained(tried: "receive" | "send", error: unknown): unknown {
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

  switchTo<NextIn, NextOut>(codec: Codec<NextIn, NextOut>): void {
    this.incoming.switchTo(codec);
    // From here on both halves speak the next codec; only the types still name the first one.
    this.codec = codec as unknown as Codec<In, Out>;
  }

  drain(): void {
    this.#draining = true;
    this.incoming.beginDrain();
    this.#controller?.abort(serverStops());
  }

  async closeWrite(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#finishing) await this.outgoing.drained({ signal });
    await (this.#finishing ??= this.#finish());
  }

  close(): Promise<void> {
    return this.#closing ??= this.#closePolitely();
  }

  /** Ends both directions at once. Who waits hears `reason`, or the end where it is undefined. */
  end(reason: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.#reason = reason;
    this.#outgoing?.end(reason ?? closedHere());
    this.incoming.end(reason);
    if (this.#onAbort) this.#signal?.removeEventListener("abort", this.#onAbort);
    try {
      this.transport.close();
    } catch {
      // It was closed by whoever opened it.
    }
    this.incoming.release();
    this.tracer?.note("closed");
    this.#controller?.abort(reason ?? closedHere());
  }

  async #closePolitely(): Promise<void> {
    if (this.closed) return;
    let cancel: CancelWait | undefined;
    try {
      if (!this.#finishing) await this.#outgoing?.drained();
      // The FIN of TLS waits for the peer too, so that its wait ends with this one.
      cancel = this.clock.wait(this.#drainMs, () => this.end(undefined));
      await (this.#finishing ??= this.#finish());
      await this.incoming.linger();
    } catch {
      // The peer is gone, or took nothing within the write deadline: there is nobody left to be polite to.
    }
    cancel?.();
    this.end(undefined);
  }

  async #finish(): Promise<void> {
    this.outgoing.end(closedHere());
    this.tracer?.note("we will send no more");
    try {
      await this.transport.closeWrite();
    } catch (error) {
      throw this.explained("send", error);
    }
  }
}

/** Says that a connection was closed on this side. */
export function closedHere(): ClosedError {
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
