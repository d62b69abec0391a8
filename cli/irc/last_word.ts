import { LimitError } from "../../codec/errors.ts";
import type { IrcMessage } from "../../codec/irc/mod.ts";
import { type CancelWait, type Clock, systemClock } from "../../net/clock.ts";
import { ClosedError } from "../../net/errors.ts";
import { forgettable } from "../../net/rejection.ts";
import type { ChatClient } from "./chat_client.ts";

/** What the PINGs begin with, so that they are told from others'. */
const TOKEN = "parley-last-";

/** How a {@linkcode LastWord} asks. */
export interface LastWordOptions {
  /**
   * Milliseconds after which it is asked at the latest whether the server has taken what was said; `Infinity` asks only where
   * somebody waits for the answer.
   *
   * @default {Infinity}
   */
  readonly confirmMs?: number;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/**
 * Knows what a server has taken: it answers in order, and a PING behind the rest too. It waits for such an answer, and counts
 * what was said and is not answered. Where the connection is lost meanwhile, the server of the next one is asked.
 */
export class LastWord {
  /** Messages that may be lost with the connections that were. */
  lost = 0;
  readonly #irc: Pick<ChatClient, "send">;
  readonly #confirmMs: number;
  readonly #clock: Clock;
  /** Who waits for an answer, and to which question or a later one. */
  #waiting: { readonly token: number; readonly resolve: () => void } | undefined;
  /** The last question that was asked, and the last one that was answered. */
  #asked = 0;
  #answered = 0;
  /** How many messages were said behind each question and are not known to be taken. */
  readonly #said = new Map<number, number>();
  /** Messages that failed as their connection was lost. */
  #failed = 0;
  #cancelConfirm: CancelWait | undefined;
  #isWelcome = false;
  #isOver = false;

  /** Sends nothing before {@linkcode LastWord.wait}. */
  constructor(
    irc: Pick<ChatClient, "send">,
    { confirmMs = Infinity, clock = systemClock }: LastWordOptions = {},
  ) {
    this.#irc = irc;
    this.#confirmMs = confirmMs;
    this.#clock = clock;
  }

  /** Takes note of a message, and says whether it is only the answer to what was asked here. */
  heard({ command, params }: IrcMessage): boolean {
    const token = params.at(-1) ?? "";
    if (command === "001") this.#welcomed();
    if (command !== "PONG" || !token.startsWith(TOKEN)) return false;
    const answered = Number(token.slice(TOKEN.length));
    if (!(answered > this.#answered && answered <= this.#asked)) return true;
    this.#answered = answered;
    for (const question of this.#said.keys()) {
      if (question < answered) this.#said.delete(question);
    }
    if (this.#waiting && answered >= this.#waiting.token) this.#end();
    return true;
  }

  /** Counts a message until the server is known to have taken it. @throws What `sending` is rejected with. */
  async count(sending: Promise<void>): Promise<void> {
    const question = this.#asked;
    try {
      await sending;
    } catch (error) {
      if (error instanceof ClosedError) this.#failed++;
      throw error;
    }
    if (question < this.#answered) return;
    this.#said.set(question, (this.#said.get(question) ?? 0) + 1);
    this.#confirm();
  }

  /** The connection is lost: returns how many messages may be lost with it, and counts them no more. */
  takeLost(): number {
    let lost = this.#failed;
    for (const count of this.#said.values()) lost += count;
    this.#failed = 0;
    this.#said.clear();
    this.lost += lost;
    return lost;
  }

  /** Nothing is waited for any more, as where there will be no connection. */
  end(): void {
    this.#isOver = true;
    this.#cancelConfirm?.();
    this.#end();
  }

  /** Asks, and waits for the answer, or for the end. @throws {LimitError} Too much waits to be sent. */
  async wait(): Promise<void> {
    if (this.#isOver) return;
    const token = ++this.#asked;
    const answered = new Promise<void>((resolve) => {
      this.#waiting = { token, resolve };
    });
    await this.#ask();
    await answered;
  }

  async #ask(): Promise<void> {
    try {
      await this.#irc.send({ command: "PING", params: [`${TOKEN}${this.#asked}`] });
    } catch (error) {
      // Where the connection is lost the next one is asked, or there is none and `end` is called.
      if (error instanceof LimitError) throw error;
    }
  }

  /** Asks by itself after a while, unless somebody has by then. */
  #confirm(): void {
    if (this.#cancelConfirm || this.#isOver) return;
    this.#cancelConfirm = this.#clock.wait(this.#confirmMs, () => {
      this.#cancelConfirm = undefined;
      if (this.#said.size === 0) return;
      if (this.#said.has(this.#asked)) this.#asked++;
      void forgettable(this.#ask());
      this.#confirm();
    });
  }

  /** What was asked before this welcome, unless it is the first, was asked of a connection that is lost. */
  #welcomed(): void {
    if (this.#isWelcome && this.#waiting) void forgettable(this.#ask());
    this.#isWelcome = true;
  }

  #end(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
