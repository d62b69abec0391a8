import { shown } from "../../codec/arguments.ts";
import {
  formatCtcp,
  type IrcMessage,
  type IrcSupport,
  isChannelName,
} from "../../codec/irc/mod.ts";
import { onAbort } from "../abort_listener.ts";
import { closedHere } from "../errors.ts";
import { forgettable, rejected } from "../rejection.ts";
import { DONE } from "../waiter.ts";
import type { IrcCapabilities } from "./capabilities.ts";
import { isChannelKey } from "./channel_key.ts";
import type { IrcTalk } from "./irc_talk.ts";
import { piecesOf } from "./pieces.ts";
import type { IrcRooms } from "./rooms.ts";
import { requireSendable } from "./sendable.ts";

/** How a call of an {@linkcode IrcClient} waits. */
export interface IrcSendOptions {
  /** Ends the wait; what was not sent by then is not sent. */
  readonly signal?: AbortSignal;
}

/** How {@linkcode IrcClient.join} joins. */
export interface IrcJoinOptions extends IrcSendOptions {
  /** The key of the channel's door. @default none */
  readonly key?: string;
}

/** What stands around the text of `/me`. */
const ACTION_BYTES = formatCtcp({ command: "ACTION", params: "x" }).length - 1;

/**
 * An IRC client that is registered with a server: an async iterable of what the server says, with calls for what a user does.
 * It answers PINGs and asks for signs of life by itself, sends no faster than servers take it, cuts text so that no server
 * does, and takes its nickname back where it was somebody's. It refuses text with CR, LF or NUL.
 *
 * Each call waits until what it sends is sent. Who sends and never reads should read: when `maxUnreadMessages` wait, no more
 * is read than what answers PINGs for a while, and a server ends such a connection.
 *
 * When the client quits, what comes from then on is dropped: the messages end behind those that wait already. `quit` waits until
 * the server has heard it. Where the connection is lost they fail, or go on over the next one where `reconnect` says so.
 * `await using` quits.
 *
 * @example Something that answers whoever speaks to it
 * ```ts
 * import { type IrcClient, parseSource } from "@parley/sockets/irc";
 *
 * async function answer(client: IrcClient): Promise<void> {
 *   for await (const { command, source = "", params: [target, text = ""] } of client) {
 *     if (command !== "PRIVMSG" || target !== client.nick) continue;
 *     await client.notice(parseSource(source).nick, `You said: ${text}`);
 *   }
 * }
 * ```
 */
export class IrcClient implements AsyncIterableIterator<IrcMessage, undefined>, AsyncDisposable {
  readonly #talk: IrcTalk;
  readonly #rooms: IrcRooms;

  /** Use `connectIrc`. */
  constructor(talk: IrcTalk, rooms: IrcRooms) {
    this.#talk = talk;
    this.#rooms = rooms;
  }

  // What is known.

  /** The own nickname, as the server knows it. */
  get nick(): string {
    return this.#talk.state.nick;
  }
  /** What the server supports. */
  get support(): IrcSupport {
    return this.#talk.state.support;
  }
  /** What the server offers beyond that, and what of it is in use. */
  get capabilities(): IrcCapabilities {
    return this.#talk.state.capabilities;
  }
  /** The channels that it is on, as the server writes them. */
  get channels(): ReadonlySet<string> {
    return this.#rooms.names;
  }
  /** Messages that wait until they may be sent. */
  get queuedMessages(): number {
    return this.#talk.queue.length;
  }
  /** A connection stands; without one, calls wait for the next where there will be one. */
  get connected(): boolean {
    return this.#talk.isConnected;
  }
  /** It is over, for good. */
  get closed(): boolean {
    return this.#talk.isOver;
  }

  // What comes.

  /** The messages, as they come; PINGs are not among them. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Waits for the next message; `done` says that there will be none.
   *
   * @throws {ClosedError} The server has ended the connection, or it broke.
   * @throws {DeadlineError} The server gave no sign of life.
   * @throws {ProtocolError} What came is no IRC, or is too much.
   * @throws {TypeError} Another call is waiting.
   */
  next(): Promise<IteratorResult<IrcMessage, undefined>> {
    return this.#talk.inbox.next();
  }

  /** Ends an iteration; the client stays as it is. */
  return(): Promise<IteratorResult<IrcMessage, undefined>> {
    return Promise.resolve(DONE);
  }

