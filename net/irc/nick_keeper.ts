import { type IrcMessage, parseSource } from "../../codec/irc/mod.ts";
import type { CancelWait, Clock } from "../clock.ts";
import type { IrcState } from "./state.ts";

/** How a {@linkcode NickKeeper} goes about it. */
export interface NickKeeperOptions {
  /** The nickname that is wanted. */
  readonly wanted: string;
  /** Who we are meanwhile. */
  readonly state: IrcState;
  /** Sends a message. */
  readonly send: (message: IrcMessage) => void;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** The clock to go by. */
  readonly clock: Clock;
}

/** Takes the nickname that was somebody's when it is free: it hears its holder leave, and looks now and then. */
export class NickKeeper {
  readonly #options: NickKeeperOptions;
  /** The one that we had to take; with any other somebody has decided otherwise. */
  readonly #second: string;
  #isOver = false;
  #isAsked = false;
  #isTried = false;
  #cancelWait: CancelWait | undefined;

  /** Begins to look. */
  constructor(options: NickKeeperOptions) {
    this.#options = options;
    this.#second = options.state.nick;
    this.#wait();
  }

  /** Takes note of a message, once the state has; says whether it only answers what was asked here. */
  heard({ command, source, params }: IrcMessage): boolean {
    const { wanted, state } = this.#options;
    if (this.#isOver) return false;
    if (!state.isSame(state.nick, this.#second)) {
      this.stop();
      return false;
    }
    const [, second = ""] = params;
    if (command === "303" && this.#isAsked) {
      this.#isAsked = false;
      const isThere = second.split(" ").some((nick) => state.isSame(nick, wanted));
      if (!isThere) this.#take();
      return true;
    }
    if ((command === "433" || command === "437") && this.#isTried) {
      this.#isTried = false;
      return state.isSame(second, wanted);
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
    const { send, wanted } = this.#options;
    this.#isTried = true;
    send({ command: "NICK", params: [wanted] });
  }

  #wait(): void {
    const { clock, everyMs, send, wanted } = this.#options;
    this.#cancelWait = clock.wait(everyMs, () => {
      // Questions do not pile up where the pace, or the server, holds them back.
      if (!this.#isAsked) send({ command: "ISON", params: [wanted] });
      this.#isAsked = true;
      this.#wait();
    });
  }
}
