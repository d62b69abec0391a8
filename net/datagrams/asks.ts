import { requireFunction, requireNames } from "../../codec/arguments.ts";
import { LimitError } from "../../codec/errors.ts";
import { onAbort } from "../abort_listener.ts";
import type { Clock } from "../clock.ts";
import { requireMs } from "../deadlines.ts";
import { forgettable, rejected } from "../rejection.ts";
import { type LateMessage, LateReplies } from "./late_replies.ts";
import { isSameHost, withoutZone } from "./peer_address.ts";
import { PendingAsk } from "./pending_ask.ts";

/** How {@linkcode DatagramServer.ask} waits for its reply. */
export interface AskOptions<In> {
  /** How often the message is sent again where no reply came. @default {3} */
  retries?: number;
  /**
   * How long the first reply may take, in milliseconds; after each retry it may take twice as long (RFC 6298, 5.5).
   *
   * @default {1000}
   */
  timeoutMs?: number;
  /**
   * Says whether a message from there is the reply; others go where they would go anyway. Where it is not given each one
   * is, so that the message is not sent, and its time does not begin, while an earlier call to that address may still be
   * answered late.
   *
   * @default each is
   */
  isReply?: (message: In) => boolean;
  /** Ends the wait. */
  signal?: AbortSignal;
}

const OPTION_NAMES = ["retries", "timeoutMs", "isReply", "signal"];

/** What {@linkcode Asks.ask} needs. */
export interface AskBegun<In> {
  /** Whose reply is waited for. */
  readonly peer: Deno.NetAddr;
  /** Sends the message, again each time. */
  readonly send: () => Promise<void>;
  readonly options: AskOptions<In>;
}

/** What a message that came is to the calls: the reply to one, or to one that is over. */
export type AskedMessage = "reply" | "late";

/** A message that came. */
export interface ArrivedMessage<In> extends LateMessage<In> {
  readonly from: Deno.NetAddr;
}

/** The calls that wait for a reply, by whom they asked: each peer's in the order in which they were begun. */
export class Asks<In> {
  readonly #clock: Clock;
  readonly #maxPendingAsks: number;
  readonly #byPeer = new Map<string, Set<PendingAsk<In>>>();
  readonly #late: LateReplies<In>;
  /** How many calls to each peer are under way whose messages were sent more than once. */
  readonly #sentAgain = new Map<string, number>();
  #size = 0;
  #isClosed = false;

