import type { Inbox } from "./inbox.ts";
import type { SessionQuota } from "./session_quota.ts";

/**
 * The empty folders of one session. An offer of a folder costs a peer next to nothing, so none need be made on its word
 * alone: it is noted, and made when the session has come so far that nothing else is under way. What is counted is what will
 * be made, with the folders above that are missing: up to `maxEmptyFolders`. Until one is made nobody may say that it is
 * stored.
 */
export class EmptyFolders {
  readonly #inbox: Inbox;
  readonly #quota: SessionQuota;
  readonly #noted = new Set<string>();
  /** All that were counted, with those above them. */
  readonly #counted = new Set<string>();

  /** Makes one that has noted nothing. */
  constructor(inbox: Inbox, quota: SessionQuota) {
    this.#inbox = inbox;
    this.#quota = quota;
  }

  /** The paths of those that are noted and not made yet, in order. */
  get paths(): readonly string[] {
    return [...this.#noted];
  }

  /**
   * Notes a folder to be made, or says that it is there.
   *
   * @throws {FileRefusedError} `bad-name` or `exists`: there can be no such folder; `session-full`: there are too many.
   */
  async note(path: string): Promise<"there" | "noted"> {
    const missing: string[] = [];
    for (let at = path; at !== "" && !await this.#inbox.hasFolder(at); at = above(at)) {
      missing.push(at);
    }
    if (missing.length === 0) return "there";
    // No `await` from here on: another offer could count the same ones.
    const more = missing.filter((at) => !this.#counted.has(at));
    this.#quota.addEmptyFolders(more.length);
    for (const at of more) this.#counted.add(at);
    this.#noted.add(path);
    return "noted";
  }

  /** Forgets a folder that its peer no longer wants. */
  forget(path: string): void {
    this.#noted.delete(path);
  }

  /**
   * Makes one that is noted, and says whether it was there by now. When this settles its name is on the disk.
   *
   * @throws {FileRefusedError} It cannot be made.
   * @throws The system's error.
   */
  async make(path: string): Promise<boolean> {
    this.#noted.delete(path);
    return await this.#inbox.makeFolder(path);
  }
}

/** Returns the path of the folder that one is in; empty where that is the inbox. */
function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
