import { matchesMask } from "../codec/irc/mod.ts";
import { type NameForm, NamesText } from "./names_text.ts";
import type { User } from "./user.ts";

/** The lists of a channel, by the letter of their mode: bans, exceptions from them, and who needs no invitation. */
export type MaskList = "b" | "e" | "I";

/** A mask in a list. */
export interface Mask {
  readonly mask: string;
  /** The nickname of who set it. */
  readonly by: string;
  /** When, in seconds since 1970. */
  readonly atSeconds: number;
}

/** What somebody is in a channel. */
export interface Member {
  isOperator: boolean;
  isVoiced: boolean;
  /** Whether the bans hold for it, as it was called and they were when that was looked at. */
  checked:
    | { readonly source: string; readonly version: number; readonly isBanned: boolean }
    | undefined;
}

/** The modes of a channel that are on or off. */
export type Flag = "i" | "m" | "n" | "s" | "t";

/** How a {@linkcode Channel} is made. */
export interface ChannelOptions {
  /** Its name as it is compared. */
  readonly key: string;
  /** When, in seconds since 1970. */
  readonly nowSeconds: number;
  /** Bytes of names in one line. */
  readonly maxNamesBytes: number;
}

/** One channel, as long as somebody is in it. */
export class Channel {
  /** As who came first typed it. */
  readonly name: string;
  /** As it is compared. */
  readonly key: string;
  readonly createdSeconds: number;
  readonly members = new Map<User, Member>();
  readonly flags = new Set<Flag>(["n", "t"]);
  topic = "";
  topicBy = "";
  topicSeconds = 0;
  /** What one has to say to come in. */
  password: string | undefined;
  /** How many may be in it. */
  maxMembers: number | undefined;
  readonly #lists: Readonly<Record<MaskList, Map<string, Mask>>> = {
    b: new Map(),
    e: new Map(),
    I: new Map(),
  };
  /** How often the bans have changed. */
  #version = 0;
  readonly #names: NamesText;

  /** Nobody is in it yet. */
  constructor(name: string, { key, nowSeconds, maxNamesBytes }: ChannelOptions) {
    this.name = name;
    this.key = key;
    this.createdSeconds = nowSeconds;
    this.#names = new NamesText({ maxBytes: maxNamesBytes });
  }

  /** Takes somebody in; who comes first is its operator. */
  add(user: User): void {
    const isOperator = this.members.size === 0;
    const member: Member = { isOperator, isVoiced: false, checked: undefined };
    this.members.set(user, member);
    this.#names.append(user, member);
  }

  /** Lets somebody go. */
  remove(user: User): void {
    if (this.members.delete(user)) this.#names.forget();
  }

  /** Takes note that somebody is called otherwise, or has other modes. */
  renamed(): void {
    this.#names.forget();
  }

  /** Returns who is in it, as lines for `353` have it, or those of them who are shown to whoever is outside. */
  names(form: NameForm, to: "members" | "others"): readonly string[] {
    return to === "members"
      ? this.#names.pieces(form, this.members)
      : this.#names.some(form, this.#shown());
  }

  *#shown(): Generator<readonly [User, Member]> {
    for (const entry of this.members) if (!entry[0].isInvisible) yield entry;
  }

  /** Says whether who asks may know that there is such a channel. */
  isVisibleTo(asker: User): boolean {
    return !this.flags.has("s") || this.members.has(asker);
  }

  /** Says whether somebody is an operator in it. */
  isOperator(user: User): boolean {
    return this.members.get(user)?.isOperator ?? false;
  }

  /** Says whether somebody may speak in it. */
  maySpeak(user: User): boolean {
    const member = this.members.get(user);
    if (member === undefined) {
      return !this.flags.has("n") && !this.flags.has("m") && !this.isBanned(user);
    }
    if (member.isOperator || member.isVoiced) return true;
    if (this.flags.has("m")) return false;
    if (this.#lists.b.size === 0) return true;
    const { source } = user;
    if (member.checked?.source !== source || member.checked.version !== this.#version) {
      member.checked = { source, version: this.#version, isBanned: this.isBanned(user) };
    }
    return !member.checked.isBanned;
  }

  /** How many masks are compared to say whether somebody may speak or come in; none where that was looked at before. */
  masksFor(user: User): number {
    const member = this.members.get(user);
    if (member?.isOperator || member?.isVoiced) return 0;
    const { source, version } = member?.checked ?? {};
    return source === user.source && version === this.#version ? 0 : this.maskCount;
  }

  /** Says whether a ban holds for somebody. */
  isBanned({ source }: User): boolean {
    return this.#matches("b", source) && !this.#matches("e", source);
  }

  /** Says whether somebody needs no invitation. */
  isExpected({ source }: User): boolean {
    return this.#matches("I", source);
  }

  /** The masks of a list. */
  masks(list: MaskList): Iterable<Mask> {
    return this.#lists[list].values();
  }

  /** How many masks all lists hold. */
  get maskCount(): number {
    const { b, e, I } = this.#lists;
    return b.size + e.size + I.size;
  }

  /** Adds a mask under how it is compared; says whether it is new. */
  addMask(list: MaskList, { key, ...mask }: Mask & { readonly key: string }): boolean {
    const masks = this.#lists[list];
    if (masks.has(key)) return false;
    masks.set(key, mask);
    this.#version++;
    return true;
  }

  /** Removes the mask that is compared as `key`, and returns it as it was written. */
  removeMask(list: MaskList, key: string): string | undefined {
    const masks = this.#lists[list];
    const removed = masks.get(key);
    if (masks.delete(key)) this.#version++;
    return removed?.mask;
  }

  #matches(list: MaskList, source: string): boolean {
    for (const { mask } of this.#lists[list].values()) {
      if (matchesMask(mask, source, { casemapping: "rfc1459" })) return true;
    }
    return false;
  }
}
