import { alreadyWaiting, DONE } from "../waiter.ts";
import { ClosedError } from "../errors.ts";
import { rejected } from "../rejection.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { DatagramSendOptions } from "./sender.ts";
import type { DatagramCloseReason, DatagramSession } from "./session.ts";
import type { TableEntry } from "./session_table.ts";

/** What a session needs of its server. */
export interface SessionHost<In, Out> {
  /** Sends a message to a peer. */
  send(
    session: PeerSession<In, Out>,
    message: Out,
    options: DatagramSendOptions | undefined,
  ): Promise<void>;
  /** Takes a session away, for this reason. */
  close(session: PeerSession<In, Out>, reason: DatagramCloseReason): void;
  /** So many bytes wait no more, of the session's first message or of others. */
  taken(bytes: number, isFirst: boolean): void;
}

/** What came from a peer and waits for its handler. */
interface Queued<In> {
  readonly message: In;
  readonly bytes: number;
  /** It is the session's first message. */
  readonly isFirst: boolean;
  /**
   * Bytes of all that was queued up to this one, but for the first message: a count on the session would be held by all that
   * are idle.
   */
  readonly total: number;
}

/** A session as its server has it. */
export class PeerSession<In, Out = In>
  implements DatagramSession<In, Out>, AsyncIterableIterator<In, undefined>, TableEntry {
  /** The session's number on its server, from 0. */
  readonly id: number;
  /** Where its datagrams come from; an IPv4 address is never mapped into IPv6. */
  readonly remoteAddr: Deno.NetAddr;
  /** Where they are sent to, in the form that the socket takes. */
  readonly sendTo: Deno.NetAddr;
  /** When something came from there last. */
  heardAt = 0;
  /** Something came more than once. */
  wasHeardAgain = false;
  /** The session that was heard before it. */
  before: TableEntry | undefined = undefined;
  /** The session that was heard after it. */
  after: TableEntry | undefined = undefined;
  /** How much may come from there. */
  rate: RateLimiter | undefined;
  readonly #host: SessionHost<In, Out>;
  #queue: Queued<In>[] | undefined;
  #waiting: ((result: IteratorResult<In, undefined>) => void) | undefined;
  #controller: AbortController | undefined;
  #isCut = false;
  #closeReason: DatagramCloseReason | undefined;

  /** Makes the session of a peer; the table it is in counts its times. */
  constructor(
    host: SessionHost<In, Out>,
    { id, remoteAddr, sendTo }: { id: number; remoteAddr: Deno.NetAddr; sendTo: Deno.NetAddr },
  ) {
    this.#host = host;
    this.id = id;
    this.remoteAddr = remoteAddr;
    this.sendTo = sendTo;
  }

  get closeReason(): DatagramCloseReason | undefined {
    return this.#closeReason;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#closeReason !== undefined) this.#controller.abort(this.#closedError());
    return this.#controller.signal;
  }

  send(message: Out, options?: DatagramSendOptions): Promise<void> {
    if (this.#closeReason !== undefined && (this.#isCut || this.#closeReason !== "stopping")) {
      return rejected(this.#closedError());
    }
    return this.#host.send(this, message, options);
  }

  async receive(): Promise<In | undefined> {
    const { value } = await this.next();
    return value;
  }

  close(): void {
    this.#host.close(this, "done");
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    // An iterator of its own would be a tenth of what an idle session holds.
    return this;
  }

  /** Ends an iteration; the session goes on. */
  return(): Promise<IteratorResult<In, undefined>> {
    return Promise.resolve(DONE);
  }

  /** Returns the next message, or that there will be none. Two calls cannot wait at one time. */
  next(): Promise<IteratorResult<In, undefined>> {
    const first = this.#queue?.shift();
    if (first) {
      if (this.#queue!.length === 0) this.#queue = undefined;
      this.#host.taken(first.bytes, first.isFirst);
      return Promise.resolve({ done: false, value: first.message });
    }
    if (this.#closeReason !== undefined) return Promise.resolve(DONE);
    if (this.#waiting) return alreadyWaiting();
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /** How many messages wait for the handler. */
  get queuedMessages(): number {
    return this.#queue?.length ?? 0;
  }

  /** How many bytes they are, without the session's first message. */
  get queuedBytes(): number {
    const first = this.#queue?.[0];
    if (first === undefined) return 0;
    return this.#queue!.at(-1)!.total - first.total + (first.isFirst ? 0 : first.bytes);
  }

  /** Hands a message to who waits; says whether somebody did. */
  deliver(message: In): boolean {
    const resolve = this.#waiting;
    if (resolve === undefined) return false;
    this.#waiting = undefined;
    resolve({ done: false, value: message });
    return true;
  }

  /** Keeps a message until somebody asks for it. */
  enqueue(message: In, { bytes, isFirst }: Pick<Queued<In>, "bytes" | "isFirst">): void {
    const total = (this.#queue?.at(-1)?.total ?? 0) + (isFirst ? 0 : bytes);
    (this.#queue ??= []).push({ message, bytes, isFirst, total });
  }

  /** Ends the iteration; what waits is still given when the server is `stopping`. */
  end(reason: DatagramCloseReason): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    if (reason !== "stopping") this.drop();
    this.#waiting?.(DONE);
    this.#waiting = undefined;
    this.#controller?.abort(this.#closedError());
  }

  /** Is waited for no longer: nothing more can be received or sent. */
  cut(): void {
    this.drop();
    this.#isCut = true;
  }

  /** Forgets what waits. */
  drop(): void {
    for (const { bytes, isFirst } of this.#queue ?? []) this.#host.taken(bytes, isFirst);
    this.#queue = undefined;
  }

  #closedError(): ClosedError {
    const reason = SAID[this.#closeReason ?? "done"];
    return new ClosedError(`Cannot use the session: ${reason}`, {
      code: this.#closeReason === "done" ? "connection-closed" : "connection-cut",
      by: "local",
    });
  }
}

const SAID: Readonly<Record<DatagramCloseReason, string>> = {
  done: "it was closed here",
  idle: "nothing came from the peer for too long",
  evicted: "another peer needed its place",
  failed: "its handler failed",
  stopping: "the server shuts down",
};
