import { hexOf, hexRow, ROW_BYTES } from "../codec/bytes/hex.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { counted } from "./counted.ts";

/** Which way something went, seen from here. */
export type TraceDirection = "received" | "sent";

/** One thing that a connection did: bytes that passed, or the message that they became. */
export type TraceEvent =
  & {
    /** The connection's number. */
    readonly id: number;
    /** When it was seen. */
    readonly date: Date;
  }
  & (TraceBytes | TraceMessage | TraceNote);

/** One read or one write. */
export interface TraceBytes {
  /** What this is. */
  readonly type: "bytes";
  /** Which way. */
  readonly direction: TraceDirection;
  /** The number of the read or write on this connection, from 1. */
  readonly piece: number;
  /** Bytes of this direction that passed before. */
  readonly offset: number;
  /** What passed. */
  readonly bytes: Uint8Array;
}

/** One message. */
export interface TraceMessage {
  /** What this is. */
  readonly type: "message";
  /** Which way. */
  readonly direction: TraceDirection;
  /** The message. */
  readonly message: unknown;
  /** Where its first byte stands in this direction. */
  readonly from: number;
  /** Where its last byte ends. */
  readonly to: number;
  /** The first and the last read that brought it; undefined for a message that is sent. */
  readonly reads?: readonly [first: number, last: number];
}

/** Something else that is worth a line. */
export interface TraceNote {
  /** What this is. */
  readonly type: "note";
  /** What happened. */
  readonly note: string;
}

/** Takes each event of a connection. */
export type Trace = (event: TraceEvent) => void;

/** Rows begin below the connection's number, so that one fits 80 columns whatever that is. */
const ROW_INDENT = "09:15:02.120 ".length;
/** Rows of one read or write that are printed; the rest is counted. */
const MAX_ROWS = 16;

/**
 * Returns a trace event as lines for people: bytes in hexadecimal with their text beside them, and the message that
 * they became with the bytes and reads that brought it. What a peer sent is shown harmlessly.
 *
 * ```text
 * 09:15:02.120 #0 <- read 1: 12 bytes, 0 to 12
 *              68 69 0a 79 6f 0a 62 79 65 0a 6e 6f              hi.yo.bye.no
 * 09:15:02.121 #0 <= message "hi" (bytes 0 to 3, read 1)
 * ```
 *
 * @example
 * ```ts
 * import { formatTrace } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const date = new Date(0);
 * const line = formatTrace({
 *   id: 0, date, type: "message", direction: "received", message: "hi", from: 0, to: 3, reads: [1, 1],
 * });
 * assert(line.endsWith('#0 <= message "hi" (bytes 0 to 3, read 1)\n'));
 * ```
 */
export function formatTrace(event: TraceEvent): string {
  const time = event.date.toTimeString().slice(0, 8);
  const ms = String(event.date.getMilliseconds()).padStart(3, "0");
  const head = `${time}.${ms} #${event.id}`;
  if (event.type === "note") return `${head} -- ${event.note}\n`;
  const received = event.direction === "received";
  if (event.type === "message") {
    const reads = event.reads === undefined
      ? ""
      : event.reads[0] === event.reads[1]
      ? `, read ${event.reads[0]}`
      : `, reads ${event.reads[0]} to ${event.reads[1]}`;
    const arrow = received ? "<=" : "=>";
    const shown = showMessage(event.message);
    return `${head} ${arrow} message ${shown} (bytes ${event.from} to ${event.to}${reads})\n`;
  }
  const { bytes, offset, piece } = event;
  const what = received ? "<- read" : "-> write";
  const count = counted(bytes.length, "byte");
  const title = `${head} ${what} ${piece}: ${count}, ${offset} to ${offset + bytes.length}\n`;
  return title + rows(bytes);
}

function rows(bytes: Uint8Array): string {
  const indent = " ".repeat(ROW_INDENT);
  let text = "";
  const end = Math.min(bytes.length, MAX_ROWS * ROW_BYTES);
  for (let at = 0; at < end; at += ROW_BYTES) {
    text += `${indent}${hexRow(bytes.subarray(at, at + ROW_BYTES))}\n`;
  }
  return end < bytes.length ? `${text}${indent}... ${bytes.length - end} bytes more\n` : text;
}

const MAX_SHOWN_CHARS = 200;

/** Returns a message as a trace shows it: short, and harmless. */
export function showMessage(message: unknown): string {
  if (message instanceof Uint8Array) return `of ${message.length} bytes`;
  if (message instanceof Error) {
    return escapeControls(message.message, { maxChars: MAX_SHOWN_CHARS });
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(message, (_, value) => shownValue(value));
  } catch {
    // A message that JSON cannot say is named instead.
  }
  return escapeControls(text ?? String(message), { maxChars: MAX_SHOWN_CHARS });
}

/** Returns what JSON cannot say, or says at length, as it is shown inside a message. */
function shownValue(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return hexOf(value.subarray(0, MAX_SHOWN_CHARS / 2));
  }
  return typeof value === "bigint" ? String(value) : value;
}
