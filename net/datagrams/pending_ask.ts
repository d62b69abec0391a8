import type { CancelWait, Clock } from "../clock.ts";
import { DeadlineError } from "../errors.ts";
import { safeListener } from "../safe_listener.ts";

/** No answer takes longer than this, whatever was doubled (RFC 6298, 2.5). */
const MAX_TIMEOUT_MS = 60_000;

/** What {@linkcode PendingAsk} needs. */
export interface PendingAskParts<In> {
  readonly clock: Clock;
  /** Whose reply is waited for. */
  readonly peer: Deno.NetAddr;
  /** Sends the message. */
  readonly send: () => Promise<void>;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly isReply: ((message: In) => boolean) | undefined;
  /** Says whether a reply would not be known as the one to this call. It is asked once. */
  readonly mustWait: () => boolean;
  /** Hears each time that its message is sent again. */
  readonly sentAgain: () => void;
  /** Hears that it is over. */
  readonly settled: (left: AskLeftOver) => void;
}

/** What a call that is over has left. */
export interface AskLeftOver {
  /** How many replies may still come. */
  readonly count: number;
  /** How long, in milliseconds. */
  readonly waitMs: number;
  /** The bytes of the reply that came; undefined where none did. */
  readonly answer: Uint8Array | undefined;
}

/** One call: its message, sent again until it is settled. */
export class PendingAsk<In> {
  readonly peer: Deno.NetAddr;
  readonly isReply: (message: In) => boolean | undefined;
  /** The answer. */
  readonly reply: Promise<In>;
  /** Its message waits until no reply to an earlier call can come. */
  isHeld = false;
  readonly #parts: PendingAskParts<In>;
  #begunMs: number | undefined;
  /** When its message was sent first, without what was refused, and last. */
  #firstSentMs = 0;
  #lastSentMs = 0;
  /** How long the reply to what was sent last may take. */
  #waitMs: number;
  /** How often its message was sent, without those times of which the system said that nobody took it. */
  #unanswered = 0;
  #left: number;
  #refusal: { readonly error: unknown } | undefined;
  #cancel: CancelWait = () => {};
  #isSettled = false;
  #resolve!: (message: In) => void;
  #reject!: (error: unknown) => void;

  constructor(parts: PendingAskParts<In>) {
    const { peer, retries, timeoutMs, isReply } = parts;
    this.#parts = parts;
    this.#left = retries;
    this.peer = peer;
    this.#waitMs = timeoutMs;
    this.isReply = isReply ? safeListener(isReply, { name: "isReply" }) : () => true;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Sends the message, and again each time; it waits before the first time where it must. */
  begin(): void {
    const { isReply, mustWait } = this.#parts;
    this.isHeld = isReply === undefined && mustWait();
    if (!this.isHeld) this.#attempt();
  }

  /** Sends the message that waited. */
  sendHeld(): void {
    this.isHeld = false;
    this.#attempt();
  }

  /** Settles it with its answer, and the bytes that said it; further replies may come. */
  resolve(message: In, bytes: Uint8Array): void {
    const count = this.#unanswered - 1;
    // Whoever gets the message may change what it holds.
    const answer = count > 0 ? bytes.slice() : undefined;
    // No reply took longer than this one, at most since the first time.
    const took = this.#lastSentMs - this.#firstSentMs + this.#parts.timeoutMs / 4;
    if (this.#settle({ count, waitMs: took, answer })) this.#resolve(message);
  }

  /** Settles it without one. */
  reject(error: unknown): void {
    const { timeoutMs } = this.#parts;
    const left = { count: this.#unanswered, waitMs: timeoutMs, answer: undefined };
    if (this.#settle(left)) this.#reject(error);
  }

  /** The system says that nobody takes what was sent, this or something before it. */
  refused(error: unknown): void {
    if (this.isHeld) return;
    if (this.#unanswered > 0) this.#unanswered--;
    this.#refusal = { error };
    if (this.#left === 0) this.reject(error);
  }

  #attempt(): void {
    const { clock, send } = this.#parts;
    const now = clock.now();
    this.#begunMs ??= now;
    if (this.#unanswered++ === 0) this.#firstSentMs = now;
    this.#lastSentMs = now;
    // Whoever refused the one before may take this one.
    this.#refusal = undefined;
    send().catch((error) => {
      if (error instanceof Deno.errors.ConnectionRefused) return this.refused(error);
      if (this.#unanswered > 0) this.#unanswered--;
      // What cannot be sent now will not be sent later either.
      this.reject(error);
    });
    if (!this.#isSettled) this.#cancel = clock.wait(this.#waitMs, () => this.#tryAgain());
  }

  #tryAgain(): void {
    const { clock, peer, timeoutMs } = this.#parts;
    if (this.#left > 0) {
      this.#left--;
      this.#waitMs = Math.min(this.#waitMs * 2, Math.max(timeoutMs, MAX_TIMEOUT_MS));
      this.#parts.sentAgain();
      return this.#attempt();
    }
    const now = clock.now();
    const tookMs = Math.round(now - (this.#begunMs ?? now));
    this.reject(this.#refusal?.error ?? new DeadlineError("reply", tookMs, { peer }));
  }

  #settle({ count, waitMs, answer }: AskLeftOver): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#cancel();
    const left = { count: Math.max(0, count), waitMs: Math.min(waitMs, MAX_TIMEOUT_MS), answer };
    this.#parts.settled(left);
    return true;
  }
}
