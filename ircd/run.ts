import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Session } from "../codec/codec.ts";
import type { IrcMessage } from "../codec/irc/mod.ts";
import { SharedBytes } from "../net/shared_bytes.ts";
import { type Form, WITH_TAGS, WITH_TIME } from "./capabilities.ts";
import type { Channel } from "./channel.ts";
import type { User } from "./user.ts";

/** Something that is said to many. */
export interface Said {
  readonly message: IrcMessage;
  /** When. */
  readonly time: Date;
  /** Who does not hear it, because it said it. */
  readonly except: User | undefined;
  /** What its sender says about it, for those who take tags. */
  readonly tags: ReadonlyMap<string, string> | undefined;
  /** Only who takes tags hears it. */
  readonly isTagsOnly: boolean;
}

/** What was said in one form: the bytes, and where each message ends. */
interface Written {
  readonly writer: ByteWriter;
  readonly ends: number[];
  /** All of it; made when it is first asked for. */
  all: SharedBytes | undefined;
}

const NOTHING = new SharedBytes(new Uint8Array(0));

/**
 * What is said in one channel, one message behind the other, with nothing else in between: everybody gets it in one piece. Each
 * message is encoded once for all who get it in the same form.
 */
export class Run {
  readonly channel: Channel;
  readonly #encoder: Pick<Session<unknown, IrcMessage>, "encode">;
  readonly #said: Said[] = [];
  readonly #written: (Written | undefined)[] = [];
  /** From which message on it is for somebody who came in meanwhile, or has had what was said before. */
  readonly #from = new Map<User, number>();
  /** Those who do not hear all of it. */
  readonly #speakers = new Set<User>();

  /** Nothing is said yet. */
  constructor(channel: Channel, encoder: Pick<Session<unknown, IrcMessage>, "encode">) {
    this.channel = channel;
    this.#encoder = encoder;
  }

  /** How many bytes it has in the form that has most, as far as it was asked for. */
  get bytes(): number {
    let most = 0;
    for (const written of this.#written) most = Math.max(most, written?.writer.length ?? 0);
    return most;
  }

  /**
   * Adds a message.
   *
   * @throws {ProtocolError} It cannot be said in IRC; nothing is added.
   */
  add(said: Said): void {
    this.#said.push(said);
    try {
      // So it is known that it can be said, and how long it is.
      this.#write(said.tags ? WITH_TAGS : 0);
    } catch (error) {
      this.#said.pop();
      throw error;
    }
    if (said.except) this.#speakers.add(said.except);
  }

  /** Takes note that somebody gets only what is said from now on. */
  skipTo(user: User): void {
    this.#from.set(user, this.#said.length);
  }

  /** Returns what it holds for a member of its channel, and has not given it before: one piece for most. */
  piecesFor(user: User): readonly SharedBytes[] {
    const { form } = user;
    const from = this.#from.get(user) ?? 0;
    if (this.#speakers.has(user)) return this.#without(user, from);
    if (from === 0) return [this.all(form)];
    return [this.#piece(this.#write(form), { from, to: this.#said.length })];
  }

  /** Says whether `all` is what a member of its channel gets. */
  isWhollyFor(user: User): boolean {
    return !(this.#speakers.size > 0 && this.#speakers.has(user)) &&
      !(this.#from.size > 0 && this.#from.has(user));
  }

  /** Returns all of it. */
  all(form: Form): SharedBytes {
    const written = this.#write(form);
    return written.all ??= this.#piece(written, { from: 0, to: this.#said.length });
  }

  /** Returns what others than `user` said, in pieces that stand together. */
  #without(user: User, from: number): SharedBytes[] {
    const pieces: SharedBytes[] = [];
    const { length } = this.#said;
    let start = from;
    for (let at = from; at <= length; at++) {
      if (at < length && this.#said[at]!.except !== user) continue;
      if (at > start) pieces.push(this.#piece(this.#write(user.form), { from: start, to: at }));
      start = at + 1;
    }
    return pieces;
  }

  #piece({ writer, ends }: Written, { from, to }: { from: number; to: number }): SharedBytes {
    const [start, end] = [from === 0 ? 0 : ends[from - 1]!, to === 0 ? 0 : ends[to - 1]!];
    // What is written later comes behind these bytes, or into a larger buffer.
    return start === end ? NOTHING : new SharedBytes(writer.buffer.subarray(start, end));
  }

  /** Encodes what was not yet in this form. */
  #write(form: Form): Written {
    const written = this.#written[form] ??= { writer: new ByteWriter(), ends: [], all: undefined };
    const { writer, ends } = written;
    while (ends.length < this.#said.length) {
      const before = writer.length;
      try {
        writeSaid(this.#said[ends.length]!, { form, writer, encoder: this.#encoder });
      } catch (error) {
        writer.length = before;
        throw error;
      }
      ends.push(writer.length);
      written.all = undefined;
    }
    return written;
  }
}

/** Writes one message in a form, or nothing where it is not for who gets that form. */
export function writeSaid(
  { message, time, tags, isTagsOnly }: Said,
  { form, writer, encoder }: {
    form: Form;
    writer: ByteWriter;
    encoder: Pick<Session<unknown, IrcMessage>, "encode">;
  },
): void {
  const takesTags = (form & WITH_TAGS) !== 0;
  if (isTagsOnly && !takesTags) return;
  if (form === 0) return encoder.encode(message, writer);
  const all = new Map<string, string>();
  if ((form & WITH_TIME) !== 0) all.set("time", time.toISOString());
  if (takesTags && tags) {
    for (const [key, value] of tags) all.set(key, value);
  }
  encoder.encode(all.size > 0 ? { ...message, tags: all } : message, writer);
}