  /** Waits for the next message; undefined says that there will be none. @throws What `next` throws. */
  receive({ signal }: IrcSendOptions = {}): Promise<IrcMessage | undefined> {
    return forgettable(this.#talk.inbox.next(signal).then(({ value }) => value));
  }

  // What a user does.

  /**
   * Says something to a channel or a person, in several messages where one cannot hold it; together they are the text.
   *
   * @throws {ProtocolError} The text is empty, or it or the target holds what a line cannot; its side is `local`.
   * @throws What `send` throws.
   */
  say(target: string, text: string, options?: IrcSendOptions): Promise<void> {
    return this.#say({ command: "PRIVMSG", target, text }, options);
  }

  /** Says it as a notice, which no program may answer. @throws What `say` throws. */
  notice(target: string, text: string, options?: IrcSendOptions): Promise<void> {
    return this.#say({ command: "NOTICE", target, text }, options);
  }

  /** Says what one does (CTCP ACTION), each piece as one. @throws What `say` throws. */
  act(target: string, text: string, options?: IrcSendOptions): Promise<void> {
    return this.#say({ command: "PRIVMSG", target, text, isAction: true }, options);
  }

  /**
   * Asks to join a channel; a JOIN of our own among the messages says that the server lets us in.
   *
   * @throws {TypeError} It is no channel's name, or the key is none.
   * @throws What `send` throws.
   */
  join(channel: string, { key, signal }: IrcJoinOptions = {}): Promise<void> {
    if (!isChannelName(channel, this.support)) {
      return rejected(new TypeError(`Cannot join ${shown(channel)}: it is no channel's name`));
    }
    // A key is a secret, and is not shown.
    if (key !== undefined && !isChannelKey(key)) {
      const problem = "the key is no word without commas";
      return rejected(new TypeError(`Cannot join ${shown(channel)}: ${problem}`));
    }
    const params = key === undefined ? [channel] : [channel, key];
    return this.#send([{ command: "JOIN", params }], signal);
  }

  /** Leaves a channel. @throws What `send` throws. */
  part(channel: string, reason?: string, { signal }: IrcSendOptions = {}): Promise<void> {
    const params = reason === undefined ? [channel] : [channel, reason];
    return this.#send([{ command: "PART", params }], signal);
  }

  /** Sets a channel's topic; an empty one clears it. @throws What `send` throws. */
  setTopic(channel: string, topic: string, { signal }: IrcSendOptions = {}): Promise<void> {
    return this.#send([{ command: "TOPIC", params: [channel, topic] }], signal);
  }

  /** Asks for another nickname; the server says whether we get it. @throws What `send` throws. */
  changeNick(nick: string, { signal }: IrcSendOptions = {}): Promise<void> {
    return this.#send([{ command: "NICK", params: [nick] }], signal);
  }

  /**
   * Sends any message, in its turn. A JOIN or NICK among them counts as one of `join` or `changeNick`.
   *
   * @throws {ProtocolError} It cannot be said in IRC; its side is `local`.
   * @throws {LimitError} It is longer than 512 bytes, or more than `maxQueuedMessages` would wait.
   * @throws {ClosedError} The client is over, or the connection was lost before it was sent.
   */
  send(message: IrcMessage, { signal }: IrcSendOptions = {}): Promise<void> {
    return this.#send([message], signal);
  }

  // How it ends.

  /**
   * Leaves the server: says so, at once, and waits for up to `quitMs` until it has ended the connection. What waits to be sent
   * fails, so wait for what you send. Once it has begun, another call waits for the same end.
   *
   * @throws {ProtocolError} The reason holds CR, LF or NUL; the client stays as it is.
   * @throws {LimitError} It is too long for a message; the client stays as it is.
   */
  quit(reason?: string, { signal }: IrcSendOptions = {}): Promise<void> {
    const message = { command: "QUIT", params: reason === undefined ? [] : [reason] };
    const problem = unsendable([message]);
    if (problem) return problem;
    const endListening = onAbort(signal, () => this.abort(signal?.reason));
    return this.#talk.quit(message).finally(endListening);
  }

  /** Quits without a word. It never rejects. */
  close(): Promise<void> {
    return this.quit();
  }

  /** Ends it at once, without a word. Who waits hears `reason`. */
  abort(reason: unknown = closedHere()): void {
    this.#talk.abort(reason);
  }

  /** Quits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #say(
    { command, target, text, isAction = false }: {
      readonly command: "PRIVMSG" | "NOTICE";
      readonly target: string;
      readonly text: string;
      readonly isAction?: boolean;
    },
    { signal }: IrcSendOptions = {},
  ): Promise<void> {
    try {
      const talk = this.#talk;
      const aroundBytes = isAction ? ACTION_BYTES : 0;
      const common = { command, target, state: talk.state, aroundBytes };
      const cut = (messages: number) => piecesOf(text, { ...common, ...talk.speaker(messages) });
      // How many there are decides whether they have to wait, and by then we may be called otherwise.
      const first = cut(1);
      const pieces = first.length === 1 ? first : cut(first.length);
      const said = isAction
        ? pieces.map((piece) => formatCtcp({ command: "ACTION", params: piece }))
        : pieces;
      return this.#send(said.map((piece) => ({ command, params: [target, piece] })), signal);
    } catch (error) {
      return rejected(error);
    }
  }

  #send(messages: readonly IrcMessage[], signal?: AbortSignal): Promise<void> {
    return unsendable(messages) ?? this.#talk.send(messages, signal);
  }
}

/** Whoever sends messages hears at once what is wrong with them, and not who waits behind them. */
function unsendable(messages: readonly IrcMessage[]): Promise<never> | undefined {
  try {
    for (const message of messages) requireSendable(message);
  } catch (error) {
    return rejected(error);
  }
  return undefined;
}
