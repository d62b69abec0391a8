const LINE_FEED = 0x0a;
const COLON = 0x3a;
/** What the nicknames begin with, and the names of the servers do not. */
const FIRST_OF_NICK = 0x75;

/** Counts lines that come from users, whose nicknames all begin with `u`, in bytes that are cut anywhere. */
export class UserLines {
  #at: "start" | "colon" | "inside" = "start";
  #isOfUser = false;

  /** Begins anew with a line. */
  reset(): void {
    this.#at = "start";
  }

  /** Returns how many of them end in the bytes that came next. */
  count(bytes: Uint8Array): number {
    let count = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (this.#at === "inside") {
        at = bytes.indexOf(LINE_FEED, at);
        if (at < 0) return count;
        if (this.#isOfUser) count++;
        this.#at = "start";
      } else if (this.#at === "start" && bytes[at] === COLON) this.#at = "colon";
      else {
        this.#isOfUser = this.#at === "colon" && bytes[at] === FIRST_OF_NICK;
        this.#at = "inside";
      }
    }
    return count;
  }
}
