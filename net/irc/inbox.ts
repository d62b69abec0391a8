import { onAbort } from "../abort_listener.ts";
import { rejected } from "../rejection.ts";
import { alreadyWaiting, DONE, Waiter } from "../waiter.ts";

/** Messages that came and that nobody has taken yet: whoever fills it waits while it is full. */
export class Inbox<Message> {
  readonly #maxMessages: number;
  #messages: Message[] = [];
  #waiter: Waiter<Message> | undefined;
  #hasRoom: (() => void) | undefined;
  #over: { readonly error: unknown } | undefined;

  /** Begins empty. */
  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  /** Adds a message; the promise waits while more than it takes are there. Once it is over, messages are dropped. */
  async add(message: Message): Promise<void> {
    if (this.#over) return;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter) return waiter.resolve({ done: false, value: message });
    this.#messages.push(message);
    if (this.#messages.length < this.#maxMessages) return;
    await new Promise<void>((resolve) => {
      this.#hasRoom = resolve;
    });
  }

  /** Waits for the next message. @throws Why there is none, and the reason of `signal`. */
  next(signal?: AbortSignal): Promise<IteratorResult<Message, undefined>> {
    if (signal?.aborted) return rejected(signal.reason);
    if (this.#waiter) return alreadyWaiting();
    const message = this.#messages.shift();
    if (message !== undefined) {
      this.#makeRoom();
      return Promise.resolve({ done: false, value: message });
    }
    if (this.#over) {
      const { error } = this.#over;
      return error === undefined ? Promise.resolve(DONE) : rejected(error);
    }
    const waiter = this.#waiter = new Waiter<Message>();
    const endListening = onAbort(signal, () => {
      if (this.#waiter !== waiter) return;
      this.#waiter = undefined;
      waiter.reject(signal?.reason);
    });
    if (signal) waiter.result.then(endListening, endListening);
    return waiter.result;
  }

  /** No more come: with an error they fail behind the last one, without they just end. */
  end(error?: unknown): void {
    if (this.#over) return;
    this.#over = { error };
    this.#makeRoom();
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (error === undefined) waiter?.resolve(DONE);
    else waiter?.reject(error);
  }

  /** Nobody fills it for nobody: whoever waits for room goes on. */
  #makeRoom(): void {
    this.#hasRoom?.();
    this.#hasRoom = undefined;
  }
}
