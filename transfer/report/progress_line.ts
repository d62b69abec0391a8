import { escapeControls } from "../../codec/escape_controls.ts";
import { columnsOf } from "./columns_of.ts";
import { formatBytes, formatBytesOf, formatRate, formatSpan } from "./amounts.ts";

/** How much of a file was compared with what the receiver has. */
export interface ComparedBytes {
  readonly bytes: number;
  /** The file's bytes; null when nobody knows. */
  readonly size: number | null;
}

/** How far a transfer is. */
export interface ProgressState {
  /** Bytes that are done. */
  readonly doneBytes: number;
  /** Bytes of all files; undefined when nobody knows. */
  readonly totalBytes: number | undefined;
  /** The rate, once it is known. */
  readonly bytesPerSecond: number | undefined;
  /** The name of the file that is on its way. */
  readonly file: string;
  /** Its number among the files, from 0. */
  readonly fileIndex: number;
  /** How many files there are. */
  readonly files: number;
  /** The file that is on its way is only compared yet. */
  readonly comparing?: ComparedBytes | undefined;
}

/** How {@linkcode progressLine} writes. */
export interface ProgressLineOptions {
  /** The terminal's columns; the line is always shorter. */
  columns: number;
  /** The part that is done, from 0 to 1. */
  progress: number;
  /** Whether to use colours. */
  colour: boolean;
}

/** With fewer columns there is no bar, only the numbers and a name. */
const BAR_FROM_COLUMNS = 70;
const MAX_BAR_COLUMNS = 30;
/** With less room there is no name: so short an end of one would say nothing. */
const MIN_NAME_COLUMNS = 6;
/** With less room the name stands without its number. */
const MIN_NUMBERED_COLUMNS = 20;
/** A longer name is cut before it is split into characters. */
const MAX_NAME_CHARS = 1000;

/** Returns the line that says how far a transfer is. */
export function progressLine(state: ProgressState, options: ProgressLineOptions): string {
  const { doneBytes, totalBytes, bytesPerSecond } = state;
  const { columns, progress, colour } = options;
  if (state.comparing) return comparingLine(state, { comparing: state.comparing, columns });
  const parts: string[] = [];
  const known = totalBytes !== undefined;
  if (known) parts.push(`${Math.floor(progress * 100)}%`.padStart(4));
  parts.push(known ? formatBytesOf(doneBytes, totalBytes) : formatBytes(doneBytes));
  if (bytesPerSecond !== undefined) parts.push(formatRate(bytesPerSecond));
  const left = leftMs(state);
  if (left !== undefined) parts.push(formatSpan(left));

  // The last column stays free: some terminals begin a new line when it is written.
  const room = columns - 1;
  const barColumns = known && columns >= BAR_FROM_COLUMNS
    ? Math.min(MAX_BAR_COLUMNS, columns - BAR_FROM_COLUMNS + 10)
    : 0;
  while (widthOf(parts) > room) parts.pop();
  const numbers = widthOf(parts) + (barColumns > 0 ? barColumns + 1 : 0);
  const name = nameOf(state, room - numbers - 1);
  if (name !== "") parts.push(name);
  if (barColumns > 0) parts.splice(1, 0, bar({ progress, columns: barColumns, colour }));
  return parts.join(" ");
}

/** Returns the line for a file that is compared: nothing of it is on its way. */
function comparingLine(
  state: ProgressState,
  { comparing: { bytes, size }, columns }: { comparing: ComparedBytes; columns: number },
): string {
  const room = columns - 1;
  const parts = ["comparing", size === null ? formatBytes(bytes) : formatBytesOf(bytes, size)];
  while (widthOf(parts) > room) parts.pop();
  const name = nameOf(state, room - widthOf(parts) - 1);
  return [...parts, ...name === "" ? [] : [name]].join(" ");
}

/** Returns how long the rest will take, in whole seconds; undefined when it cannot be said. */
function leftMs({ doneBytes, totalBytes, bytesPerSecond }: ProgressState): number | undefined {
  const leftBytes = (totalBytes ?? 0) - doneBytes;
  if (leftBytes <= 0 || !bytesPerSecond) return undefined;
  return Math.ceil(leftBytes / bytesPerSecond) * 1000;
}

function widthOf(parts: readonly string[]): number {
  return parts.join(" ").length;
}

function bar(
  { progress, columns, colour }: { progress: number; columns: number; colour: boolean },
): string {
  const filled = Math.floor(progress * columns);
  const [done, left] = ["█".repeat(filled), "░".repeat(columns - filled)];
  return colour && filled > 0 ? `\x1b[32m${done}\x1b[39m${left}` : done + left;
}

function nameOf({ file, fileIndex, files }: ProgressState, columns: number): string {
  const which = files > 1 && columns >= MIN_NUMBERED_COLUMNS ? `${fileIndex + 1}/${files} ` : "";
  const room = columns - which.length;
  return file === "" || room < MIN_NAME_COLUMNS ? "" : which + ending(file, room);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Returns a name, or as much of its end as fits: paths of one transfer often begin alike. */
function ending(name: string, columns: number): string {
  const cut = name.length > MAX_NAME_CHARS;
  const shown = escapeControls(cut ? name.slice(-MAX_NAME_CHARS) : name);
  if (!cut && columnsOf(shown) <= columns) return shown;
  const characters = Array.from(graphemes.segment(shown), ({ segment }) => segment);
  let at = characters.length;
  // One column is for the ellipsis.
  for (let room = columns - 1; at > 0; at--) {
    room -= columnsOf(characters[at - 1]!);
    if (room < 0) break;
  }
  return `…${characters.slice(at).join("")}`;
}
