import { foldCase, type IrcMessage, NUMERICS } from "../../codec/irc/mod.ts";
import type { Channel, Flag, MaskList } from "../channel.ts";
import type { Client, Commands } from "../command.ts";
import { byteLength } from "../cut_text.ts";
import { wholeMask } from "../masks.ts";
import { wholeNumber } from "../names.ts";
import { MAX_MODES } from "../support.ts";
import { noSuchChannel, notOperator } from "./refusals.ts";

/** Modes of channels and of users (RFC 2812, 3.1.5 and 3.2.3). */
export const MODE_COMMANDS: Commands = {
  MODE: {
    minParams: 1,
    run(client, { params: [target = "", ...rest] }) {
      if (!target.startsWith("#")) return userMode(client, { target, modes: rest[0] });
      const channel = client.state.channelOf(target);
      if (!channel?.isVisibleTo(client.user)) return noSuchChannel(client, target);
      if (rest[0] === undefined) return tellModes(client, channel);
      return new ModeChange(client, channel).run(rest);
    },
  },
};

/** The lists, and the numerics that show them (item, end). */
const LISTS: Readonly<Record<MaskList, readonly [string, string]>> = {
  b: [NUMERICS.RPL_BANLIST, NUMERICS.RPL_ENDOFBANLIST],
  e: [NUMERICS.RPL_EXCEPTLIST, NUMERICS.RPL_ENDOFEXCEPTLIST],
  I: [NUMERICS.RPL_INVITELIST, NUMERICS.RPL_ENDOFINVITELIST],
};
const FLAGS = "imnst";
const WITH_PARAM = "beIklov";
const MAX_PASSWORD_BYTES = 23;
const MAX_MEMBERS = 1_000_000;
const LINE_BYTES = 512;
/** What stands in `:source MODE #channel modes` and its CRLF beside the three. */
const BESIDE_BYTES = 10;

/** One change that is done: the sign with the letter, and its parameter. */
interface Note {
  readonly letter: string;
  readonly param: string | undefined;
}

function tellModes({ user }: Client, channel: Channel): void {
  const { flags, password, maxMembers, members, name, createdSeconds } = channel;
  let letters = `+${[...flags].sort().join("")}`;
  const params: string[] = [];
  if (password !== undefined) {
    letters += "k";
    // Who is outside may know that there is one.
    params.push(members.has(user) ? password : "*");
  }
  if (maxMembers !== undefined) {
    letters += "l";
    params.push(String(maxMembers));
  }
  user.reply(NUMERICS.RPL_CHANNELMODEIS, name, letters, ...params);
  user.reply(NUMERICS.RPL_CREATIONTIME, name, String(createdSeconds));
}

function userMode(
  { user, state }: Client,
  { target, modes }: { target: string; modes: string | undefined },
): void {
  if (foldCase(target) !== user.key) {
    const isThere = state.userOf(target) !== undefined;
    if (isThere) return user.reply(NUMERICS.ERR_USERSDONTMATCH, "These are not your own modes");
    return user.reply(NUMERICS.ERR_NOSUCHNICK, target, "No such nick");
  }
  if (modes === undefined) return user.reply(NUMERICS.RPL_UMODEIS, user.isInvisible ? "+i" : "+");
  let sign = "+";
  let isUnknown = false;
  const before = user.isInvisible;
  for (const letter of modes) {
    if (letter === "+" || letter === "-") sign = letter;
    else if (letter === "i") state.hide(user, sign === "+");
    // Nobody is an operator of the server, and nobody becomes one so.
    else if (letter !== "o") isUnknown = true;
  }
  if (isUnknown) user.reply(NUMERICS.ERR_UMODEUNKNOWNFLAG, "Unknown mode");
  if (user.isInvisible === before) return;
  const params = [user.nick, user.isInvisible ? "+i" : "-i"];
  user.send({ source: user.source, command: "MODE", params });
}

/** What one MODE changes in a channel, told to everybody in one message. */
class ModeChange {
  readonly #client: Client;
  readonly #channel: Channel;
  #isOn = true;
  #args: readonly string[] = [];
  #used = 0;
  #hasRefused = false;
  readonly #notes: Note[] = [];
  readonly #asked = new Set<MaskList>();

  constructor(client: Client, channel: Channel) {
    this.#client = client;
    this.#channel = channel;
  }

