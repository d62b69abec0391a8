import type { IrcMessage } from "../../codec/irc/mod.ts";
import { onAbort } from "../abort_listener.ts";
import { closedHere } from "../errors.ts";
import { Heartbeat } from "../heartbeat.ts";
import { reconnect, type Retry } from "../reconnect.ts";
import { forgettable } from "../rejection.ts";
import { Inbox } from "./inbox.ts";
import { hungUp, type IrcLink, openLink } from "./irc_link.ts";
import { NickKeeper } from "./nick_keeper.ts";
import { NickRequests } from "./nick_requests.ts";
import type { IrcSettings } from "./options.ts";
import type { PiecesOptions } from "./pieces.ts";
import { isFinalRefusal } from "./refusal.ts";
import { possibleNicks } from "./registration.ts";
import type { IrcRooms } from "./rooms.ts";
import { SendQueue } from "./send_queue.ts";
import type { IrcState } from "./state.ts";

/** What an {@linkcode IrcTalk} is made of. */
export interface IrcTalkParts {
  /** How the first connection was asked for. */
  readonly settings: IrcSettings;
  /** The channels. */
  readonly rooms: IrcRooms;
  /** Ends it when it is aborted. */
  readonly over: AbortController;
}

/** What the PING asks that tells whether the server is still there; its answer is nobody's business. */
const SIGN_OF_LIFE = "sign-of-life";

/** No server gives a longer nickname. */
const MAX_NICK_CHARS = 64;

/** The talk with a server, over one connection or, where that is wanted, over one after the other. */
export class IrcTalk {
  /** What came. */
  readonly inbox: Inbox<IrcMessage>;
  /** What is to be sent. */
  readonly queue: SendQueue;
  /** The connection stands. */
  isConnected = false;
  readonly #settings: IrcSettings;
  readonly #rooms: IrcRooms;
  readonly #over: AbortController;
  readonly #running: Promise<void>;
  #link: IrcLink;
  /** Settles when the connection in use has ended. */
  #lost: Promise<unknown> = Promise.resolve();
  #keeper: NickKeeper | undefined;
  /** What the user has asked to be called, as long as the server has not answered. */
  readonly #requests = new NickRequests();
  /** Nicknames that the user has asked for, and has got, since the beginning. */
  #asked: string | undefined;
  #chosen: string | undefined;
  #quitting: Promise<void> | undefined;

  /** Begins to hear what comes over the first connection. */
  constructor(link: IrcLink, { settings, rooms, over }: IrcTalkParts) {
    const { limits: { maxUnreadMessages, maxQueuedMessages }, pace, clock } = settings;
    this.inbox = new Inbox(maxUnreadMessages);
    const onSend = (message: IrcMessage) => {
      rooms.sent(message);
      this.#requests.sent(message);
      this.#noteUnchanged();
    };
    this.queue = new SendQueue({ pace, maxQueuedMessages, clock, onSend });
    this.#settings = settings;
    this.#rooms = rooms;
    this.#over = over;
    this.#link = link;
    // Whoever waits hears it at once, also where nobody takes what came.
    onAbort(over.signal, () => {
      this.queue.end(over.signal.reason);
      this.inbox.end(over.signal.reason);
    });
    this.#running = this.#run(link);
  }

  /** It is over, for good. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** What is known of the server; between two connections, of the last one. */
  get state(): IrcState {
    return this.#link.state;
  }

  /**
   * Sends messages of the user's; a NICK among them says what the next connection asks for, once the server agrees.
   *
   * @throws What the queue throws.
   */
  send(messages: readonly IrcMessage[], signal?: AbortSignal): Promise<void> {
    const wishes = messages.filter(({ command }) => command.toUpperCase() === "NICK");
    for (const wish of wishes) this.#choose(wish);
    const sending = this.queue.send(messages, signal);
    if (wishes.length > 0) {
      sending.catch(() => {
        for (const wish of wishes) this.#requests.dropped(wish);
      });
    }
    return sending;
  }

