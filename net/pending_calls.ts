import { onAbort } from "./abort_listener.ts";
import { shown } from "../codec/arguments.ts";
import { LimitError } from "../codec/errors.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "./address.ts";
import { type CallOptions, requireCallOptions } from "./calls_options.ts";
import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { requireWaitMs } from "./deadlines.ts";
import { ClosedError, DeadlineError, messageOf } from "./errors.ts";
import { Watch } from "./watch.ts";

/** One of the connections that calls go over. */
export interface Link {
  readonly connection: Connection<unknown, never>;
  /** Requests can be sent over it. */
  open: boolean;
  /** Why it is over; undefined where the peer just finished. */
  cause: unknown;
}

/** A call that is under way. What settles it twice does nothing the second time. */
export interface PendingCall<Request, Reply> {
  readonly id: unknown;
  /** What errors call it. */
  readonly name: string;
  readonly request: Request;
  readonly idempotent: boolean;
  /** Where it was sent; undefined while it waits for a connection. */
  link: Link | undefined;
  /** Whom it was sent to last, if it ever was. */
  peer: Address | undefined;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** How {@linkcode PendingCalls} are kept. */
export interface PendingCallsOptions {
  clock: Clock;
  /** How long a call may take that does not say so itself. */
  waitMs: number;
  maxPendingCalls: number;
  nextId: () => unknown;
  /** Returns why the last try to connect failed. */
  dialError: () => unknown;
  /** Hears that a call has been settled. */
  settled: () => void;
}

/** What is to be called, how, and who waits for it. */
export interface CallBegun<Request, Reply> {
  request: Request;
  options: CallOptions;
  resolve: (reply: Reply) => void;
  reject: (error: unknown) => void;
}

/** The calls under way, by their ids: each has a time, and there is a most of them. */
export class PendingCalls<Request, Reply> {
  readonly #options: PendingCallsOptions;
  readonly #calls = new Map<unknown, PendingCall<Request, Reply>>();

  constructor(options: PendingCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: unknown): PendingCall<Request, Reply> | undefined {
    return this.#calls.get(id);
  }

  /** Returns them; some may be settled or begun meanwhile. */
  [Symbol.iterator](): IterableIterator<PendingCall<Request, Reply>> {
    return this.#calls.values();
  }

  /** Begins one. @throws As {@linkcode Calls.call} rejects. */
  begin(
    { request, options, resolve, reject }: CallBegun<Request, Reply>,
  ): PendingCall<Request, Reply> {
    const { clock, maxPendingCalls, nextId, settled } = this.#options;
    requireCallOptions(options);
    const { waitMs = this.#options.waitMs, signal, idempotent = false } = options;
    requireWaitMs("waitMs", waitMs);
    signal?.throwIfAborted();
    if (this.size >= maxPendingCalls) throw tooMany(this.size + 1, maxPendingCalls);
    const id = nextId();
    if (this.#calls.has(id)) {
      throw new TypeError(`Cannot call: another call under way has the id ${shown(id)}`);
    }
    // What is called above may have aborted the signal, and then the call is settled before it is listened for.
    let endListening = () => {};
    const settle = (): boolean => {
      // A later call may have the id again.
      if (this.#calls.get(id) !== call) return false;
      this.#calls.delete(id);
      time.clear();
      endListening();
      settled();
      return true;
    };
    const call: PendingCall<Request, Reply> = {
      id,
      name: options.name ?? `call ${String(id)}`,
      request,
      idempotent,
      link: undefined,
      peer: undefined,
      resolve: (reply) => settle() && resolve(reply),
      reject: (error) => settle() && reject(error),
    };
    this.#calls.set(id, call);
    const passed = () => call.reject(this.#lateError(call, waitMs));
    const time = new Watch({ passed }, { ms: waitMs, clock });
    time.start();
    endListening = onAbort(signal, () => call.reject(signal?.reason));
    return call;
  }

  #lateError({ name, peer }: PendingCall<Request, Reply>, waitMs: number): DeadlineError {
    if (peer) return new DeadlineError("reply", waitMs, { call: name, peer });
    return new DeadlineError("connect", waitMs, { call: name, cause: this.#options.dialError() });
  }
}

/** Says that a call's connection was over before its reply came; `cause` is undefined where the peer just finished. */
export function lostCall(
  { name, peer }: Pick<PendingCall<unknown, unknown>, "name" | "peer">,
  cause: unknown,
): ClosedError {
  const from = peer ? ` from ${formatAddress(peer)}` : "";
  const tried = `receive a reply${escapeControls(` for ${name}${from}`)}`;
  return connectionOver({ tried, note: "; whether it was done is not known", cause });
}

/** Says that a connection is over; `cause` is undefined where the peer just finished. */
export function connectionOver(
  { tried, note = "", cause = peerFinished() }: { tried: string; note?: string; cause: unknown },
): ClosedError {
  const { code, by } = cause instanceof ClosedError
    ? cause
    : { code: "connection-closed", by: "local" } as const;
  const reason = messageOf(cause).replace(/^Cannot .+?: /, "");
  const message = `Cannot ${tried}: the connection is over (${reason})${note}`;
  return new ClosedError(message, { code, by, cause });
}

function peerFinished(): ClosedError {
  return new ClosedError("Cannot receive a message: the peer finished", {
    code: "connection-closed",
    by: "peer",
  });
}

function tooMany(got: number, max: number): LimitError {
  return new LimitError("Cannot call", {
    limit: "maxPendingCalls",
    max,
    got,
    unit: "calls",
    side: "local",
  });
}
