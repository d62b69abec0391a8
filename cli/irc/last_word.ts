import { LimitError } from "../../codec/errors.ts";
import type { IrcMessage } from "../../codec/irc/mod.ts";
import { forgettable } from "../../net/rejection.ts";
import type { ChatClient } from "./chat_client.ts";

/** What the PINGs begin with, so that they are told from others'. */
const TOKEN = "parley-last-";

/**
 * Waits until a server has answered all that it was sent: it answers in order, and a PING behind it too. Where the connection is
 * lost meanwhile, the server of the next one is asked.
 */
export class LastWord {
  readonly #irc: Pick<ChatClient, "send">;
  /** Who waits for the answer. */
  #answered: (() => void) | undefined;
  #tokens = 0;
  #isWelcome = false;
  #isOver = false;

  /** Sends nothing before {@linkcode LastWord.wait}. */
  constructor(irc: Pick<ChatClient, "send">) {
    this.#irc = irc;
  }

  /** Takes note of a message, and says whether it is only the answer to what was asked here. */
  heard({ command, params }: IrcMessage): boolean {
    const token = params.at(-1) ?? "";
    if (command === "001") this.#welcomed();
    if (command !== "PONG" || !token.startsWith(TOKEN)) return false;
    if (token === this.#token) this.#end();
    return true;
  }

  /** Nothing is waited for any more, as where there will be no connection. */
  end(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Asks, and waits for the answer, or for the end. @throws {LimitError} Too much waits to be sent. */
  async wait(): Promise<void> {
    if (this.#isOver) return;
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    this.#tokens++;
    await this.#ask();
    await answered;
  }

  async #ask(): Promise<void> {
    try {
      await this.#irc.send({ command: "PING", params: [this.#token] });
    } catch (error) {
      // Where the connection is lost the next one is asked, or there is none and `end` is called.
      if (error instanceof LimitError) throw error;
    }
  }

  /** What was asked before this welcome, unless it is the first, was asked of a connection that is lost. */
  #welcomed(): void {
    if (this.#isWelcome && this.#answered) void forgettable(this.#ask());
    this.#isWelcome = true;
  }

  #end(): void {
    this.#answered?.();
    this.#answered = undefined;
  }

  get #token(): string {
    return `${TOKEN}${this.#tokens}`;
  }
}
