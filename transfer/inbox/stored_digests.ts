import { type Hasher, sha256 } from "../../codec/hashing.ts";
import { onAbort } from "../../net/abort_listener.ts";
import { blockBuffers } from "../buffer_pool.ts";
import { infoOf } from "../disk.ts";

/** Files that are read at the same time. */
const MAX_READERS = 2;
/** Bytes that are read of one file before it is another one's turn. */
const SLICE_BYTES = 16 * 1024 * 1024;
/** Digests that are remembered. */
const MAX_REMEMBERED = 256;
/** A file that was changed more recently can be changed again without a trace in its times, which have whole seconds. */
const SETTLED_MS = 2_000;

/** Who wants a digest. */
export interface DigestWanted {
  /** Bytes from the file's beginning. */
  readonly bytes: number;
  /** The peer's address: addresses take turns, each with what has the least left to read. */
  readonly from?: string | undefined;
  /** Ends the waiting; what nobody waits for is not read. */
  readonly signal?: AbortSignal | undefined;
}

/** One beginning of a file that is being hashed, for everybody who wants it. */
interface Job {
  readonly path: string;
  readonly key: string;
  readonly bytes: number;
  readonly hasher: Hasher;
  readonly waiting: Set<(hasher: Hasher | undefined) => void>;
  /** The addresses of those. */
  readonly addresses: Set<string>;
  at: number;
  /** What the file looked like when it was first wanted. */
  readonly state: string;
  readonly isSettled: boolean;
}

/** How {@linkcode StoredDigests} reads. */
export interface StoredDigestsOptions {
  /** Returns the time, in milliseconds since 1970. @default {Date.now} */
  readonly now?: () => number;
  /** Opens a file for reading. @default {Deno.open} */
  readonly open?: (path: string) => Promise<Deno.FsFile>;
}

/**
 * Hashes the beginnings of files that are on the disk: each once, however many peers want it, two at a time, and a slice
 * after the other, so that somebody who wants much keeps nobody waiting who wants little.
 */
export class StoredDigests {
  readonly #now: () => number;
  readonly #open: (path: string) => Promise<Deno.FsFile>;
  readonly #jobs = new Map<string, Job>();
  /** What each address waits for; the one whose turn is next stands first. */
  readonly #queues = new Map<string, Set<Job>>();
  readonly #remembered = new Map<string, Hasher>();
  readonly #reading = new Map<Job, Promise<void>>();

  /** Makes one that has hashed nothing. */
  constructor({ now = Date.now, open = openToRead }: StoredDigestsOptions = {}) {
    this.#now = now;
    this.#open = open;
  }

  /** How many files are being read or waited for. */
  get size(): number {
    return this.#jobs.size;
  }

  /**
   * Returns a hasher that has taken the first `bytes` bytes of a file; undefined when it has not so many, is no file or was
   * changed meanwhile.
   *
   * @throws The reason of `signal`.
   */
  async beginningOf(path: string, wanted: DigestWanted): Promise<Hasher | undefined> {
    const { bytes, from = "", signal } = wanted;
    signal?.throwIfAborted();
    const found = await infoOf(path);
    if (!found?.isFile || found.size < bytes) return undefined;
    if (bytes === 0) return sha256();
    const state = stateOf(found);
    const key = `${bytes} ${state} ${path}`;
    const known = this.#remembered.get(key);
    if (known) {
      this.#remember(key, known);
      return known.copy();
    }
    let job = this.#jobs.get(key);
    if (!job) {
      const changedAt = Math.max(found.mtime?.getTime() ?? 0, found.ctime?.getTime() ?? 0);
      const isSettled = this.#now() - changedAt >= SETTLED_MS;
      const hasher = sha256();
      const who = {
        waiting: new Set<(hasher: Hasher | undefined) => void>(),
        addresses: new Set<string>(),
      };
      job = { path, key, bytes, hasher, ...who, at: 0, state, isSettled };
      this.#jobs.set(key, job);
    }
    return await this.#wait(job, { from, signal });
  }

