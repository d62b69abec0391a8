import { escapeControls } from "../../codec/escape_controls.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { counted } from "../../net/counted.ts";
import { messageOf } from "../../net/errors.ts";
import type { ReceiptEntry, ReceiptFolder } from "../receipt.ts";
import type { FileSendResult } from "../send_options.ts";
import type { FileSource, SkippedSource } from "../sources/file_source.ts";
import { formatBytes, formatRate, formatSpan } from "./amounts.ts";
import type { EventRecord, EventSink } from "./outputs.ts";
import type { Progress } from "./progress.ts";

/** Milliseconds between two records about progress, for a machine. */
const PROGRESS_MS = 100;

/** How a {@linkcode TransferReport} reports. */
export interface TransferReportOptions {
  /** Where to write. */
  report: EventSink;
  /** The bar. */
  progress: Progress;
  /** Whether the receiver keeps what came of a file that stopped halfway. @default {true} */
  isKept?: boolean;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** How many files of a transfer ended in which way. */
export interface TransferTally {
  /** Files that the receiver stored. */
  stored: number;
  /** Files that the receiver had already. */
  same: number;
  /** Empty folders that the receiver has. */
  folders: number;
  /** Files that the receiver does not have. */
  failed: number;
  /** Bytes of the files that the receiver has. */
  bytes: number;
}

/**
 * Reports a transfer while it goes on: with a bar on a terminal, with a record of each event for a machine, and into a pipe
 * with nothing but failures and the last line.
 */
export class TransferReport {
  /** How the files ended so far. */
  readonly tally: TransferTally = { stored: 0, same: 0, folders: 0, failed: 0, bytes: 0 };
  /** The files that the receiver has, with their digests. */
  readonly entries: ReceiptEntry[] = [];
  /** The empty folders that the receiver has. */
  readonly folders: ReceiptFolder[] = [];
  readonly #report: EventSink;
  readonly #progress: Progress;
  readonly #isKept: boolean;
  readonly #clock: Clock;
  readonly #since: number;
  /** How far each file is that is under way. */
  readonly #underWay = new Map<FileSource, { sent: number; offset: number }>();
  #doneBytes = 0;
  #skippedBytes = 0;
  /** Bytes of the files that were stored. */
  #storedBytes = 0;
  /** Those of them that went over the wire. */
  #sentBytes = 0;
  #begun = 0;
  #told = -Infinity;