  /** Says whose so many messages will be when others see them, as far as it can be known. */
  speaker(messages: number): Required<Pick<PiecesOptions, "otherNicks" | "mayMove">> {
    const { reconnect: how, nicks } = this.#settings;
    const mayMove = how !== undefined && !this.queue.takesAtOnce(messages);
    const wanted = this.#keeper?.wanted;
    const otherNicks = [
      ...this.#requests.nicks,
      ...wanted === undefined ? [] : [wanted],
      ...mayMove
        ? possibleNicks(this.#chosen === undefined ? nicks : [this.#chosen, ...nicks])
        : [],
    ];
    // One that no server gives must not leave too little room for what is said.
    return { otherNicks: otherNicks.map((nick) => nick.slice(0, MAX_NICK_CHARS)), mayMove };
  }

  /** Ends it at once. */
  abort(reason: unknown): void {
    this.#over.abort(reason);
  }

  /** Says a last message, and waits for the end of the connection for up to `quitMs`. It never rejects. */
  quit(message: IrcMessage): Promise<void> {
    return this.#quitting ??= this.#quit(message);
  }

  async #quit(message: IrcMessage): Promise<void> {
    this.inbox.end();
    this.queue.end(closedHere());
    if (this.isConnected) {
      const { connection } = this.#link;
      void connection.send(message);
      // Who reads nothing does not end it, and a polite close would wait for that as well.
      if (await this.#ended()) await connection.close();
      else connection.abort();
    }
    this.#over.abort(closedHere());
    await this.#running;
  }

  /** Waits until the server has ended the connection, for up to `quitMs`; says whether it has. */
  #ended(): Promise<boolean> {
    const { clock, deadlines: { quitMs } } = this.#settings;
    return new Promise((resolve) => {
      const cancel = clock.wait(quitMs, () => resolve(false));
      void this.#lost.then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** The user asks for another nickname. */
  #choose(message: IrcMessage): void {
    const [nick] = message.params;
    if (nick === undefined) return;
    this.#asked = nick;
    // A server says nothing to who is called like that already, and whoever asks wants to stay so.
    if (nick === this.state.nick && this.#requests.nicks.length === 0) {
      this.#chosen = nick;
      this.#keeper?.stop();
    } else this.#requests.asked(message);
  }

  /** Talks over one connection after the other. It never rejects. */
  async #run(first: IrcLink): Promise<void> {
    let error: unknown;
    if (this.#settings.reconnect === undefined) error = await this.#talkOver(first);
    else {
      for await (const link of this.#links(first)) {
        error = await this.#talkOver(link);
        if (this.#quitting) break;
        if (!this.#over.signal.aborted) this.#settings.onEvent({ type: "lost", error });
      }
    }
    this.#over.abort(error);
  }

  #links(first: IrcLink): AsyncGenerator<IrcLink> {
    const { reconnect: how, clock, onEvent } = this.#settings;
    let link: IrcLink | undefined = first;
    const dial = async (signal: AbortSignal) => {
      const made = link;
      link = undefined;
      return made ?? await this.#again(signal);
    };
    const onRetry = (retry: Retry) => onEvent({ type: "retry", ...retry });
    return reconnect(dial, { ...how, clock, onRetry, signal: this.#over.signal });
  }

  async #again(signal: AbortSignal): Promise<IrcLink> {
    const { nicks } = this.#settings;
    const settings = this.#chosen === undefined
      ? this.#settings
      : { ...this.#settings, nicks: [this.#chosen, ...nicks] };
    try {
      return await openLink(settings, { rooms: this.#rooms, signal });
    } catch (error) {
      if (isFinalRefusal(error)) this.#over.abort(error);
      throw error;
    }
  }

  /** Talks over a connection until it is over, and returns why. */
  #talkOver(link: IrcLink): Promise<unknown> {
    this.#link = link;
    this.isConnected = true;
    return this.#lost = this.#hear(link).catch((error: unknown) => error);
  }

  async #hear(link: IrcLink): Promise<unknown> {
    const { connection, state, registration: { negotiation } } = link;
    const heartbeat = this.#heartbeat(link);
    const ended = new AbortController();
    const keeper = this.#keeper = this.#keeperOf(link, ended.signal);
    this.queue.begin(connection, this.#rooms.rejoin(state.support));
    this.#settings.onEvent({ type: "connected", nick: state.nick });
    try {
      for (const message of link.greeting) await this.inbox.add(message);
      for await (const message of connection) {
        state.heard(message);
        for (const answer of negotiation.heard(message)) void connection.send(answer);
        const isUndecided = this.#requests.nicks.length > 0;
        this.#noteNick(message);
        const isOurs = keeper?.heard(message, { isUndecided }) ||
          (message.command === "PONG" && message.params.at(-1) === SIGN_OF_LIFE);
        if (!isOurs) await this.inbox.add(message);
      }
      return hungUp("Cannot go on", state);
    } finally {
      this.isConnected = false;
      heartbeat.stop();
      keeper?.stop();
      ended.abort();
      this.queue.pause();
      this.#rooms.lost();
      this.#requests.lost();
      // The server has ended its half, or what came cannot be gone on with: nobody waits for what is left.
      if (!this.#quitting) connection.abort();
    }
  }

  #heartbeat({ connection }: IrcLink): Heartbeat {
    const { deadlines: { pingMs, pongMs }, clock } = this.#settings;
    const { remoteAddr } = connection;
    return new Heartbeat({
      connection,
      remoteAddr,
      ping: () => connection.send({ command: "PING", params: [SIGN_OF_LIFE] }),
      abort: (reason) => connection.abort(reason),
    }, { pingMs, pongMs, clock });
  }

  /** What the keeper asks belongs to one connection, and to no next one. */
  #keeperOf({ registration, state }: IrcLink, signal: AbortSignal): NickKeeper | undefined {
    if (!registration.isSecondChoice) return undefined;
    const { nicks, nickRetryMs: everyMs, clock } = this.#settings;
    const wanted = this.#chosen ?? nicks[0]!;
    const send = (message: IrcMessage) => forgettable(this.queue.send([message], signal));
    const isUndecided = () => this.#requests.nicks.length > 0;
    return new NickKeeper({ wanted, state, send, isUndecided, everyMs, clock });
  }

  /** The next connection asks for the nickname that the user has got. A server that renames us by itself chooses none. */
  #noteNick(message: IrcMessage): void {
    const { state } = this.#link;
    const isNick = message.command === "NICK";
    // The state knows already whether it was ours.
    if (!isNick || state.isSame(message.params[0] ?? "", state.nick)) {
      this.#requests.heard(message, state);
    }
    if (isNick && this.#asked !== undefined && state.isSame(state.nick, this.#asked)) {
      this.#chosen = state.nick;
    }
    this.#noteUnchanged();
  }

  /** Whoever asks for the nickname that he has wants to stay so. */
  #noteUnchanged(): void {
    const { state } = this;
    if (!this.#requests.takeUnchanged(state)) return;
    if (this.#asked === undefined || !state.isSame(state.nick, this.#asked)) return;
    this.#chosen = state.nick;
    this.#keeper?.stop();
  }
}
