import { requireLimit } from "../../codec/limits.ts";

/** What a {@linkcode LiveLog} keeps. */
export interface LiveLogLimits {
  /** Entries that are kept; the oldest goes first. @default {100} */
  readonly maxEntries: number;
  /** Bytes of all entries together; the last one is kept whatever it has. @default 8 MiB */
  readonly maxBytes: number;
}

/** The limits that hold where nobody says otherwise. */
export const DEFAULT_LIVE_LIMITS: LiveLogLimits = { maxEntries: 100, maxBytes: 8 * 1024 * 1024 };

/** How a {@linkcode LiveLog} is made. */
export interface LiveLogOptions {
  /** What tells this server's entries from those of the one before: a word of its own. */
  readonly run: string;
  /** What it keeps. */
  readonly limits?: Partial<LiveLogLimits>;
}

/** Something that was told. */
export interface LiveEntry {
  /** From 1, without gaps. */
  readonly number: number;
  /** It as an event of a stream. */
  readonly event: Uint8Array;
}

/** The last things that were told, for readers who each go through them at their own speed: nothing is queued for anybody. */
export class LiveLog {
  /** What tells this server's entries from those of the one before. */
  readonly run: string;
  readonly #limits: LiveLogLimits;
  readonly #listeners = new Set<() => void>();
  readonly #entries: LiveEntry[] = [];
  #newest = 0;
  #bytes = 0;

  /** Makes a log that is empty. @throws {RangeError} A limit is neither a whole number from 1 nor `Infinity`. */
  constructor({ run, limits = {} }: LiveLogOptions) {
    const { maxEntries, maxBytes } = { ...DEFAULT_LIVE_LIMITS, ...limits };
    this.run = run;
    this.#limits = {
      maxEntries: requireLimit("maxEntries", maxEntries),
      maxBytes: requireLimit("maxBytes", maxBytes),
    };
  }

  /** Bytes that it keeps. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Tells everybody of a request, which is JSON on one line. */
  add(json: string): void {
    const number = ++this.#newest;
    const event = encoder.encode(`id: ${this.run}.${number}\nevent: request\ndata: ${json}\n\n`);
    this.#entries.push({ number, event });
    this.#bytes += event.length;
    while (this.#entries.length > 1 && this.#isOver) {
      this.#bytes -= this.#entries.shift()!.event.length;
    }
    for (const listener of this.#listeners) listener();
  }

  /** Returns behind which entry a reader goes on who has seen `lastEventId`: whoever has seen none of ours begins anew. */
  positionOf(lastEventId: string | undefined): number {
    const [, run, number = ""] = /^(.*)\.(\d{1,15})$/.exec(lastEventId ?? "") ?? [];
    const isOurs = run === this.run && Number(number) <= this.#newest;
    return isOurs ? Number(number) : this.#oldest - 1;
  }

  /** Returns the first entry behind a position that is still there; where its number is not the next, some are gone. */
  next(position: number): LiveEntry | undefined {
    return this.#entries[Math.max(0, position + 1 - this.#oldest)];
  }

  /** Calls a listener at each entry from now on, until the function is called that it returns. */
  onEntry(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get #oldest(): number {
    return this.#newest + 1 - this.#entries.length;
  }

  get #isOver(): boolean {
    const { maxEntries, maxBytes } = this.#limits;
    return this.#entries.length > maxEntries || this.#bytes > maxBytes;
  }
}

const encoder = new TextEncoder();