  /** Makes one for a transfer that begins now. */
  constructor({ report, progress, isKept = true, clock = systemClock }: TransferReportOptions) {
    this.#report = report;
    this.#progress = progress;
    this.#isKept = isKept;
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Takes note of how many bytes of a file were read to compare it with what the receiver has. */
  onCompare(source: FileSource, bytes: number): void {
    this.#show(source, bytes);
    const { local, size } = source;
    this.#eventNowAndThen({ event: "comparing", file: local, bytes, size });
  }

  /** Takes note that a file begins, behind the first `offset` bytes that the receiver has. */
  onStart(source: FileSource, offset: number): void {
    if (!this.#underWay.has(source)) this.#begun++;
    this.#underWay.set(source, { sent: offset, offset });
    const { local, size } = source;
    this.#event({ event: "started", file: local, size, offset });
    this.#show(source);
  }

  /** Takes note of how many bytes of a file are sent. */
  onBytes(source: FileSource, sent: number): void {
    const state = this.#underWay.get(source);
    if (state) state.sent = sent;
    this.#show(source);
    this.#eventNowAndThen({ event: "progress", file: source.local, sent, size: source.size });
  }

  /** Takes note of what became of a file or an empty folder. */
  onDone(source: FileSource, result: FileSendResult): void {
    const { local } = source;
    const name = escapeControls(local);
    if (source.kind === "file") this.#close(source, result);
    if ("size" in result) {
      const { outcome, path, size, sha256 } = result;
      this.tally[source.kind === "folder" ? "folders" : outcome]++;
      this.tally.bytes += size;
      if (source.kind === "folder") this.folders.push({ source: local, path });
      else if (sha256 !== undefined) {
        const stdin = source.once ? { stdin: true } as const : {};
        this.entries.push({ source: local, path, size, sha256, ...stdin });
      }
      const record = { event: outcome, file: local, path, size, sha256 };
      if (path === source.path) this.#event(record);
      else this.#note(record, `${name} was stored as "${escapeControls(path)}"`);
      return;
    }
    this.tally.failed++;
    if ("sent" in result) {
      const { sent } = result;
      const record = { event: "interrupted", file: local, sent };
      // If nothing is kept, the last line says all there is to say.
      if (this.#isKept && sent > 0) this.#note(record, `${name} stopped at ${formatBytes(sent)}`);
      else this.#event(record);
      return;
    }
    const { outcome, code, reason } = result;
    const record = { event: outcome, file: local, code, reason };
    this.#note(record, `${name} was not stored: ${escapeControls(reason)}`);
  }

  /** Takes note that something cannot be sent. */
  onSkipped({ local, reason, isFine }: SkippedSource): void {
    if (!isFine) this.tally.failed++;
    const record = { event: "skipped", file: local, reason };
    this.#note(record, `${escapeControls(local)} is left out: ${escapeControls(reason)}`);
  }

  /** Takes note that a connection broke, and that the next try comes in `delayMs`. */
  onRetry(error: unknown, delayMs: number): void {
    const wait = Math.round(delayMs);
    const record = { event: "retry", reason: messageOf(error), delayMs: wait };
    this.#note(record, `${messageOf(error)}; next try in ${formatSpan(wait)}`);
  }

  /** Whether nothing has ended yet, in whichever way. */
  get isEmpty(): boolean {
    const { stored, same, folders, failed } = this.tally;
    return stored + same + folders + failed === 0;
  }

  /** Removes the bar, and writes the last line. */
  finish(): void {
    this.#progress.stop();
    const { stored, same, folders, failed } = this.tally;
    const ms = this.#clock.now() - this.#since;
    const sent = this.#sentBytes;
    const rate = sent > 0 && ms > 0 ? ` (${formatRate(sent / ms * 1000)})` : "";
    const bytes = formatBytes(this.#storedBytes);
    const parts = [
      `Sent ${counted(stored, "file")}, ${bytes} in ${formatSpan(ms)}${rate}`,
      ...folders > 0 ? [counted(folders, "empty folder")] : [],
      ...same > 0 ? [`${same} ${same === 1 ? "was" : "were"} there already`] : [],
      ...failed > 0 ? [`${failed} not stored`] : [],
    ];
    this.#report.data({ event: "done", ...this.tally, ms }, parts.join("; "));
  }

  #close(source: FileSource, result: FileSendResult): void {
    const state = this.#underWay.get(source);
    this.#underWay.delete(source);
    const offset = state?.offset ?? 0;
    const done = "size" in result ? result.size : state?.sent ?? 0;
    this.#doneBytes += done;
    this.#skippedBytes += result.outcome === "same" ? done : offset;
    if (result.outcome === "stored") {
      this.#storedBytes += done;
      this.#sentBytes += done - offset;
    }
    if (!state) this.#begun++;
    this.#show(source);
  }

  #show({ local, size }: FileSource, comparedBytes?: number): void {
    let doneBytes = this.#doneBytes;
    let skippedBytes = this.#skippedBytes;
    for (const { sent, offset } of this.#underWay.values()) {
      doneBytes += sent;
      skippedBytes += offset;
    }
    const fileIndex = Math.max(0, this.#begun - 1);
    const comparing = comparedBytes === undefined ? undefined : { bytes: comparedBytes, size };
    this.#progress.update({ doneBytes, skippedBytes, file: local, fileIndex, comparing });
  }

  /** Writes a record for a machine, unless one was written a moment ago. */
  #eventNowAndThen(record: EventRecord): void {
    const now = this.#clock.now();
    if (!this.#report.json || now - this.#told < PROGRESS_MS) return;
    this.#told = now;
    this.#event(record);
  }

  /** Writes a record for a machine; people see the bar. */
  #event(record: EventRecord): void {
    if (this.#report.json) this.#report.data(record, "");
  }

  #note(record: EventRecord, line: string): void {
    this.#progress.above(() => this.#report.note(record, line));
  }
}
