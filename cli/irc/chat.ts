import { LimitError } from "../../codec/errors.ts";
import type { IrcMessage } from "../../codec/irc/mod.ts";
import type { Clock } from "../../net/clock.ts";
import { ClosedError, messageOf } from "../../net/errors.ts";
import { type ChatClient, viewerOf } from "./chat_client.ts";
import { COMMAND_HELP, type Join, parseTyped, type Typed } from "./commands.ts";
import type { IrcReport } from "./irc_report.ts";
import { isSame, nickOf } from "./said.ts";
import { UnsentLines } from "./unsent_lines.ts";

/** That a person wants to leave, and why. */
export interface Quit {
  /** The reason; undefined is none. */
  readonly quit: string | undefined;
}

/** What a {@linkcode Chat} goes by. */
export interface ChatOptions {
  /** Follows what is said until the server has taken it. @default nobody does */
  readonly count?: (sending: Promise<void>) => Promise<void>;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** A person who talks: on one channel or with one other person at a time, which commands change. */
export class Chat {
  /** With whom the person talks; undefined is nobody. */
  place: string | undefined;
  readonly #irc: ChatClient;
  readonly #report: IrcReport;
  /** Channels that the person wants to talk on once they are joined. */
  readonly #wanted: string[] = [];
  readonly #count: (sending: Promise<void>) => Promise<void>;
  readonly #unsent: UnsentLines;

  /** Begins with nobody to talk with. */
  constructor(
    irc: ChatClient,
    report: IrcReport,
    { count = (sending) => sending, clock }: ChatOptions = {},
  ) {
    this.#irc = irc;
    this.#report = report;
    this.#count = count;
    this.#unsent = new UnsentLines({ report: (line) => report.wrong(line), ...clock && { clock } });
  }

  /** Nothing is typed any more: what was put together to be said at once is said now. */
  end(): void {
    this.#unsent.flush();
  }

  /** Follows what changes with whom the person talks. */
  heard(message: IrcMessage): void {
    const { command, params: [first = "", second = ""] } = message;
    const isOwn = this.#isSame(nickOf(message), this.#irc.nick);
    if (command === "JOIN" && isOwn) this.#joined(first);
    else if (command === "PART" && isOwn) this.#left(first);
    else if (command === "KICK" && this.#isSame(second, this.#irc.nick)) this.#left(first);
    else if (command === "NICK" && this.place && this.#isSame(nickOf(message), this.place)) {
      this.place = first;
    }
  }

  /**
   * Does what a typed line asks for, and says what cannot be done; `quit` has to be done by whoever called. It waits until what
   * it sends is written. It never throws: where the connection is over, the end of its messages says so.
   */
  async obey(line: string): Promise<Quit | undefined> {
    const { quit, done } = this.#begin(line);
    await done;
    return quit;
  }

  /** Does the same, but what it sends may still wait: a person can type on, and leave, where it does for long. */
  obeyNow(line: string): Quit | undefined {
    return this.#begin(line).quit;
  }

  /** Begins to do what a typed line asks for; `done` never rejects. */
  #begin(line: string): { readonly quit?: Quit; readonly done?: Promise<void> } {
    const typed = parseTyped(line, this.#irc.support);
    if (typed.kind === "quit") return { quit: { quit: typed.reason } };
    const done = this.#do(typed).catch((error: unknown) => {
      // Each line that waits fails as the connection does, and one word about that is enough.
      if (error instanceof ClosedError || this.#irc.closed) return;
      const message = messageOf(error);
      if (error instanceof LimitError && error.limit === "maxQueuedMessages") {
        this.#unsent.add(line, message.replace(/^Cannot send: /, ""));
      } else this.#report.wrong(message);
    });
    return { done };
  }

  async #do(typed: Typed): Promise<void> {
    const irc = this.#irc;
    const count = this.#count;
    switch (typed.kind) {
      case "say":
        return await this.#toPlace((place) => count(irc.say(place, typed.text)));
      case "act":
        return await this.#toPlace((place) => count(irc.act(place, typed.text)));
      case "message":
        return await count(irc.say(typed.target, typed.text));
      case "notice":
        return await count(irc.notice(typed.target, typed.text));
      case "query":
        this.#talkWith(typed.target);
        if (typed.text !== "") await count(irc.say(typed.target, typed.text));
        return;
      case "join":
        return await this.#join(typed.joins);
      case "part":
        return await this.#onChannel(typed, (channel) => irc.part(channel, typed.reason));
      case "topic": {
        const { topic } = typed;
        return await this.#onChannel(
          typed,
          (channel) =>
            topic === undefined
              ? irc.send({ command: "TOPIC", params: [channel] })
              : count(irc.setTopic(channel, topic)),
        );
      }
      case "names":
        return await this.#onChannel(
          typed,
          (channel) => irc.send({ command: "NAMES", params: [channel] }),
        );
      case "nick":
        return await irc.changeNick(typed.nick);
      case "raw":
        return await count(irc.send(typed.message));
      case "help":
        return this.#report.help(COMMAND_HELP);
      case "wrong":
        return this.#report.wrong(typed.why);
    }
  }

  async #join(joins: readonly Join[]): Promise<void> {
    for (const { channel, key } of joins) {
      // A server says nothing to who is there already.
      if (this.#isOn(channel)) {
        this.#talkWith(channel);
        continue;
      }
      this.#wanted.push(channel);
      if (this.#wanted.length > MAX_WANTED) this.#wanted.shift();
      await this.#irc.join(channel, key === undefined ? {} : { key });
    }
  }

  #joined(channel: string): void {
    const at = this.#wanted.findIndex((one) => this.#isSame(one, channel));
    if (at >= 0) this.#wanted.splice(at, 1);
    if (at >= 0 || this.place === undefined) this.#talkWith(channel);
  }

  #left(channel: string): void {
    if (this.place === undefined || !this.#isSame(channel, this.place)) return;
    const others = [...this.#irc.channels].filter((one) => !this.#isSame(one, channel));
    this.#talkWith(others[0]);
  }

  /** Says things there from now on. */
  #talkWith(place: string | undefined): void {
    if (place !== undefined && this.place !== undefined && this.#isSame(place, this.place)) return;
    this.place = place;
    this.#report.note(
      { event: "talking", with: place ?? null },
      place === undefined ? "You talk with nobody now" : `What you type goes to ${place}`,
    );
  }

  async #toPlace(say: (place: string) => Promise<void>): Promise<void> {
    if (this.place !== undefined) return await say(this.place);
    this.#report.wrong("Nobody would hear that: /join a channel, or /query a person");
  }

  async #onChannel(
    { channel = this.place }: { readonly channel: string | undefined },
    act: (channel: string) => Promise<void>,
  ): Promise<void> {
    if (channel !== undefined && this.#isChannel(channel)) return await act(channel);
    this.#report.wrong(
      channel === undefined || channel === this.place
        ? "You talk on no channel: say which one"
        : `${channel} is no channel`,
    );
  }

  #isChannel(name: string): boolean {
    return name !== "" && this.#irc.support.channelTypes.includes(name.charAt(0));
  }

  #isOn(channel: string): boolean {
    return [...this.#irc.channels].some((one) => this.#isSame(one, channel));
  }

  #isSame(name: string, other: string): boolean {
    return isSame(name, other, viewerOf(this.#irc));
  }
}

/** Channels that were asked for and never joined are forgotten beyond so many. */
const MAX_WANTED = 100;
