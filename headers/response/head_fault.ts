import { harmless } from "../request/harmless_text.ts";
import type { HeadLine } from "./head_lines.ts";

/** What is wrong with a head; stable, so programs may branch on it. Each kind has a paragraph in docs/errors.md. */
export type HeadFaultKind =
  | "bad-coding"
  | "bad-length"
  | "bad-name"
  | "bad-status-line"
  | "bare-cr"
  | "bare-lf"
  | "body-not-allowed"
  | "control-character"
  | "empty-line-in-front"
  | "fold"
  | "no-colon"
  | "no-head"
  | "no-name"
  | "space-before-colon"
  | "space-in-front"
  | "too-large"
  | "two-lengths"
  | "unfinished"
  | "unknown-coding";

/** One fault of a head: its place, and the rule that it breaks. */
export interface HeadFault {
  /** What kind of fault it is. */
  readonly kind: HeadFaultKind;
  /** What is wrong, for a person; what the peer sent is shown harmlessly. */
  readonly what: string;
  /** The rule that it breaks: `RFC 9112, 5.2`, or the limit that was met. */
  readonly rule: string;
  /** Where it stands in the head, in bytes. */
  readonly offset: number;
  /** The number of its line, from 1. */
  readonly line: number;
  /** The byte of that line, from 1. */
  readonly column: number;
  /** How many bytes it has, 0 where something is missing there. */
  readonly length: number;
}

/** Where in a line a fault stands. */
export interface FaultPlace {
  /** The line. */
  readonly line: HeadLine;
  /** The index of its first character in the line. @default {0} */
  readonly at?: number;
  /** How many characters it has. @default up to the line's end */
  readonly length?: number;
}

/** Faults that are kept of one head. */
const MAX_FAULTS = 100;

/** Collects the faults of one head: those past 100 are counted. */
export class FaultList {
  /** The first 100. */
  readonly faults: HeadFault[] = [];
  /** How many there were after them. */
  more = 0;

  /** Adds one. */
  add(
    kind: HeadFaultKind,
    { what, rule, place }: { what: string; rule: string; place: FaultPlace },
  ): void {
    if (this.faults.length >= MAX_FAULTS) {
      this.more++;
      return;
    }
    const { line, at = 0, length = line.text.length - at } = place;
    const offset = line.offset + at;
    this.faults.push({ kind, what, rule, offset, line: line.number, column: at + 1, length });
  }

  /** Puts the faults in the order in which they stand in the head. */
  sort(): void {
    this.faults.sort((a, b) => a.offset - b.offset);
  }
}

/** Returns what a peer sent as a fault quotes it. */
export function quoted(byteText: string, maxChars = MAX_QUOTED_CHARS): string {
  return `"${harmless(byteText, { maxChars })}"`;
}

const MAX_QUOTED_CHARS = 60;
