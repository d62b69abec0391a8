import { ProtocolError } from "../../codec/mod.ts";
import { simpleFileReplies } from "../../codec/simple_file/simple_file.ts";
import { ClosedError, DeadlineError } from "../../net/mod.ts";
import { RefusedError } from "../refused_error.ts";
import type { SendFilesOptions } from "../parcel/send_files.ts";
import type { SendResult } from "../parcel/send_parcel.ts";
import { sendSimple, type SimpleSenderConnection } from "./send_simple.ts";
import { type FileSource, reasonOf, type SkippedSource } from "../sources/source.ts";
import { SourceQueue } from "../sources/source_queue.ts";

/** How {@linkcode sendFilesSimply} sends. */
export interface SendFilesSimplyOptions extends
  Pick<
    SendFilesOptions,
    "connect" | "onSkipped" | "onDone" | "onBytes" | "onStart" | "pacer" | "signal"
  > {
  /** Milliseconds between a header and its file, for old receivers. @default {50} */
  headerPauseMs?: number;
}

/**
 * Sends everything that `sources` gives in the simple format, one file after the other: over one connection where the
 * receiver keeps it, over a new one where it hangs up after each file, as old ones do. Folders have no place in the
 * format: what they hold is sent without them.
 *
 * @throws {ClosedError} A connection broke; the file that was under way was told.
 */
export async function sendFilesSimply(
  sources: AsyncIterator<FileSource | SkippedSource>,
  options: SendFilesSimplyOptions,
): Promise<void> {
  const { onSkipped = ignore, onDone = ignore } = options;
  const queue = new SourceQueue(sources, onSkipped);
  const line = new SimpleLine(options);
  try {
    for (let source; (source = await queue.next()) !== undefined;) {
      if (source.kind === "file") onDone(source, await line.send(source));
    }
  } finally {
    line.close();
  }
}

/** The connection that files go over, and the next one where it is no more. */
class SimpleLine {
  readonly #options: SendFilesSimplyOptions;
  #connection: SimpleSenderConnection | undefined;

  constructor(options: SendFilesSimplyOptions) {
    this.#options = options;
  }

  async send(source: FileSource): Promise<SendResult> {
    const { onStart, onBytes, onDone, pacer, headerPauseMs = 50, signal } = this.#options;
    const { size } = source;
    if (size === null) {
      const reason = "the simple format has to say the size first: send a file";
      return { outcome: "failed", code: "no-size", reason };
    }
    const isNew = this.#connection === undefined;
    const connection = this.#connection ??= (await this.#options.connect()).switchTo(
      simpleFileReplies(),
    );
    const stop = () => connection.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    let sent = 0;
    onStart?.(source, 0);
    try {
      const { changed } = await sendSimple(connection, {
        source: { ...source, size },
        pacer,
        headerPauseMs,
        onBytes(bytes) {
          sent = bytes;
          onBytes?.(source, bytes);
        },
      });
      return { outcome: "stored", path: source.path, size, sha256: undefined, changed };
    } catch (error) {
      this.close();
      if (error instanceof RefusedError) {
        return { outcome: "refused", code: error.code, reason: error.message };
      }
      // An old receiver hangs up when it has stored a file; the next one needs a new connection.
      if (error instanceof ClosedError && !isNew && !signal?.aborted) {
        return await this.send(source);
      }
      if (!isOfConnection(error) && !signal?.aborted) {
        return { outcome: "failed", code: "unreadable", reason: reasonOf(error) };
      }
      onDone?.(source, { outcome: "interrupted", sent });
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** What matters was acknowledged, or cannot be any more: nothing is waited for. */
  close(): void {
    this.#connection?.abort();
    this.#connection = undefined;
  }
}

function isOfConnection(error: unknown): boolean {
  return error instanceof ClosedError || error instanceof DeadlineError ||
    error instanceof ProtocolError;
}

function ignore(): void {}
