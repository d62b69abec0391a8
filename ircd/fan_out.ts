import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Codec, Session } from "../codec/codec.ts";
import type { IrcMessage } from "../codec/irc/mod.ts";
import type { Clock } from "../net/clock.ts";
import { SharedBytes } from "../net/shared_bytes.ts";
import { nextTurn } from "../net/turn.ts";
import type { Form } from "./capabilities.ts";
import type { Channel } from "./channel.ts";
import { Run, type Said, writeSaid } from "./run.ts";
import type { User } from "./user.ts";

/** How a {@linkcode FanOut} works. */
export interface FanOutOptions {
  readonly codec: Codec<unknown, IrcMessage>;
  readonly clock: Clock;
  /** Hears who does not read what others say. */
  readonly onSlow: (user: User) => void;
}

/** Who does not hear a message, and what goes with it. */
export interface SayOptions {
  /** Who said it, and hears it not. @default everybody hears it */
  readonly except?: User | undefined;
  /** What its sender says about it. */
  readonly tags?: ReadonlyMap<string, string> | undefined;
  /** Only who takes tags hears it. @default {false} */
  readonly isTagsOnly?: boolean;
}

/** So much is said in one piece at most: it has to fit where little else waits. */
const MAX_RUN_BYTES = 32 * 1024;

/**
 * Brings what is said to all who hear it, and waits for none of them: who has too much waiting is told of. A message is encoded
 * once for all who get it in the same form. What is said in one channel on one turn of the event loop goes to everybody in one
 * piece, so that a lively channel costs no more than a quiet one; whatever else anybody is sent comes behind it.
 */
export class FanOut {
  readonly #clock: Clock;
  readonly #onSlow: (user: User) => void;
  readonly #encoder: Session<unknown, IrcMessage>;
  /** What is said and not sent yet. */
  #run: Run | undefined;
  #isTurnAsked = false;
  readonly #slow = new Set<User>();
  #isTellingSlow = false;

  /** Nothing is said yet. */
  constructor({ codec, clock, onSlow }: FanOutOptions) {
    this.#encoder = codec.session();
    this.#clock = clock;
    this.#onSlow = onSlow;
  }

  /**
   * Says something to everybody in a channel.
   *
   * @throws {ProtocolError} It cannot be said in IRC.
   */
  toChannel(channel: Channel, message: IrcMessage, options: SayOptions = {}): void {
    const open = this.#run;
    if (open && (open.channel !== channel || open.bytes >= MAX_RUN_BYTES)) this.flush();
    const run = this.#run ??= new Run(channel, this.#encoder);
    run.add(this.#said(message, options));
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    nextTurn(this.#onTurn);
  }

  /** Says something to each of several users. @throws {ProtocolError} It cannot be said in IRC. */
  toUsers(users: Iterable<User>, message: IrcMessage, options: SayOptions = {}): void {
    const said = this.#said(message, options);
    const written: (SharedBytes | undefined)[] = [];
    const slow: User[] = [];
    for (const user of users) {
      this.settle(user);
      const bytes = written[user.form] ??= this.#encoded(said, user.form);
      if (!given(user, bytes)) slow.push(user);
    }
    this.#tellSlow(slow);
  }

  /** Gives somebody what was said before, since something else is to be sent to it. */
  readonly settle = (user: User): void => {
    const run = this.#run;
    if (run === undefined || !run.channel.members.has(user)) return;
    const pieces = run.piecesFor(user);
    if (pieces.length === 0) return;
    run.skipTo(user);
    let isSlow = false;
    for (const piece of pieces) isSlow = !given(user, piece) || isSlow;
    // Whoever sends it something may be in the middle of a list of members.
    if (isSlow) nextTurn(() => this.#tellSlow([user]));
  };

  /** Takes note that somebody has come into a channel, and hears nothing of what was said before. */
  joined(channel: Channel, user: User): void {
    if (this.#run?.channel === channel) this.#run.skipTo(user);
  }

  /** Sends what was said. */
  flush(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    const slow: User[] = [];
    for (const user of run.channel.members.keys()) {
      if (run.isWhollyFor(user)) {
        if (!given(user, run.all(user.form))) slow.push(user);
        continue;
      }
      for (const piece of run.piecesFor(user)) {
        if (given(user, piece)) continue;
        slow.push(user);
        break;
      }
    }
    this.#tellSlow(slow);
  }

  readonly #onTurn = (): void => {
    this.#isTurnAsked = false;
    this.flush();
  };

  /** That one is dropped is said to the others, some of whom may be too slow for that: so it goes on until nobody is left. */
  #tellSlow(users: readonly User[]): void {
    for (const user of users) this.#slow.add(user);
    if (this.#isTellingSlow) return;
    this.#isTellingSlow = true;
    try {
      for (const user of this.#slow) {
        this.#slow.delete(user);
        this.#onSlow(user);
      }
    } finally {
      this.#isTellingSlow = false;
    }
  }

  #said(message: IrcMessage, { except, tags, isTagsOnly = false }: SayOptions): Said {
    return { message, time: this.#clock.date(), except, tags, isTagsOnly };
  }

  #encoded(said: Said, form: Form): SharedBytes {
    const writer = new ByteWriter();
    writeSaid(said, { form, writer, encoder: this.#encoder });
    return new SharedBytes(writer.buffer.subarray(0, writer.length));
  }
}

/** Gives somebody bytes; false says that too much waits for it. Who is gone or going takes nothing, and is not slow. */
function given(user: User, bytes: SharedBytes): boolean {
  if (bytes.length === 0 || user.trySend(bytes)) return true;
  return user.isGone || user.connection.closed || user.connection.queuedBytes === 0;
}
