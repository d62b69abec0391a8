import { onAbort } from "../net/abort_listener.ts";
import { forgettable } from "../net/rejection.ts";

/**
 * What is to be sent, one after the other: a message stays until it was sent, so that the next connection takes it up where
 * this one is lost.
 */
export class Outbox<Message> {
  /** All was sent. */
  isDone = false;
  readonly #messages: AsyncIterator<Message> | Iterator<Message>;
  #first: Promise<IteratorResult<Message>> | undefined;

  /** Takes messages as they are asked for. */
  constructor(messages: AsyncIterable<Message> | Iterable<Message>) {
    this.#messages = Symbol.asyncIterator in messages
      ? messages[Symbol.asyncIterator]()
      : messages[Symbol.iterator]();
  }

  /**
   * Gives the messages to `send` as they come, each after the one before was sent. Returns when there are no more, or when the
   * signal is aborted.
   *
   * @throws What `send` throws, and what the messages throw.
   */
  async empty(send: (message: Message) => Promise<void>, signal: AbortSignal): Promise<void> {
    let leave = () => {};
    const stopListening = onAbort(signal, () => leave());
    try {
      while (!this.isDone && !signal.aborted) {
        const coming = this.#first ??= forgettable(Promise.resolve(this.#messages.next()));
        // A race would keep something of each message for as long as the signal may still come.
        const first = await new Promise<IteratorResult<Message> | undefined>((resolve, reject) => {
          leave = () => resolve(undefined);
          coming.then(resolve, reject);
        });
        if (first === undefined) return;
        if (first.done) this.isDone = true;
        else await send(first.value);
        this.#first = undefined;
      }
    } finally {
      stopListening();
    }
  }
}
