import { ProtocolError } from "../../codec/errors.ts";
import { simpleFileReplies } from "../../codec/simple_file/simple_file.ts";
import { onAbort } from "../../net/abort_listener.ts";
import { requireWaitMs } from "../../net/deadlines.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { type SafeListeners, safeListeners } from "../safe_listeners.ts";
import type { FileSendResult, SendSimpleFilesOptions } from "../send_options.ts";
import type { FileSource, SkippedSource } from "../sources/file_source.ts";
import { reasonOf } from "../sources/read_errors.ts";
import { formatBytes } from "../report/amounts.ts";
import { SourceQueue } from "../sources/source_queue.ts";
import { MAX_MEASURED_BYTES, type MeasuredSource, measuredSource } from "./measured_source.ts";
import { sendSimpleFile, type SimpleSenderConnection } from "./send_simple_file.ts";

/**
 * Sends files in the simple format, one after the other: over one connection if the receiver keeps it, over a new one when
 * it hangs up after each file, as old receivers do. The format has no folders and no names: what folders hold is sent
 * without them, and a file of unknown size, as what is piped in, is read into memory first and must not have more than
 * 16 MiB.
 *
 * @throws {ClosedError} A connection broke. The file that was under way was told to `onDone` as interrupted.
 * @throws {ProtocolError} The receiver broke the protocol.
 * @throws {DeadlineError} The receiver did not answer in time.
 * @throws {RangeError} `headerPauseMs` is not a time from 0.
 * @throws The reason of `signal`, or the error of `connect`.
 */
export async function sendSimpleFiles(
  sources: AsyncIterator<FileSource | SkippedSource>,
  options: SendSimpleFilesOptions,
): Promise<void> {
  const { headerPauseMs } = options;
  if (headerPauseMs !== undefined) requireWaitMs("headerPauseMs", headerPauseMs);
  const listeners = safeListeners(options);
  const queue = new SourceQueue(sources, listeners.onSkipped);
  const line = new SimpleLine({ ...options, ...listeners });
  try {
    for (let source; (source = await queue.next()) !== undefined;) {
      if (source.kind === "file") listeners.onDone(source, await line.send(source));
    }
  } finally {
    line.close();
  }
}

/** The connection that files go over, and a new one when it is over. */
class SimpleLine {
  readonly #options: SendSimpleFilesOptions & SafeListeners;
  #connection: SimpleSenderConnection | undefined;

  constructor(options: SendSimpleFilesOptions & SafeListeners) {
    this.#options = options;
  }

  async send(source: FileSource): Promise<FileSendResult> {
    const { signal } = this.#options;
    const { size } = source;
    if (size !== null) return await this.#send({ ...source, size }, source);
    let measured: MeasuredSource | undefined;
    try {
      measured = await measuredSource(source, signal);
    } catch (error) {
      signal?.throwIfAborted();
      return failureOf(error);
    }
    if (measured) return await this.#send(measured, source);
    const reason = "the simple format has to say the size first, and this is over " +
      `${formatBytes(MAX_MEASURED_BYTES)} of unknown size: send a file`;
    return { outcome: "failed", code: "no-size", reason };
  }

  /** Sends `measured`, which is called `source` to the listeners. */
  async #send(measured: MeasuredSource, source: FileSource): Promise<FileSendResult> {
    const { connect, onStart, onBytes, onDone, bandwidth, headerPauseMs, signal } = this.#options;
    const { size } = measured;
    const isNew = this.#connection === undefined;
    const connection = this.#connection ??= (await connect()).switchTo(simpleFileReplies());
    const endListening = onAbort(signal, () => connection.abort(signal?.reason));
    let sent = 0;
    onStart(source, 0);
    try {
      await sendSimpleFile(connection, {
        source: measured,
        bandwidth,
        ...headerPauseMs !== undefined && { headerPauseMs },
        onBytes(bytes) {
          sent = bytes;
          onBytes(source, bytes);
        },
      });
      return { outcome: "stored", path: source.path, size, sha256: undefined };
    } catch (error) {
      this.close();
      // An old receiver hung up after the file before: this one needs a new connection.
      if (error instanceof ClosedError && !isNew && !signal?.aborted) {
        return await this.#send(measured, source);
      }
      if (!isOfConnection(error) && !signal?.aborted) return failureOf(error);
      onDone(source, { outcome: "interrupted", sent });
      throw error;
    } finally {
      endListening();
    }
  }

  /** Ends the connection at once: each file was answered for, or cannot be any more. */
  close(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }
}

/** Returns what became of a file that was not sent, though the connection did not break. */
function failureOf(error: unknown): FileSendResult {
  if (!(error instanceof FileRefusedError)) {
    return { outcome: "failed", code: "unreadable", reason: reasonOf(error) };
  }
  const { code, message: reason } = error;
  return { outcome: code === "changed" ? "failed" : "refused", code, reason };
}

function isOfConnection(error: unknown): boolean {
  return error instanceof ClosedError || error instanceof DeadlineError ||
    error instanceof ProtocolError;
}
