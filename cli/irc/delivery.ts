import { ProtocolError } from "../../codec/errors.ts";
import type { IrcMessage } from "../../codec/irc/mod.ts";
import { counted } from "../../net/counted.ts";
import { messageOf } from "../../net/errors.ts";
import type { ExactLine } from "../exact_lines.ts";
import { ExplainedError } from "../explained_error.ts";
import { Outbox } from "../outbox.ts";
import { type ChatClient, viewerOf } from "./chat_client.ts";
import type { Join } from "./commands.ts";
import { LastWord } from "./last_word.ts";
import { isRefusal } from "./render.ts";
import { isSame, nickOf } from "./said.ts";
import { harmless } from "./spans.ts";

/** What a {@linkcode Delivery} delivers. */
export interface DeliveryOptions {
  /** To whom: a channel, which is joined first, or a person. */
  readonly target: string;
  /** What to say, each line a message; an empty one is none, because IRC has no such message. */
  readonly lines: AsyncIterable<ExactLine> | Iterable<ExactLine>;
  /** The channels that are joined, with their keys. @default none */
  readonly joins?: readonly Join[];
}

/** Refusals of a message that name no target (RFC 2812, 5.2; 417 is modern servers'). */
const OF_ANY_MESSAGE: ReadonlySet<string> = new Set(["407", "411", "412", "413", "414", "417"]);
/** Refusals of a nickname, which may be the one of whom we speak to: ours is another then (RFC 2812, 5.2). */
const OF_NICKS: ReadonlySet<string> = new Set(["432", "433", "436"]);

/**
 * Lines that are said to a channel or a person, and what becomes of them: the server answers what it refuses before it answers a
 * PING that came behind it, so that the answer says that all was taken.
 */
export class Delivery {
  /** Messages that were sent. */
  sent = 0;
  readonly #irc: ChatClient;
  readonly #target: string;
  readonly #outbox: Outbox<ExactLine>;
  readonly #lastWord: LastWord;
  readonly #joins: readonly Join[];
  /** Aborted when the server refuses, or the connection is over. */
  readonly #over = new AbortController();
  #refusal: ExplainedError | undefined;

  /** Sends nothing before {@linkcode Delivery.run}. */
  constructor(irc: ChatClient, { target, lines, joins = [] }: DeliveryOptions) {
    this.#irc = irc;
    this.#target = target;
    this.#outbox = new Outbox(lines);
    this.#lastWord = new LastWord(irc);
    this.#joins = joins;
  }

  /** Looks at what the server answers. */
  heard(message: IrcMessage): void {
    const { command, params } = message;
    const [channel = "", nick = ""] = params;
    // The first is to whom the server says it: ourselves.
    const isOfTarget = params.slice(1).some((name) => this.#isSame(name, this.#target));
    if (this.#lastWord.heard(message)) return;
    if (command === "KICK" && this.#isSame(channel, this.#target)) {
      const by = `${harmless(nickOf(message))} kicked us: ${harmless(params[2] ?? "")}`;
      if (this.#isSame(nick, this.#irc.nick)) this.#refuse(by);
    } else if (OF_NICKS.has(command)) return;
    else if (isRefusal(command) && (isOfTarget || OF_ANY_MESSAGE.has(command))) {
      this.#refuse(`${harmless(params.at(-1) ?? "")} (${command})`);
    } else if (command === "FAIL" && (channel === "PRIVMSG" || channel === "JOIN")) {
      this.#refuse(`${harmless(params.at(-1) ?? "")} (${harmless(nick)})`);
    }
  }

  /** The connection is over: nothing is waited for any more. */
  end(): void {
    this.#over.abort();
    this.#lastWord.end();
  }

  /**
   * Says all of it, and returns when the server has taken it, or when the connection is over, which whoever ended it knows.
   *
   * @throws {ExplainedError} The server refuses it, or a line is no text that IRC can say: it was asked first whether it has
   * taken those before.
   * @throws What the client throws.
   */
  async run(): Promise<void> {
    const irc = this.#irc;
    if (irc.support.channelTypes.includes(this.#target.charAt(0))) await this.#enter();
    let count = 0;
    await this.#outbox.empty(async (line) => {
      count++;
      if (typeof line !== "string") {
        return await this.#refuseLine(count, { code: "bad-utf8", why: "it is no UTF-8" });
      }
      if (line === "") return;
      try {
        await irc.say(this.#target, line);
      } catch (error) {
        if (!(error instanceof ProtocolError && error.side === "local")) throw error;
        const why = messageOf(error).replace(/^Cannot [^:]+: /, "");
        await this.#refuseLine(count, { code: error.code, why, cause: error });
      }
      this.sent++;
    }, this.#over.signal);
    await this.#ask();
  }

  /** @throws {ExplainedError} Always: the server refuses a line before this one, or why this one cannot be sent. */
  async #refuseLine(
    line: number,
    { why, ...others }: { readonly why: string; readonly code: string; readonly cause?: unknown },
  ): Promise<never> {
    await this.#ask();
    const before = this.sent === 0
      ? "none before it was sent"
      : `${counted(this.sent, "message")} before it ${this.sent === 1 ? "was" : "were"} taken`;
    throw new ExplainedError(`Cannot send line ${line}`, { ...others, why: `${why}; ${before}` });
  }

  async #enter(): Promise<void> {
    const key = this.#joins.find(({ channel }) => this.#isSame(channel, this.#target))?.key;
    if (!this.#isThere) await this.#irc.join(this.#target, key === undefined ? {} : { key });
    await this.#ask();
    if (this.#isThere || this.#over.signal.aborted) return;
    throw this.#failure("the server did not let us in");
  }

  get #isThere(): boolean {
    return [...this.#irc.channels].some((channel) => this.#isSame(channel, this.#target));
  }

  /** Waits until the server has answered all that it was sent. @throws {ExplainedError} It refuses something. */
  async #ask(): Promise<void> {
    await this.#lastWord.wait();
    if (this.#refusal) throw this.#refusal;
  }

  #refuse(why: string): void {
    this.#refusal ??= this.#failure(why);
    this.end();
  }

  #failure(why: string): ExplainedError {
    return new ExplainedError(`Cannot send to ${harmless(this.#target)}`, { code: "refused", why });
  }

  #isSame(name: string, other: string): boolean {
    return isSame(name, other, viewerOf(this.#irc));
  }
}