  async run([letters = "", ...args]: readonly string[]): Promise<void> {
    this.#args = args.slice(0, MAX_MODES);
    for (const letter of letters) {
      if (letter === "+" || letter === "-") this.#isOn = letter === "+";
      // What is beyond the parameters that are looked at is not taken for a question.
      else if (this.#used === MAX_MODES && WITH_PARAM.includes(letter)) continue;
      else if (letter in LISTS && this.#used >= this.#args.length) {
        // A list is shown once, however often it is asked for in one line. The letter is that of one.
        this.#asked.add(letter as MaskList);
      } else this.#change(letter);
    }
    this.#tell();
    for (const list of this.#asked) await this.#show(list);
  }

  #change(letter: string): void {
    const { user } = this.#client;
    if (!FLAGS.includes(letter) && !WITH_PARAM.includes(letter)) {
      return this.#refuse(NUMERICS.ERR_UNKNOWNMODE, letter, "is unknown mode char to me");
    }
    if (!this.#channel.isOperator(user)) {
      if (!this.#hasRefused) notOperator(this.#client, this.#channel);
      this.#hasRefused = true;
      return;
    }
    // These words are those of the types, as was looked at.
    if (FLAGS.includes(letter)) return this.#flag(letter as Flag);
    if (letter in LISTS) return this.#mask(letter as MaskList);
    if (letter === "k") return this.#password();
    if (letter === "l") return this.#maxMembers();
    this.#member(letter === "o" ? "isOperator" : "isVoiced");
  }

  #flag(flag: Flag): void {
    const { flags } = this.#channel;
    if (flags.has(flag) === this.#isOn) return;
    if (this.#isOn) flags.add(flag);
    else flags.delete(flag);
    this.#note(flag);
  }

  #mask(list: MaskList): void {
    // Without a parameter it would have been a question.
    const typed = this.#next()!;
    const mask = wholeMask(typed);
    if (mask === undefined) {
      const text = "This cannot be a mask";
      return this.#refuse(NUMERICS.ERR_INVALIDMODEPARAM, this.#channel.name, list, typed, text);
    }
    const { user, state } = this.#client;
    const key = foldCase(mask);
    if (!this.#isOn) {
      const removed = this.#channel.removeMask(list, key);
      if (removed !== undefined) this.#note(list, removed);
      return;
    }
    if (this.#channel.maskCount >= state.settings.limits.maxMasks) {
      return this.#refuse(
        NUMERICS.ERR_BANLISTFULL,
        this.#channel.name,
        mask,
        "Channel list is full",
      );
    }
    const atSeconds = state.nowSeconds();
    if (this.#channel.addMask(list, { key, mask, by: user.nick, atSeconds })) {
      this.#note(list, mask);
    }
  }

  #password(): void {
    const channel = this.#channel;
    const given = this.#next();
    if (!this.#isOn) {
      if (channel.password === undefined) return;
      this.#note("k", channel.password);
      channel.password = undefined;
      return;
    }
    if (given === undefined) return this.#needMore();
    const isSound = /^[\x21-\x2b\x2d-\x39\x3b-\x7e][\x21-\x2b\x2d-\x7e]*$/.test(given);
    if (!isSound || given.length > MAX_PASSWORD_BYTES) {
      return this.#refuse(NUMERICS.ERR_INVALIDKEY, channel.name, "Key is not well-formed");
    }
    channel.password = given;
    this.#note("k", given);
  }

  #maxMembers(): void {
    const channel = this.#channel;
    if (!this.#isOn) {
      if (channel.maxMembers === undefined) return;
      channel.maxMembers = undefined;
      return this.#note("l");
    }
    const given = this.#next();
    if (given === undefined) return this.#needMore();
    const count = Math.min(wholeNumber(given) ?? 0, MAX_MEMBERS);
    if (count === 0) {
      const text = "A limit is a whole number from 1";
      return this.#refuse(NUMERICS.ERR_INVALIDMODEPARAM, channel.name, "l", given, text);
    }
    if (count === channel.maxMembers) return;
    channel.maxMembers = count;
    this.#note("l", String(count));
  }

  #member(mode: "isOperator" | "isVoiced"): void {
    const nick = this.#next();
    if (nick === undefined) return this.#needMore();
    const { state } = this.#client;
    const target = state.userOf(nick);
    if (!target) return this.#refuse(NUMERICS.ERR_NOSUCHNICK, nick, "No such nick");
    const { members, name } = this.#channel;
    const member = members.get(target);
    if (!member) {
      const text = "They are not on that channel";
      return this.#refuse(NUMERICS.ERR_USERNOTINCHANNEL, target.nick, name, text);
    }
    if (member[mode] === this.#isOn) return;
    member[mode] = this.#isOn;
    this.#channel.renamed();
    this.#note(mode === "isOperator" ? "o" : "v", target.nick);
  }

  /** Returns the next parameter; undefined where there is none. */
  #next(): string | undefined {
    return this.#args[this.#used++];
  }

  #needMore(): void {
    this.#refuse(NUMERICS.ERR_NEEDMOREPARAMS, "MODE", "Not enough parameters");
  }

  /** Says what is wrong, once: a line may be full of what is. */
  #refuse(numeric: string, ...params: string[]): void {
    if (!this.#hasRefused) this.#client.user.reply(numeric, ...params);
    this.#hasRefused = true;
  }

  #note(letter: string, param?: string): void {
    this.#notes.push({ letter: `${this.#isOn ? "+" : "-"}${letter}`, param });
  }

  /** Tells everybody, in one message where a line has room for all of it. */
  #tell(): void {
    const { source } = this.#client.user;
    const { name } = this.#channel;
    const room = LINE_BYTES - BESIDE_BYTES - source.length - byteLength(name);
    let told: Note[] = [];
    let bytes = 0;
    for (const note of this.#notes) {
      const more = note.letter.length + (note.param === undefined ? 0 : 1 + byteLength(note.param));
      if (bytes + more > room) {
        this.#say(told);
        [told, bytes] = [[], 0];
      }
      told.push(note);
      bytes += more;
    }
    if (told.length > 0) this.#say(told);
  }

  #say(notes: readonly Note[]): void {
    const { user, state } = this.#client;
    // `+a+b-c` is written `+ab-c`.
    const letters = notes.map(({ letter }) => letter).join("")
      .replace(/([+-])\w(?:\1\w)+/g, (run, sign: string) => sign + run.replaceAll(sign, ""));
    const params = notes.flatMap(({ param }) => param ?? []);
    const message: IrcMessage = {
      source: user.source,
      command: "MODE",
      params: [this.#channel.name, letters, ...params],
    };
    state.fanOut.toChannel(this.#channel, message);
  }

  async #show(list: MaskList): Promise<void> {
    const { user } = this.#client;
    const { name } = this.#channel;
    const [item, end] = LISTS[list];
    for (const { mask, by, atSeconds } of this.#channel.masks(list)) {
      user.reply(item, name, mask, by, String(atSeconds));
      const room = user.ready();
      if (room) await room;
    }
    user.reply(end, name, "End of channel list");
  }
}
