import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import { giveBack } from "../codec/bytes/memory.ts";
import { releaseWriter, takeWriter } from "./buffers.ts";
import type { SharedBytes } from "./shared_bytes.ts";

/** The caller of `sendBytes`: its promise settles when the system has taken its bytes. */
export interface Lender {
  resolve(): void;
  reject(error: unknown): void;
}

/** Bytes that are written from where they stand: lent by a caller, or given away by one. */
export class Loan {
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** Who waits until they are written; the memory stays theirs. */
  readonly lender: Lender | undefined;

  /** Makes a loan of `lender`; without one the memory was given away, and serves others afterwards. */
  constructor(buffer: Uint8Array<ArrayBuffer>, lender?: Lender) {
    this.buffer = buffer;
    this.lender = lender;
  }

  /** How many they are. */
  get length(): number {
    return this.buffer.length;
  }
}

/** What goes out in one write. */
export type Outbound = ByteWriter | SharedBytes | Loan;

/** Below this many bytes it is cheaper to copy a piece beside others than to write it by itself. */
const JOINED_MAX_BYTES = 16 * 1024;
/** Below this many bytes a shared piece that has to wait is copied. */
const COPIED_MAX_BYTES = 1024;
/** Pieces are joined up to about this many bytes. */
const JOINED_BYTES = 64 * 1024;

/** What waits to be written, in order: messages that are gathered in one buffer, and bytes that stand elsewhere. */
export class WriteQueue {
  /** Bytes that wait in closed pieces; those in `writer` come on top. */
  #closedBytes = 0;
  #closed: Outbound[] | undefined;
  #at = 0;
  #writer: ByteWriter | undefined;
  /** A small shared piece, while nothing else waits: most are written before anything comes behind them. */
  #only: SharedBytes | undefined;

  /** Bytes that wait. */
  get bytes(): number {
    if (this.#only !== undefined) return this.#only.length;
    return this.#closedBytes + (this.#writer === undefined ? 0 : this.#writer.length);
  }

  /** Where the next message is gathered, behind everything else. */
  get writer(): ByteWriter {
    this.#gatherOnly();
    return this.#writer ??= takeWriter();
  }

  /** Gives the writer back where nothing is gathered in it: a connection that only listens keeps no buffer. */
  releaseEmpty(): void {
    if (this.#writer === undefined || this.#writer.length > 0) return;
    releaseWriter(this.#writer);
    this.#writer = undefined;
  }

  /** Queues bytes behind what is gathered; few of them are copied, so that what waits is no long list of small pieces. */
  push(piece: SharedBytes | Loan): void {
    if (piece.length < COPIED_MAX_BYTES && !(piece instanceof Loan)) {
      if (this.bytes === 0 && this.#writer === undefined) this.#only = piece;
      else this.writer.bytes(piece.buffer);
      return;
    }
    this.#gatherOnly();
    this.#close();
    this.#add(piece);
  }

  /** Takes out what is to be written next: one piece that is large, or several that are small, joined. */
  shift(): Outbound | undefined {
    const only = this.#only;
    if (only !== undefined) {
      this.#only = undefined;
      return only.length === 0 ? undefined : only;
    }
    const closed = this.#closed;
    if (closed === undefined) {
      const writer = this.#writer;
      if (writer === undefined || writer.length === 0) return undefined;
      this.#writer = undefined;
      return writer;
    }
    const first = this.#take(closed);
    const second = this.#closed?.[this.#at] ?? this.#writer;
    if (!isJoined(first) || !second || !isJoined(second)) return first;
    const joined = takeWriter();
    join(joined, first);
    while (this.#closed !== undefined && joined.length < JOINED_BYTES) {
      const next = this.#closed[this.#at];
      if (next === undefined || !isJoined(next)) return joined;
      join(joined, this.#take(this.#closed));
    }
    if (this.#closed === undefined && this.#writer && isJoined(this.#writer)) {
      join(joined, this.#writer);
      this.#writer = undefined;
    }
    return joined;
  }

  /** Forgets everything; who lent bytes hears the error. The system may still read from what was taken out. */
  clear(error: unknown): void {
    for (const piece of this.#closed?.slice(this.#at) ?? []) {
      if (piece instanceof Loan) piece.lender?.reject(error);
    }
    this.#closed = this.#writer = this.#only = undefined;
    this.#closedBytes = this.#at = 0;
  }

  #gatherOnly(): void {
    const only = this.#only;
    if (only === undefined) return;
    this.#only = undefined;
    (this.#writer ??= takeWriter()).bytes(only.buffer);
  }

  #close(): void {
    const writer = this.#writer;
    if (writer === undefined || writer.length === 0) return;
    this.#writer = undefined;
    this.#add(writer);
  }

  #add(piece: Outbound): void {
    (this.#closed ??= []).push(piece);
    this.#closedBytes += piece.length;
  }

  #take(closed: Outbound[]): Outbound {
    const piece = closed[this.#at++]!;
    this.#closedBytes -= piece.length;
    if (this.#at === closed.length) {
      this.#closed = undefined;
      this.#at = 0;
    }
    return piece;
  }
}

/** Says what becomes of the memory of a piece that is written. */
export function releaseOutbound(piece: Outbound): void {
  if (piece instanceof Loan) {
    if (piece.lender) piece.lender.resolve();
    else giveBack(piece.buffer.buffer);
  } else if (piece instanceof ByteWriter) releaseWriter(piece);
}

/** Returns all bytes of a piece. */
export function bytesOf(piece: Outbound): Uint8Array<ArrayBuffer> {
  return piece instanceof ByteWriter ? piece.written : piece.buffer;
}

function isJoined(piece: Outbound): boolean {
  return piece.length < JOINED_MAX_BYTES && !(piece instanceof Loan);
}

function join(joined: ByteWriter, piece: Outbound): void {
  joined.bytes(bytesOf(piece));
  if (piece instanceof ByteWriter) releaseWriter(piece);
}