  constructor({ clock, maxPendingAsks }: { clock: Clock; maxPendingAsks: number }) {
    this.#clock = clock;
    this.#maxPendingAsks = maxPendingAsks;
    this.#late = new LateReplies({
      clock,
      maxCalls: maxPendingAsks,
      allCame: (key) => this.#sendHeld(key),
    });
  }

  /** No message that comes can be for a call. */
  get isIdle(): boolean {
    return this.#size === 0 && this.#late.size === 0;
  }

  /**
   * Sends a message until a reply comes.
   *
   * @throws {DeadlineError} None came in time, nor after the retries.
   * @throws {LimitError} Too many calls wait.
   */
  ask({ peer, send, options }: AskBegun<In>): Promise<In> {
    try {
      return this.#begin({ peer, send, options });
    } catch (error) {
      return rejected(error);
    }
  }

  /** Says whether a message from there may be for a call. */
  expects(from: Deno.NetAddr): boolean {
    if (this.isIdle) return false;
    const key = keyOf(from);
    return this.#byPeer.has(key) || this.#late.has(key);
  }

  /**
   * Gives a message to the first call that it is the reply to, else to one that is over; undefined where it is to none.
   * Calls that wait come first: what they were sent for was sent before the last retry of a call that is over.
   */
  take({ from, ...arrived }: ArrivedMessage<In>): AskedMessage | undefined {
    const { message, bytes } = arrived;
    const key = keyOf(from);
    for (const ask of this.#byPeer.get(key) ?? []) {
      if (ask.isHeld || !isSameHost(from.hostname, ask.peer.hostname)) continue;
      if (!ask.isReply(message)) continue;
      ask.resolve(message, bytes);
      return "reply";
    }
    return this.#late.take(key, arrived) ? "late" : undefined;
  }

  /** Tells all calls that nobody takes what they sent; those with retries left go on. */
  refused(error: unknown): void {
    for (const ask of this.#all()) ask.refused(error);
  }

  /** Ends all calls. */
  close(error: unknown): void {
    this.#isClosed = true;
    for (const ask of this.#all()) ask.reject(error);
    this.#late.clear();
  }

  #begin({ peer, send, options }: AskBegun<In>): Promise<In> {
    requireNames(options, { what: "options of ask()", names: OPTION_NAMES });
    const { retries = 3, timeoutMs = 1_000, signal, isReply } = options;
    requireMs("timeoutMs", timeoutMs);
    if (retries !== Infinity && (!Number.isInteger(retries) || retries < 0)) {
      throw new RangeError(`Cannot set retries to ${retries}: it is a whole number from 0`);
    }
    if (isReply !== undefined) requireFunction(isReply, "isReply");
    signal?.throwIfAborted();
    if (this.#size >= this.#maxPendingAsks) {
      throw new LimitError("Cannot ask", {
        limit: "maxPendingAsks",
        max: this.#maxPendingAsks,
        got: this.#size + 1,
        unit: "calls",
        side: "local",
      });
    }
    const key = keyOf(peer);
    let isCounted = false;
    const ask = new PendingAsk<In>({
      clock: this.#clock,
      peer,
      send,
      retries,
      timeoutMs,
      isReply,
      mustWait: () => this.#mustWait(key),
      // Behind one that never gives up others would wait for ever.
      sentAgain: () => {
        if (isCounted || retries === Infinity) return;
        isCounted = true;
        this.#countSentAgain(key, 1);
      },
      settled: (left) => {
        endListening();
        this.#delete(ask);
        if (this.#isClosed) return;
        if (left.count > 0) this.#late.expect(key, { ...left, isReply: isReply && ask.isReply });
        if (isCounted) {
          this.#countSentAgain(key, -1);
          this.#sendHeld(key);
        }
      },
    });
    let endListening = () => {};
    this.#add(ask);
    ask.begin();
    endListening = onAbort(signal, () => ask.reject(signal?.reason));
    return forgettable(ask.reply);
  }

  /** Says whether a reply from there could be one to an earlier call whose message was sent more than once. */
  #mustWait(key: string): boolean {
    return this.#sentAgain.has(key) || this.#late.has(key);
  }

  #countSentAgain(key: string, more: 1 | -1): void {
    const count = (this.#sentAgain.get(key) ?? 0) + more;
    if (count > 0) this.#sentAgain.set(key, count);
    else this.#sentAgain.delete(key);
  }

  #sendHeld(key: string): void {
    if (this.#isClosed || this.#mustWait(key)) return;
    for (const ask of [...this.#byPeer.get(key) ?? []]) if (ask.isHeld) ask.sendHeld();
  }

  #all(): PendingAsk<In>[] {
    return Array.from(this.#byPeer.values(), (asks) => [...asks]).flat();
  }

  #add(ask: PendingAsk<In>): void {
    const key = keyOf(ask.peer);
    const asks = this.#byPeer.get(key);
    if (asks) asks.add(ask);
    else this.#byPeer.set(key, new Set([ask]));
    this.#size++;
  }

  #delete(ask: PendingAsk<In>): void {
    const key = keyOf(ask.peer);
    const asks = this.#byPeer.get(key);
    asks?.delete(ask);
    if (asks?.size === 0) this.#byPeer.delete(key);
    this.#size--;
  }
}

function keyOf({ hostname, port }: Deno.NetAddr): string {
  return `${withoutZone(hostname)} ${port}`;
}
