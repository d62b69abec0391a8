import { type FileRefusedError, refusalOf } from "../file_refused_error.ts";
import type { Inbox } from "./inbox.ts";
import type { SessionQuota } from "./session_quota.ts";

/** What became of an empty folder that was noted. */
export interface EmptyFolderResult {
  /** Its path as the peer gave it. */
  readonly path: string;
  /** Whether it was there before. */
  readonly same: boolean;
  /** Why it could not be made. */
  readonly refusal: FileRefusedError | undefined;
}

/**
 * The empty folders of one session. An offer of a folder costs a peer next to nothing, so none is made on its word alone:
 * it is noted, up to `maxEmptyFolders`, and made when the session has come so far that nothing else is under way. Until
 * then nobody may say that it is stored.
 */
export class EmptyFolders {
  readonly #inbox: Inbox;
  readonly #quota: SessionQuota;
  readonly #paths = new Set<string>();

  /** Makes one that has noted nothing. */
  constructor(inbox: Inbox, quota: SessionQuota) {
    this.#inbox = inbox;
    this.#quota = quota;
  }

  /** How many are noted, and not made yet. */
  get size(): number {
    return this.#paths.size;
  }

  /**
   * Notes a folder to be made, or says that it is there.
   *
   * @throws {FileRefusedError} `bad-name` or `exists`: there can be no such folder; `session-full`: there are too many.
   */
  async note(path: string): Promise<"there" | "noted"> {
    if (await this.#inbox.hasFolder(path)) return "there";
    if (!this.#paths.has(path)) {
      this.#quota.addEmptyFolder();
      this.#paths.add(path);
    }
    return "noted";
  }

  /** Forgets a folder that its peer no longer wants. */
  forget(path: string): void {
    this.#paths.delete(path);
  }

  /** Makes those that are noted, one after the other, and tells what became of each when it is on the disk. */
  async *make(): AsyncGenerator<EmptyFolderResult, void, void> {
    for (const path of this.#paths) {
      this.#paths.delete(path);
      try {
        yield { path, same: await this.#inbox.makeFolder(path), refusal: undefined };
      } catch (error) {
        yield { path, same: false, refusal: refusalOf(error) };
      }
    }
  }
}
