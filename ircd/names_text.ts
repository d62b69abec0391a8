import type { User } from "./user.ts";
import { WordLines } from "./word_lines.ts";

/** How names are written: plain, with all prefixes (`multi-prefix`), with user and host (`userhost-in-names`). A bit each. */
export type NameForm = 0 | 1 | 2 | 3;

/** All prefixes of a member stand there. */
export const ALL_PREFIXES = 1;
/** User and host stand behind the nickname. */
export const WITH_HOST = 2;

/** What is shown of somebody who is in a channel. */
export interface NamedMember {
  readonly isOperator: boolean;
  readonly isVoiced: boolean;
}

/**
 * Who is in a channel, cut into lines. Everybody who comes in gets all of it, so it is kept, and who comes in is added: only
 * who leaves makes it be written anew.
 */
export class NamesText {
  readonly #kept: (WordLines | undefined)[] = [];
  readonly #maxBytes: number;

  /** Keeps nothing yet; a piece has at most so many bytes. */
  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
  }

  /** Writes somebody who came in behind the others, where they are kept. */
  append(user: User, member: NamedMember): void {
    for (let form = 0; form < 4; form++) {
      // Four forms are made of two bits.
      this.#kept[form]?.add(nameOf(user, { member, form: form as NameForm }));
    }
  }

  /** Keeps nothing. */
  forget(): void {
    this.#kept.length = 0;
  }

  /** Returns everybody's names, in pieces that fit in a line each. */
  pieces(form: NameForm, members: Members): readonly string[] {
    const kept = this.#kept[form] ??= this.#written(form, members);
    return kept.texts;
  }

  /** Returns the names of some, which are not kept. */
  some(form: NameForm, members: Members): readonly string[] {
    return this.#written(form, members).texts;
  }

  #written(form: NameForm, members: Members): WordLines {
    const pieces = new WordLines({ maxBytes: this.#maxBytes });
    for (const [user, member] of members) pieces.add(nameOf(user, { member, form }));
    return pieces;
  }
}

type Members = Iterable<readonly [User, NamedMember]>;

/** Returns a member's prefixes: the highest one, or all of them. */
export function prefixOf({ isOperator, isVoiced }: NamedMember, form: NameForm): string {
  const isAll = (form & ALL_PREFIXES) !== 0;
  if (isOperator) return isAll && isVoiced ? "@+" : "@";
  return isVoiced ? "+" : "";
}

/** Returns a name as a line of `353` has it. */
export function nameOf(
  user: User,
  { member, form }: { member: NamedMember; form: NameForm },
): string {
  return prefixOf(member, form) +
    ((form & WITH_HOST) !== 0 ? user.source : user.nick);
}

/** Returns the form in which somebody gets names. */
export function nameFormOf({ capabilities }: User): NameForm {
  const all = capabilities.has("multi-prefix") ? ALL_PREFIXES : 0;
  const host = capabilities.has("userhost-in-names") ? WITH_HOST : 0;
  // The two bits make one of the four forms.
  return (all | host) as NameForm;
}
