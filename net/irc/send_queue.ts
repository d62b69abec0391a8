import { LimitError } from "../../codec/errors.ts";
import type { IrcMessage } from "../../codec/irc/mod.ts";
import { onAbort } from "../abort_listener.ts";
import type { CancelWait, Clock } from "../clock.ts";
import { forgettable, rejected } from "../rejection.ts";
import { type IrcPace, Pace } from "./pace.ts";

/** Where messages go: a connection. */
export interface SendTarget {
  /** Sends one. */
  send(message: IrcMessage): Promise<void>;
}

/** How a {@linkcode SendQueue} sends. */
export interface SendQueueOptions {
  /** How fast. */
  readonly pace: Required<IrcPace>;
  /** Messages that may wait. */
  readonly maxQueuedMessages: number;
  /** Hears of each message when it goes to a connection, apart from those that a connection begins with. @default nobody does */
  readonly onSend?: (message: IrcMessage) => void;
  /** The clock to go by. */
  readonly clock: Clock;
}

interface Waiting {
  readonly message: IrcMessage;
  /** It is only for the connection in use. */
  readonly isPassing: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Messages that wait until the pace lets them go, or until there is a connection again. */
export class SendQueue {
  readonly #options: SendQueueOptions;
  #waiting: Waiting[] = [];
  #pace: Pace;
  #target: SendTarget | undefined;
  #cancelWait: CancelWait | undefined;
  #over: { readonly error: unknown } | undefined;

  /** Begins without a connection. */
  constructor(options: SendQueueOptions) {
    this.#options = options;
    this.#pace = new Pace(options.pace);
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Says whether so many messages would go at once, over the connection in use. */
  takesAtOnce(count: number): boolean {
    if (this.#target === undefined || this.#waiting.length > 0) return false;
    return this.#pace.takes(count, this.#options.clock.now());
  }

  /**
   * Sends messages behind those that wait, and waits until they are sent; all of them are taken or none. Where one fails, those
   * behind it are not sent.
   *
   * @throws {LimitError} More than `maxQueuedMessages` would wait.
   * @throws What the connection throws, why the queue is over, and the reason of `signal`.
   */
  send(messages: readonly IrcMessage[], signal?: AbortSignal): Promise<void> {
    if (this.#over) return rejected(this.#over.error);
    if (signal?.aborted) return rejected(signal.reason);
    const max = this.#options.maxQueuedMessages;
    const got = this.#waiting.length + messages.length;
    if (got > max) return rejected(tooMany({ got, max }));
    return forgettable(this.#sendAll(messages, signal));
  }

  async #sendAll(messages: readonly IrcMessage[], signal: AbortSignal | undefined): Promise<void> {
    const mine: Waiting[] = [];
    const sent = messages.map((message) =>
      new Promise<void>((resolve, reject) =>
        void mine.push({ message, isPassing: false, resolve, reject })
      )
    );
    this.#waiting.push(...mine);
    const drop = (error: unknown) => {
      const all = new Set(mine);
      this.#waiting = this.#waiting.filter((one) => !all.has(one));
      for (const { reject } of mine) reject(error);
    };
    const endListening = onAbort(signal, () => drop(signal?.reason));
    this.#sendOn();
    try {
      await Promise.all(sent);
    } catch (error) {
      drop(error);
      throw error;
    } finally {
      endListening();
    }
  }

  /**
   * Sends over this connection from now on: first these, which no other connection needs, then what waits. The server has
   * counted nothing yet.
   */
  begin(target: SendTarget, first: readonly IrcMessage[]): void {
    const passing = { isPassing: true, resolve() {}, reject() {} };
    this.#waiting.unshift(...first.map((message) => ({ message, ...passing })));
    this.#pace = new Pace(this.#options.pace);
    this.#target = target;
    this.#sendOn();
  }

  /** There is no connection at the moment: what waits goes over the next one. */
  pause(): void {
    this.#target = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#waiting = this.#waiting.filter(({ isPassing }) => !isPassing);
  }

  /** Sends no more: what waits fails with this. */
  end(error: unknown): void {
    this.#over ??= { error };
    this.pause();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #sendOn(): void {
    const { clock } = this.#options;
    while (this.#target && this.#cancelWait === undefined) {
      if (this.#waiting.length === 0) return;
      const delay = this.#pace.delay(clock.now());
      if (delay > 0) {
        this.#cancelWait = clock.wait(delay, () => {
          this.#cancelWait = undefined;
          this.#sendOn();
        });
        return;
      }
      const { message, isPassing, resolve, reject } = this.#waiting.shift()!;
      this.#pace.take(clock.now());
      if (!isPassing) this.#options.onSend?.(message);
      this.#target.send(message).then(resolve, reject);
    }
  }
}

function tooMany({ got, max }: { got: number; max: number }): LimitError {
  return new LimitError("Cannot send", {
    limit: "maxQueuedMessages",
    max,
    got,
    unit: "messages",
    side: "local",
  });
}
