import { type Clock, sleep, systemClock } from "../../net/clock.ts";
import { ClosedError, type Connection, DeadlineError } from "../../net/mod.ts";
import { ParcelSender, type SendParcelOptions, type SendResult } from "./send_parcel.ts";
import type { FileSource, SkippedSource } from "../sources/source.ts";
import { SourceQueue } from "../sources/source_queue.ts";

/** How {@linkcode sendFiles} sends. */
export interface SendFilesOptions extends SendParcelOptions {
  /** Makes a connection to the receiver. */
  connect: () => Promise<Connection<number, string>>;
  /** Connections that send at one time. @default {1} */
  jobs?: number;
  /** How often in a row to connect anew where a connection breaks. @default {5} */
  retries?: number;
  /** Hears that a connection broke, and how long the wait is. */
  onRetry?: (error: unknown, delayMs: number) => void;
  /** Hears of what cannot be sent. */
  onSkipped?: (source: SkippedSource) => void;
  /** Ends it all; what was not stored can be resumed. */
  signal?: AbortSignal | undefined;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
  /** Returns a number from 0 up to 1. @default {Math.random} */
  random?: () => number;
}

/** The wait after the first failure is random up to this, and up to twice as much after each further one. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Sends everything that `sources` gives in the parcel format, over as many connections as there are jobs. Where one
 * breaks, what it had under way is sent over the next one, and goes on where it stopped. A receiver that cannot be
 * reached at all is not tried again.
 *
 * @throws {ClosedError} A connection broke too often, or the receiver does not want us; what was under way was told.
 */
export async function sendFiles(
  sources: AsyncIterator<FileSource | SkippedSource>,
  options: SendFilesOptions,
): Promise<void> {
  const { jobs = 1, onDone = ignore, onSkipped = ignore, signal } = options;
  const queue = new SourceQueue(sources, onSkipped);
  /** What was under way on a connection that broke, and is not over since. */
  const interrupted = new Map<FileSource, SendResult>();
  const settings: SendFilesOptions = {
    ...options,
    onDone(source, result) {
      interrupted.delete(source);
      if (result.outcome !== "interrupted") return onDone(source, result);
      interrupted.set(source, result);
      // Only what can be read once more can be sent once more.
      if (source.size !== null) queue.putBack(source);
    },
  };
  const running = Array.from({ length: jobs }, () => runJob(queue, settings));
  const failed = (await Promise.allSettled(running)).find(({ status }) => status === "rejected");
  for (const [source, result] of interrupted) onDone(source, result);
  const isDone = interrupted.size === 0 && !signal?.aborted && !await queue.hasMore();
  await sources.return?.();
  signal?.throwIfAborted();
  if (failed?.status !== "rejected") return;
  // Where one connection could not be had and the others have sent everything, nothing is missing.
  if (!isDone || !isPassing(failed.reason)) throw failed.reason;
}

/** Connects, and connects anew, until there is nothing more to send. */
async function runJob(queue: SourceQueue, options: SendFilesOptions): Promise<void> {
  const { retries = 5, onRetry, clock = systemClock, random = Math.random, signal } = options;
  let failures = 0;
  let isWanted = false;
  /** How much of each file the receiver had when it was begun. */
  const reached = new WeakMap<FileSource, number>();
  const settings: SendFilesOptions = {
    ...options,
    onStart(source, offset) {
      // Bytes that went out are no progress, or a file that never arrives would be sent for ever.
      if (offset > (reached.get(source) ?? 0)) failures = 0;
      reached.set(source, offset);
      options.onStart?.(source, offset);
    },
    onDone(source, result) {
      if (result.outcome !== "interrupted") failures = 0;
      options.onDone?.(source, result);
    },
  };
  while (await queue.hasMore()) {
    try {
      await runSession(queue, { settings, onOpen: () => isWanted = true });
    } catch (error) {
      signal?.throwIfAborted();
      const isHopeless = !isWanted || !isPassing(error) || failures >= retries;
      if (isHopeless || !await queue.hasMore()) throw error;
      const delayMs = random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++);
      onRetry?.(error, delayMs);
      await sleep(delayMs, { clock, signal });
    }
  }
}

async function runSession(
  queue: SourceQueue,
  { settings, onOpen }: { settings: SendFilesOptions; onOpen: () => void },
): Promise<void> {
  const { connect, signal } = settings;
  signal?.throwIfAborted();
  await using connection = await connect();
  const stop = () => connection.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    const sender = await ParcelSender.open(connection, settings);
    onOpen();
    await sender.send(() => queue.next());
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** Says whether an error may be gone at the next try. */
function isPassing(error: unknown): boolean {
  if (error instanceof ClosedError || error instanceof DeadlineError) return true;
  return error instanceof Error &&
    Object.values(Deno.errors).some((Class) => error instanceof Class);
}

function ignore(): void {}
