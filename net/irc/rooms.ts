import { LimitError } from "../../codec/errors.ts";
import {
  type Casemapping,
  foldCase,
  type IrcMessage,
  type IrcSupport,
} from "../../codec/irc/mod.ts";

/** A channel, and the key of its door where it has one. */
interface Room {
  readonly channel: string;
  readonly key?: string | undefined;
}

/** Channels that were asked for and that the server has neither let us into nor refused. */
const MAX_ASKED = 100;
/** Bytes of the names and keys in one JOIN: it stays far below what a line may have. */
const MAX_LIST_BYTES = 400;

/** The channels that a client is on, and those that it goes back to when its connection was lost. */
export class IrcRooms {
  #casemapping: Casemapping = "rfc1459";
  #joined = new Map<string, Room>();
  #wanted = new Map<string, Room>();
  #asked = new Map<string, Room>();
  /** Those that we have asked to leave, and have not heard to have left. */
  #parting = new Set<string>();
  readonly #maxChannels: number;

  /** Begins on none. */
  constructor({ maxChannels }: { readonly maxChannels: number }) {
    this.#maxChannels = maxChannels;
  }

  /** How the server compares names, which it says after this was made; the next server may say otherwise. */
  get casemapping(): Casemapping {
    return this.#casemapping;
  }
  set casemapping(casemapping: Casemapping) {
    if (casemapping === this.#casemapping) return;
    this.#casemapping = casemapping;
    this.#joined = this.#refolded(this.#joined);
    this.#wanted = this.#refolded(this.#wanted);
    this.#asked = this.#refolded(this.#asked);
    this.#parting = new Set([...this.#parting].map((name) => this.#fold(name)));
  }

  /** Those that it is on, as the server writes them. */
  get names(): ReadonlySet<string> {
    return new Set([...this.#joined.values()].map(({ channel }) => channel));
  }

  /** A message was sent: remembers the channels that it asks for, and their keys, and those that it leaves. */
  sent({ command, params: [names = "", keys = ""] }: IrcMessage): void {
    const channels = names.split(",").filter((channel) => channel !== "");
    if (command.toUpperCase() === "PART") {
      return channels.forEach((channel) => this.#parts(channel));
    }
    if (command.toUpperCase() !== "JOIN") return;
    const keyOf = keys.split(",");
    for (const [at, channel] of names.split(",").entries()) {
      if (channel === "0") {
        for (const { channel } of this.#joined.values()) this.#parts(channel);
      } else if (channel !== "") this.asked(channel, keyOf[at] || undefined);
    }
  }

  #parts(channel: string): void {
    const name = this.#fold(channel);
    this.#asked.delete(name);
    if (this.#joined.has(name)) this.#parting.add(name);
  }

  /** Remembers a channel that is asked for, and its key. */
  asked(channel: string, key: string | undefined): void {
    const name = this.#fold(channel);
    this.#asked.delete(name);
    this.#parting.delete(name);
    // A server says nothing to who is there already.
    if (key === undefined && this.#joined.has(name)) return;
    this.#asked.set(name, { channel, key: key ?? this.#wanted.get(name)?.key });
    if (this.#asked.size <= MAX_ASKED) return;
    for (const oldest of this.#asked.keys()) return void this.#asked.delete(oldest);
  }

  /** The server has let us in. @throws {LimitError} These are more than `maxChannels`. */
  joined(channel: string): void {
    const name = this.#fold(channel);
    const { key = this.#wanted.get(name)?.key } = this.#asked.get(name) ?? {};
    this.#asked.delete(name);
    const got = this.#wanted.size + (this.#wanted.has(name) ? 0 : 1);
    const max = this.#maxChannels;
    // One that is too much is not gone back to either: the next connection would end as this one.
    if (got > max) {
      throw new LimitError("Cannot keep channels", {
        limit: "maxChannels",
        max,
        got,
        unit: "channels",
      });
    }
    this.#joined.set(name, { channel, key });
    this.#wanted.set(name, { channel, key });
  }

  /** The server has not let us in, where we asked. */
  refused(channel: string): void {
    this.#asked.delete(this.#fold(channel));
  }

  /** We have left, or were made to. */
  left(channel: string): void {
    const name = this.#fold(channel);
    this.#joined.delete(name);
    this.#wanted.delete(name);
    this.#parting.delete(name);
  }

  /** The key of a channel that we are on was changed; undefined took it away. */
  keyed(channel: string, key: string | undefined): void {
    const name = this.#fold(channel);
    for (const rooms of [this.#joined, this.#wanted]) {
      const room = rooms.get(name);
      if (room) rooms.set(name, { channel: room.channel, key });
    }
  }

  /** The connection is lost: all are to be joined again, but for those that we were about to leave. */
  lost(): void {
    for (const name of this.#parting) this.#wanted.delete(name);
    this.#parting.clear();
    // A key that was typed for a channel that we are on already opens nothing.
    for (const name of this.#joined.keys()) this.#asked.delete(name);
    this.#joined.clear();
  }

  /**
   * Returns what joins again those that were joined, or asked for when the connection was lost; channels with keys come first, as
   * the keys belong to the first ones. A message has no more channels than the server takes in one.
   */
  rejoin(support: Pick<IrcSupport, "maxTargets">): IrcMessage[] {
    const maxTargets = support.maxTargets("JOIN");
    const rooms = [...new Map([...this.#wanted, ...this.#asked]).values()];
    const withKeys = rooms.filter(({ key }) => key !== undefined);
    const others = rooms.filter(({ key }) => key === undefined);
    const messages: IrcMessage[] = [];
    let batch: Room[] = [];
    let bytes = 0;
    const finish = () => {
      if (batch.length > 0) messages.push(joinOf(batch));
      batch = [];
      bytes = 0;
    };
    for (const room of [...withKeys, ...others]) {
      const more = encoder.encode(`${room.channel} ${room.key ?? ""}`).length;
      if (bytes + more > MAX_LIST_BYTES || batch.length >= maxTargets) finish();
      batch.push(room);
      bytes += more + 1;
    }
    finish();
    return messages;
  }

  #fold(channel: string): string {
    return foldCase(channel, this.#casemapping);
  }

  #refolded(rooms: ReadonlyMap<string, Room>): Map<string, Room> {
    return new Map([...rooms.values()].map((room) => [this.#fold(room.channel), room]));
  }
}

const encoder = new TextEncoder();

function joinOf(rooms: readonly Room[]): IrcMessage {
  const names = rooms.map(({ channel }) => channel).join(",");
  const keys = rooms.flatMap(({ key }) => key === undefined ? [] : [key]).join(",");
  return { command: "JOIN", params: keys === "" ? [names] : [names, keys] };
}
