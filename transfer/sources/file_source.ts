import type { FileOffer } from "../file_offer.ts";

/** A file or folder to send: what is said of it, and how to read it. */
export interface FileSource extends FileOffer {
  /** Which of the two it is; a folder is only sent when it is empty. */
  readonly kind: "file" | "folder";
  /** Its path on this side, for people. */
  readonly local: string;
  /** It can be read once alone, as what is piped in. @default {false} */
  readonly once?: boolean;
  /**
   * Opens it for reading.
   *
   * @throws {FileRefusedError} `changed`: something else is there than what was found.
   * @throws The system's error.
   */
  readonly open: () => Promise<OpenFileSource>;
}

/** A {@linkcode FileSource} that is open. */
export interface OpenFileSource extends AsyncDisposable {
  /** Reads up to as many bytes as fit, and returns how many; null is the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Does what `read` does, synchronously; undefined when it cannot. */
  readonly readSync?: (into: Uint8Array) => number | null;
  /** Ends a pending `read` that may wait without end; undefined when none does. */
  readonly interrupt?: () => void;
  /** Goes on behind the first `offset` bytes; undefined when it can be read only once. */
  readonly seek?: ((offset: number) => Promise<void>) | undefined;
  /** It was changed a moment ago and may be changed again: who sends it should know the digest. @default {false} */
  readonly isFresh?: boolean;
  /**
   * Says whether what was read of it is still what it holds. It is read again where it was changed meanwhile, or where the
   * system could not tell; undefined when it cannot change.
   */
  readonly isStill?: (read: ReadContent) => Promise<boolean>;
}

/** What was read of an {@linkcode OpenFileSource}. */
export interface ReadContent {
  /** How many bytes, from its beginning. */
  readonly bytes: number;
  /** Their SHA-256 in hex; undefined when nobody knows, and then a change is taken for another content. */
  readonly sha256: string | undefined;
  /** Called with the number of bytes that were read again so far. What it throws ends the reading. */
  readonly onHashed?: (bytes: number) => void;
  /** Asked now and then whether the answer is still wanted. @default always */
  readonly isWanted?: () => boolean;
}

/** Something that cannot be sent, and why. The rest is sent all the same. */
export interface SkippedSource {
  /** Tells it from a {@linkcode FileSource}. */
  readonly kind: "skipped";
  /** Its path on this side. */
  readonly local: string;
  /** Why, as a phrase that can follow the path. */
  readonly reason: string;
  /** Whether nothing is wrong: such things are never sent. */
  readonly isFine: boolean;
  /** The system's error, when there was one. */
  readonly error?: unknown;
}
