import type { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Codec, Session } from "../codec/codec.ts";
import type { ProtocolError } from "../codec/errors.ts";
import { onAbort } from "./abort_listener.ts";
import { type CancelWait, type Clock, systemClock } from "./clock.ts";
import type { ConnectionCore } from "./connection_core.ts";
import type { ConnectionOptions, SwitchOptions } from "./connection_options.ts";
import { type ConnectionDeadlines, connectionDeadlines } from "./deadlines.ts";
import { closedHere, explained, serverStops } from "./errors.ts";
import { Incoming } from "./incoming.ts";
import { type ConnectionLimits, connectionLimits } from "./limits.ts";
import { Outgoing } from "./outgoing.ts";
import { forgettable } from "./rejection.ts";
import { Tracer } from "./tracer.ts";
import { closeQuietly, type Transport } from "./transport.ts";
import { unlessAborted } from "./unless_aborted.ts";

/** The two halves of a connection, and how they end together. */
export class Duplex<In, Out> implements ConnectionCore<Out> {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly tracer: Tracer | undefined;
  readonly incoming: Incoming<In>;
  session: Session<In, Out>;
  closed = false;
  #limits: ConnectionLimits;
  #deadlines: ConnectionDeadlines;
  #outgoing: Outgoing<Out> | undefined;
  #reason: unknown;
  #draining = false;
  /** The protocol has said its last words. */
  #saidFarewell = false;
  /** What is still to be sent goes out. */
  #saying: Promise<void> | undefined;
  #finishing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #controller: AbortController | undefined;
  #endListening: (() => void) | undefined;

  constructor(transport: Transport, codec: Codec<In, Out>, options: ConnectionOptions) {
    const { id = 0, rate, trace, signal, clock = systemClock } = options;
    this.transport = transport;
    this.clock = clock;
    this.session = codec.session();
    this.#limits = connectionLimits(options.limits);
    this.#deadlines = connectionDeadlines(options.deadlines);
    if (trace) this.tracer = new Tracer(trace, { id, now: () => clock.date() });
    const { session } = this;
    this.incoming = new Incoming<In>(this, { session, deadlines: this.#deadlines, rate });
    try {
      transport.setNoDelay?.(true);
    } catch {
      // The peer is gone already. The first read reports it.
    }
    if (signal) this.#endListening = onAbort(signal, () => this.end(signal.reason));
  }

  /** The half that sends; made when it is first asked for, because many connections only listen. */
  get outgoing(): Outgoing<Out> {
    if (this.#outgoing) return this.#outgoing;
    const { maxQueuedBytes } = this.#limits;
    this.#outgoing = new Outgoing<Out>(this, { maxQueuedBytes, writeMs: this.#deadlines.writeMs });
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

  answer(): void {
    const { session } = this;
    if (!session.answer || session.owesAnswer === false) return;
    this.#say("answers", (writer) => session.answer?.(writer));
  }

  refuse(error: ProtocolError): void {
    const { session } = this;
    if (!session.refuse || this.#saidFarewell) return;
    this.#saidFarewell = true;
    this.#say("refuses", (writer) => session.refuse?.(error, writer));
    this.outgoing.stopTaking(error);
  }

  flushSent(): void {
    this.#outgoing?.flushAfterReads();
  }

  touch(): void {
    this.incoming.touch();
  }

  /** One half cannot go on, so neither does the other. */
  fail(error: unknown): void {
    this.end(explained("receive", error));
  }

  switchTo<NextIn, NextOut>(codec: Codec<NextIn, NextOut>, options: SwitchOptions): void {
    const limits = connectionLimits({ ...this.#limits, ...options.limits });
    const deadlines = connectionDeadlines({ ...this.#deadlines, ...options.deadlines });
    // From here on both halves speak the next codec; only the types still name the first one.
    const session = codec.session() as unknown as Session<In, Out>;
    this.incoming.switchTo(session, deadlines);
    this.session.release?.();
    this.session = session;
    this.#limits = limits;
    this.#deadlines = deadlines;
    const { maxQueuedBytes } = limits;
    this.#outgoing?.reconfigure({ maxQueuedBytes, writeMs: deadlines.writeMs });
  }

  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
    this.incoming.beginDrain();
    this.#controller?.abort(serverStops());
  }

  /** A signal that is aborted ends the wait, and not the closing. */
  closeWrite(signal: AbortSignal | undefined): Promise<void> {
    return forgettable(unlessAborted(this.#finish(), signal));
  }

  close(): Promise<void> {
    return this.#closing ??= this.#closePolitely();
  }

  /** Ends both directions at once. Pending calls reject with `reason`; where it is undefined, messages just end. */
  end(reason: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.#reason = reason;
    this.#outgoing?.end(reason ?? closedHere());
    this.incoming.end(reason);
    this.#endListening?.();
    closeQuietly(this.transport);
    this.incoming.release();
    this.session.release?.();
    this.tracer?.note("closed");
    this.#controller?.abort(reason ?? closedHere());
  }

  #say(what: string, write: (writer: ByteWriter) => void): void {
    if (!this.closed) this.outgoing.say(what, write);
  }

  #sayFarewell(): void {
    const { session } = this;
    if (session.farewell && !this.#saidFarewell) {
      this.#saidFarewell = true;
      const reason = this.#draining ? "stopping" : "done";
      this.#say("says goodbye", (writer) => session.farewell?.(reason, writer));
    }
    this.outgoing.stopTaking(closedHere());
  }

  async #closePolitely(): Promise<void> {
    if (this.closed) return;
    let cancel: CancelWait | undefined;
    try {
      const finished = this.#finish();
      await this.#saying;
      // Over TLS closeWrite() waits for the peer as well, so this deadline covers both.
      cancel = this.clock.wait(this.#deadlines.drainMs, () => this.end(undefined));
      await finished;
      await this.incoming.linger();
    } catch {
      // The peer is gone, or took no byte within `writeMs`: nobody is left to be polite to.
    }
    cancel?.();
    this.end(undefined);
  }

  /** Sends what waits and what the protocol says at the end, then FIN; once, whoever asks. */
  #finish(): Promise<void> {
    return this.#finishing ??= forgettable(this.#sendAll().then(() => this.#sendEnd()));
  }

  #sendAll(): Promise<void> {
    this.#sayFarewell();
    return this.#saying = this.outgoing.drained();
  }

  async #sendEnd(): Promise<void> {
    this.outgoing.end(closedHere());
    this.tracer?.note("we will send no more");
    try {
      await this.transport.closeWrite();
    } catch (error) {
      throw explained("send", error);
    }
  }
}
