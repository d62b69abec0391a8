import { type IrcMessage, parseSource } from "../../codec/irc/mod.ts";
import type { CancelWait, Clock } from "../clock.ts";
import { NICK_REFUSALS } from "./nick_requests.ts";
import type { IrcState } from "./state.ts";

/** How a {@linkcode NickKeeper} goes about it. */
export interface NickKeeperOptions {
  /** The nickname that is wanted. */
  readonly wanted: string;
  /** Who we are meanwhile. */
  readonly state: IrcState;
  /** Sends a message, and waits until it is sent. */
  readonly send: (message: IrcMessage) => Promise<void>;
  /** Says whether the user has asked for another nickname, and the server has not answered yet. */
  readonly isUndecided: () => boolean;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** The clock to go by. */
  readonly clock: Clock;
}

/** What was asked and is not answered. */
interface Question {
  /** Looks for which the server has owed the answer. */
  looks: number;
  /** It waits no more for the pace. */
  isSent: boolean;
}

/** A question that no answer came to for so many looks is asked again. */
const MAX_LOOKS = 3;

/** Takes the nickname that was somebody's when it is free: it hears its holder leave, and looks now and then. */
export class NickKeeper {
  readonly #options: NickKeeperOptions;
  /** The one that we had to take; with any other somebody has decided otherwise. */
  readonly #second: string;
  #isOver = false;
  #question: Question | undefined;
  #isTried = false;
  #cancelWait: CancelWait | undefined;

  /** Begins to look. */
  constructor(options: NickKeeperOptions) {
    this.#options = options;
    this.#second = options.state.nick;
    this.#wait();
  }

  /** The nickname that may be ours at any moment; undefined where none is wanted any more. */
  get wanted(): string | undefined {
    return this.#isOver ? undefined : this.#options.wanted;
  }

  /**
   * Takes note of a message, once the state has; says whether it only answers what was asked here. With `isUndecided` it may
   * answer the user, who has asked for a nickname as well.
   */
  heard(
    { command, source, params }: IrcMessage,
    { isUndecided }: { readonly isUndecided: boolean },
  ): boolean {
    const { wanted, state } = this.#options;
    if (this.#isOver) return false;
    if (!state.isSame(state.nick, this.#second)) {
      this.stop();
      return false;
    }
    const [, second = ""] = params;
    if (command === "303" && this.#question) {
      const nicks = second.split(" ").filter((nick) => nick !== "");
      const isThere = nicks.some((nick) => state.isSame(nick, wanted));
      // One that names others answers what somebody else has asked.
      if (nicks.length > (isThere ? 1 : 0)) return false;
      this.#question = undefined;
      if (!isThere) this.#take();
      return true;
    }
    // The server has too much to do, and answers no more.
    if (command === "263" && this.#question && second.toUpperCase() === "ISON") {
      this.#question = undefined;
      return true;
    }
    if (this.#isTried && NICK_REFUSALS.has(command)) {
      this.#isTried = false;
      const isTaken = command === "433" || command === "437";
      return isTaken && !isUndecided && state.isSame(second, wanted);
    }
    const isOfHolder = source !== undefined && state.isSame(parseSource(source).nick, wanted);
    if (isOfHolder && (command === "QUIT" || command === "NICK")) this.#take();
    return false;
  }

  /** Wants it no more. */
  stop(): void {
    this.#isOver = true;
    this.#cancelWait?.();
  }

  #take(): void {
    const { send, wanted, isUndecided } = this.#options;
    // The user's own wish goes first; where the server refuses it, the next look comes back to this one.
    if (isUndecided()) return;
    this.#isTried = true;
    send({ command: "NICK", params: [wanted] }).catch(() => this.#isTried = false);
  }

  #wait(): void {
    const { clock, everyMs } = this.#options;
    this.#cancelWait = clock.wait(everyMs, () => {
      // Questions do not pile up where the pace, or the server, holds them back.
      const question = this.#question;
      if (question?.isSent) question.looks++;
      if (question === undefined || question.looks >= MAX_LOOKS) this.#ask();
      this.#wait();
    });
  }

  #ask(): void {
    const { send, wanted } = this.#options;
    const question: Question = this.#question = { looks: 0, isSent: false };
    send({ command: "ISON", params: [wanted] }).then(() => {
      question.isSent = true;
    }, () => {
      if (this.#question === question) this.#question = undefined;
    });
  }
}
