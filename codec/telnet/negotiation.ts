// This module is browser compatible.

/** One side's wish about an option (RFC 854): `will` and `wont` about itself, `do` and `dont` about the other side. */
export interface TelnetRequest {
  /** What is wished. */
  verb: "will" | "wont" | "do" | "dont";
  /** Which option, as IANA numbers them: 1 is ECHO, 3 SUPPRESS-GO-AHEAD. */
  option: number;
}

/** Which options a {@linkcode telnet} session agrees to when the peer asks; it refuses all others. */
export interface TelnetOptions {
  /** Options that we do when the peer says `do`. @default none */
  local?: readonly number[];
  /** Options that the peer may do when it says `will`. @default none */
  remote?: readonly number[];
}

/**
 * What is in force for one option on one side (RFC 1143, section 7). `opposite`: we have changed our mind while the
 * answer to our last request is still to come.
 */
type OptionState = "no" | "yes" | "want-no" | "want-no-opposite" | "want-yes" | "want-yes-opposite";

const NOTHING: readonly TelnetRequest[] = [];

interface Step {
  readonly state: OptionState;
  /** What to tell the peer: that the option shall be on, or off. */
  readonly say?: boolean;
}

/**
 * Negotiates options by the Q method of RFC 1143: whatever two sides ask, and however their requests cross, it ends, and
 * no answer is given to what is in force already. Of what is owed about one option on one side only the last is kept, so
 * that a flood of requests is owed 512 answers at most.
 */
export class Negotiation {
  readonly #agreed: Readonly<Record<Party, ReadonlySet<number>>>;
  readonly #states: Readonly<Record<Party, Map<number, OptionState>>>;
  /** By side and option; what was said last comes last. */
  readonly #owed = new Map<string, TelnetRequest>();

  /** Begins with every option off, as every Telnet connection does. */
  constructor({ local = [], remote = [] }: TelnetOptions) {
    this.#agreed = { local: new Set(local), remote: new Set(remote) };
    this.#states = { local: new Map(), remote: new Map() };
  }

  /** Takes what the peer asks; the answer that it calls for is owed. */
  receive({ verb, option }: TelnetRequest): void {
    const party = verb === "will" || verb === "wont" ? "remote" : "local";
    const on = verb === "will" || verb === "do";
    const state = this.#state(party, option);
    const step = on ? asked(state, this.#agreed[party].has(option)) : refused(state);
    this.#take(step, { party, option });
  }

  /** Takes what we ask; it is owed unless that is in force or under way already. */
  request({ verb, option }: TelnetRequest): void {
    const party = verb === "will" || verb === "wont" ? "local" : "remote";
    const on = verb === "will" || verb === "do";
    const state = this.#state(party, option);
    this.#take(on ? switchedOn(state) : switchedOff(state), { party, option });
  }

  /** Returns what is to be sent, and forgets it. */
  takeOwed(): readonly TelnetRequest[] {
    if (this.#owed.size === 0) return NOTHING;
    const owed = [...this.#owed.values()];
    this.#owed.clear();
    return owed;
  }

  #state(party: Party, option: number): OptionState {
    return this.#states[party].get(option) ?? "no";
  }

  #take({ state, say }: Step, { party, option }: { party: Party; option: number }): void {
    this.#states[party].set(option, state);
    if (say === undefined) return;
    const verb = party === "local" ? (say ? "will" : "wont") : say ? "do" : "dont";
    const key = `${party} ${option}`;
    this.#owed.delete(key);
    this.#owed.set(key, { verb, option });
  }
}

type Party = "local" | "remote";

/** The peer wants the option on. */
function asked(state: OptionState, isAgreed: boolean): Step {
  switch (state) {
    case "no":
      return isAgreed ? { state: "yes", say: true } : { state: "no", say: false };
    case "yes":
      return { state };
    case "want-no":
      return { state: "no" };
    case "want-no-opposite":
    case "want-yes":
      return { state: "yes" };
    case "want-yes-opposite":
      return { state: "want-no", say: false };
  }
}

/** The peer wants the option off, which nobody may deny. */
function refused(state: OptionState): Step {
  switch (state) {
    case "yes":
      return { state: "no", say: false };
    case "want-no-opposite":
      return { state: "want-yes", say: true };
    default:
      return { state: "no" };
  }
}

/** We want the option on. */
function switchedOn(state: OptionState): Step {
  switch (state) {
    case "no":
      return { state: "want-yes", say: true };
    case "want-no":
      return { state: "want-no-opposite" };
    case "want-yes-opposite":
      return { state: "want-yes" };
    default:
      return { state };
  }
}

/** We want the option off. */
function switchedOff(state: OptionState): Step {
  switch (state) {
    case "yes":
      return { state: "want-no", say: false };
    case "want-yes":
      return { state: "want-yes-opposite" };
    case "want-no-opposite":
      return { state: "want-no" };
    default:
      return { state };
  }
}
