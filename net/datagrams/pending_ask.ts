import type { CancelWait, Clock } from "../clock.ts";
import { DeadlineError } from "../errors.ts";
import { safeListener } from "../safe_listener.ts";

/** No answer takes longer than this, whatever was doubled (RFC 6298, 2.5). */
export const MAX_TIMEOUT_MS = 60_000;

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
  /** Says whether a reply would not be known as the one to this call. */
  readonly mustWait: () => boolean;
  /** Hears that it is over, and how many replies may still come. */
  readonly settled: (owed: number) => void;
}

/** One call: its message, sent again until it is settled. */
export class PendingAsk<In> {
  readonly peer: Deno.NetAddr;
  readonly isReply: (message: In) => boolean | undefined;
  /** The answer. */
  readonly reply: Promise<In>;
  /** How long the reply to what was sent last may take, in milliseconds. */
  waitMs: number;
  /** How often its message was sent, without those times of which the system said that nobody took it. */
  unanswered = 0;
  /** Its message waits until no reply to an earlier call can come. */
  isHeld = false;
  readonly #parts: PendingAskParts<In>;
  readonly #begun: number;
  #left: number;
  #refusal: { readonly error: unknown } | undefined;
  #cancel: CancelWait = () => {};
  #isSettled = false;
  #resolve!: (message: In) => void;
  #reject!: (error: unknown) => void;

  constructor(parts: PendingAskParts<In>) {
    const { clock, peer, retries, timeoutMs, isReply } = parts;
    this.#parts = parts;
    this.#begun = clock.now();
    this.#left = retries;
    this.peer = peer;
    this.waitMs = timeoutMs;
    this.isReply = isReply ? safeListener(isReply, { name: "isReply" }) : () => true;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Sends the message, and again each time. */
  begin(): void {
    this.#attempt();
  }

  /** Sends the message that waited. */
  sendHeld(): void {
    this.#cancel();
    this.waitMs = this.#parts.timeoutMs;
    this.#attempt();
  }

  /** Settles it with its answer; further replies may come. */
  resolve(message: In): void {
    if (this.#settle(this.unanswered - 1)) this.#resolve(message);
  }

  /** Settles it without one. */
  reject(error: unknown): void {
    if (this.#settle(this.unanswered)) this.#reject(error);
  }

  /** The system says that nobody takes what was sent, this or something before it. */
  refused(error: unknown): void {
    if (this.isHeld) return;
    if (this.unanswered > 0) this.unanswered--;
    this.#refusal = { error };
    if (this.#left === 0) this.reject(error);
  }

  #attempt(): void {
    const { clock, isReply, mustWait } = this.#parts;
    this.isHeld = isReply === undefined && this.unanswered === 0 && mustWait();
    if (!this.isHeld) this.#send();
    if (!this.#isSettled) this.#cancel = clock.wait(this.waitMs, () => this.#tryAgain());
  }

  #send(): void {
    this.unanswered++;
    this.#parts.send().catch((error) => {
      if (error instanceof Deno.errors.ConnectionRefused) return this.refused(error);
      if (this.unanswered > 0) this.unanswered--;
      // What cannot be sent now will not be sent later either.
      this.reject(error);
    });
  }

  #tryAgain(): void {
    const { clock, peer, timeoutMs } = this.#parts;
    if (this.#left > 0) {
      this.#left--;
      this.waitMs = Math.min(this.waitMs * 2, Math.max(timeoutMs, MAX_TIMEOUT_MS));
      return this.#attempt();
    }
    const tookMs = Math.round(clock.now() - this.#begun);
    this.reject(this.#refusal?.error ?? new DeadlineError("reply", tookMs, { peer }));
  }

  #settle(owed: number): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.#cancel();
    this.#parts.settled(Math.max(0, owed));
    return true;
  }
}
