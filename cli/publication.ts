import type { WebSocketConnection } from "../net/websocket/mod.ts";
import { Outbox } from "./outbox.ts";
import { type TalkEnd, talkOver } from "./websocket_talk.ts";

type Message = string | Uint8Array;

/** So many messages, or as many bytes or characters, may be sent before the server has read them. */
const MAX_UNREAD = 1000;
const MAX_UNREAD_LENGTH = 1024 * 1024;
/** A normal closure (RFC 6455, 7.4.1). */
const NORMAL = 1000;

/**
 * Messages that are to reach a server, and what is known of them. A pong says that what was sent before its ping was read, and
 * the echo of the close that all was; what no pong spoke for is sent again over the next connection.
 */
export class Publication {
  /** Messages that were sent. */
  sent = 0;
  /** Those of them that the server has read for certain. */
  read = 0;
  /** The server has read all. */
  isDone = false;
  readonly #outbox: Outbox<Message>;
  readonly #unread: Message[] = [];
  #unreadLength = 0;

  /** Takes messages as they are sent. */
  constructor(messages: AsyncIterable<Message> | Iterable<Message>) {
    this.#outbox = new Outbox(messages);
  }

  /** What was read of what was sent, in words. */
  get progress(): string {
    return `${this.read} of ${this.sent} message${this.sent === 1 ? "" : "s"}`;
  }

  /**
   * Sends over a connection until the server has read all, or either side closes; an aborted signal closes politely.
   *
   * @throws What the messages throw, once those before were read.
   */
  async over(socket: WebSocketConnection, signal: AbortSignal): Promise<TalkEnd> {
    const outbox = this.#outbox;
    const end = await talkOver(socket, {
      outbox: {
        get isDone() {
          return outbox.isDone;
        },
        empty: (_, over) => this.#send(socket, over),
      },
      waitMs: 0,
      // What the server sends meanwhile is for those who listen.
      heard: () => undefined,
      signal,
    });
    // A close of its own, also with 1000, says nothing of what was not read by then.
    const isEchoed = end.error === undefined && end.first === "local" && end.close.code === NORMAL;
    if (outbox.isDone && isEchoed && !signal.aborted) {
      this.isDone = true;
      this.#hasRead(this.#unread.length);
    }
    return end;
  }

  async #send(socket: WebSocketConnection, over: AbortSignal): Promise<void> {
    let asking: Promise<boolean> | undefined;
    const answered = async () => {
      const count = this.#unread.length;
      try {
        await socket.ping();
      } catch {
        // The connection is over, and its messages say why.
        return false;
      }
      this.#hasRead(count);
      return true;
    };
    /** Asks until the server has read what was sent, one time at a time; false says that it answers no more. */
    const ask = (): Promise<boolean> =>
      asking ??= answered().then((isAnswered) => {
        asking = undefined;
        if (isAnswered && this.#unread.length > 0) void ask();
        return isAnswered;
      });

    for (const message of this.#unread) {
      if (over.aborted) return;
      await socket.send(message);
    }
    try {
      await this.#outbox.empty(async (message) => {
        await socket.send(message);
        this.sent++;
        this.#unread.push(message);
        this.#unreadLength += message.length;
        void ask();
        while (this.#isFull && await ask());
      }, over);
    } finally {
      // Whoever refuses a message does so before the close comes behind it.
      while (this.#unread.length > 0 && await ask());
    }
  }

  get #isFull(): boolean {
    return this.#unread.length >= MAX_UNREAD || this.#unreadLength >= MAX_UNREAD_LENGTH;
  }

  #hasRead(count: number): void {
    for (const { length } of this.#unread.splice(0, count)) this.#unreadLength -= length;
    this.read += count;
  }
}
