import { onAbort } from "../../net/abort_listener.ts";
import { sleep, systemClock } from "../../net/clock.ts";
import { deadlineOf } from "../../net/deadlines.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { safeListener } from "../../net/safe_listener.ts";
import { type SafeListeners, safeListeners } from "../safe_listeners.ts";
import type { FileSendResult, SendFilesOptions } from "../send_options.ts";
import type { FileSource, SkippedSource } from "../sources/file_source.ts";
import { SourceQueue } from "../sources/source_queue.ts";
import { ParcelSender } from "./parcel_sender.ts";

/** Tries in a row after the first one when nothing else is said. */
const RETRIES = 5;
/** The wait after the first failure is random up to this, and up to twice as much after each further one. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * Sends files in the parcel format, by default over one connection. When that breaks a new one is made, up to five times
 * in a row, and the file that was under way goes on where it stopped. A receiver that cannot be reached at all is not
 * tried again. A file that is refused or cannot be read is told to `onDone`, and the others go on.
 *
 * @throws {TokenWantedError} The receiver wants a token, and there is none.
 * @throws {ClosedError} A connection broke too often, or the receiver takes nothing. What was under way was told to
 * `onDone` as interrupted.
 * @throws {RangeError} `jobs` is not a whole number from 1, or `retries` not a number from 0, or
 * `handshakeMs` not a time over 0.
 * @throws The reason of `signal`, or the error of `connect`.
 */
export async function sendFiles(
  sources: AsyncIterator<FileSource | SkippedSource>,
  options: SendFilesOptions,
): Promise<void> {
  const { jobs = 1, retries = RETRIES, signal } = options;
  if (!(Number.isSafeInteger(jobs) && jobs >= 1)) {
    throw new RangeError(`Cannot set jobs: ${jobs} is not a whole number from 1`);
  }
  if (!(retries >= 0)) {
    throw new RangeError(`Cannot set retries: ${retries} is not a number from 0`);
  }
  deadlineOf("handshakeMs", options.handshakeMs);
  const listeners = safeListeners(options);
  const { onDone } = listeners;
  const queue = new SourceQueue(sources, listeners.onSkipped);
  /** The files that were under way on a connection that broke, and have not been sent since. */
  const interrupted = new Map<FileSource, FileSendResult>();
  const settings: JobOptions = {
    ...options,
    ...listeners,
    onDone(source, result) {
      interrupted.delete(source);
      if (result.outcome !== "interrupted") return onDone(source, result);
      interrupted.set(source, result);
      // What is piped in cannot be read a second time.
      if (!source.once) queue.putBack(source);
    },
  };
  const running = Array.from({ length: jobs }, () => runJob(queue, settings));
  const failed = (await Promise.allSettled(running)).find(({ status }) => status === "rejected");
  for (const [source, result] of interrupted) onDone(source, result);
  const isDone = interrupted.size === 0 && !signal?.aborted && !await queue.hasMore();
  await sources.return?.();
  signal?.throwIfAborted();
  if (failed?.status !== "rejected") return;
  // If one connection could not be had and the others have sent everything, nothing is missing.
  if (!isDone || !isPassing(failed.reason)) throw failed.reason;
}

/** What a job is told: nothing of what somebody passed in throws any more. */
type JobOptions = SendFilesOptions & SafeListeners;

/** Sends over one connection after the other until there is nothing more to send. */
async function runJob(queue: SourceQueue, options: JobOptions): Promise<void> {
  const onRetry = safeListener(options.onRetry, { name: "onRetry" });
  const { retries = RETRIES, clock = systemClock, random = Math.random, signal } = options;
  let failures = 0;
  let isWanted = false;
  /** How many bytes of each file the receiver had when it was last begun. */
  const reached = new WeakMap<FileSource, number>();
  const settings: SendFilesOptions = {
    ...options,
    onStart(source, offset) {
      // Bytes that only went out are no progress: a file that never arrives would be sent for ever.
      if (offset > (reached.get(source) ?? 0)) failures = 0;
      reached.set(source, offset);
      options.onStart(source, offset);
    },
    onDone(source, result) {
      if (result.outcome !== "interrupted") failures = 0;
      options.onDone(source, result);
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
      onRetry(error, delayMs);
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
  const endListening = onAbort(signal, () => connection.abort(signal?.reason));
  try {
    signal?.throwIfAborted();
    const sender = await ParcelSender.open(connection, settings);
    onOpen();
    await sender.send(() => queue.next());
  } finally {
    endListening();
  }
}

/** Says whether the next try may succeed: a connection or the system failed, and nobody broke the protocol. */
function isPassing(error: unknown): boolean {
  if (error instanceof ClosedError || error instanceof DeadlineError) return true;
  return error instanceof Error &&
    Object.values(Deno.errors).some((Class) => error instanceof Class);
}