  /** Settles once no file is open that nobody waits for: the block that is under way is still read. */
  async abandoned(): Promise<void> {
    const reads = [...this.#reading].filter(([{ waiting }]) => waiting.size === 0);
    await Promise.all(reads.map(([, read]) => read));
  }

  #wait(
    job: Job,
    { from, signal }: { from: string; signal: AbortSignal | undefined },
  ): Promise<Hasher | undefined> {
    return new Promise((resolve, reject) => {
      const done = (hasher: Hasher | undefined) => {
        endListening();
        resolve(hasher?.copy());
      };
      const endListening = onAbort(signal, () => {
        job.waiting.delete(done);
        if (job.waiting.size === 0 && !this.#reading.has(job)) this.#drop(job);
        reject(signal?.reason);
      });
      if (signal?.aborted) return;
      job.waiting.add(done);
      job.addresses.add(from);
      if (!this.#reading.has(job)) this.#enqueue(job);
      this.#readNext();
    });
  }

  #enqueue(job: Job): void {
    for (const from of job.addresses) {
      const queue = this.#queues.get(from);
      if (queue) queue.add(job);
      else this.#queues.set(from, new Set([job]));
    }
  }

  #dequeue(job: Job): void {
    for (const from of job.addresses) {
      const queue = this.#queues.get(from);
      queue?.delete(job);
      if (queue?.size === 0) this.#queues.delete(from);
    }
  }

  /** Forgets what nobody waits for any more. */
  #drop(job: Job): void {
    this.#jobs.delete(job.key);
    this.#dequeue(job);
  }

  #readNext(): void {
    while (this.#reading.size < MAX_READERS) {
      const job = this.#take();
      if (!job) return;
      const read = this.#read(job).then((isWhole) => {
        this.#reading.delete(job);
        if (isWhole !== false) this.#end(job, isWhole ? job.hasher : undefined);
        else if (job.waiting.size === 0) this.#drop(job);
        else this.#enqueue(job);
        this.#readNext();
      });
      this.#reading.set(job, read);
    }
  }

  /** Takes what is next: of the address whose turn it is, what has the least left to read. */
  #take(): Job | undefined {
    for (const [from, queue] of this.#queues) {
      let least: Job | undefined;
      for (const job of queue) {
        if (!least || job.bytes - job.at < least.bytes - least.at) least = job;
      }
      if (!least) continue;
      this.#dequeue(least);
      // Its next turn comes behind those of all others.
      if (this.#queues.delete(from)) this.#queues.set(from, queue);
      return least;
    }
    return undefined;
  }

  /** Reads a slice; returns whether that was the last one, or undefined when there is no more to read. */
  async #read(job: Job): Promise<boolean | undefined> {
    const block = blockBuffers.take();
    try {
      using file = await this.#open(job.path);
      if (stateOf(await file.stat()) !== job.state) return undefined;
      if (job.at > 0) await file.seek(job.at, Deno.SeekMode.Start);
      const end = Math.min(job.bytes, job.at + SLICE_BYTES);
      while (job.at < end && job.waiting.size > 0) {
        const count = await file.read(block.subarray(0, Math.min(block.length, end - job.at)));
        if (count === null) return undefined;
        job.hasher.update(block.subarray(0, count));
        job.at += count;
      }
      return job.at === job.bytes;
    } catch {
      // What cannot be read is compared with nothing.
      return undefined;
    } finally {
      blockBuffers.release(block);
    }
  }

  #end(job: Job, hasher: Hasher | undefined): void {
    this.#jobs.delete(job.key);
    if (hasher && job.isSettled) this.#remember(job.key, hasher);
    for (const done of job.waiting) done(hasher);
  }

  #remember(key: string, hasher: Hasher): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, hasher);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MAX_REMEMBERED) return;
      this.#remembered.delete(oldest);
    }
  }
}

function stateOf({ dev, ino, size, mtime, ctime }: Deno.FileInfo): string {
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
}

function openToRead(path: string): Promise<Deno.FsFile> {
  return Deno.open(path, { read: true });
}
