import { type FaultList, quoted } from "./head_fault.ts";
import type { HeadLine } from "./head_lines.ts";

/** What a status line says, as far as it goes. */
export interface StatusLineParts {
  /** `1.1`; undefined where it names none. */
  readonly version: string | undefined;
  /** The status; undefined where there is none. */
  readonly status: number | undefined;
  /** The words behind it. */
  readonly reason: string;
}

/** Bytes that a status line may have (RFC 9112, 3 asks for 8000 of a request line). */
export const MAX_STATUS_LINE_BYTES = 8192;
const GRAMMAR = "RFC 9112, 4";
const MAX_SHOWN_CHARS = 40;

/** Reads a status line however it is written, and adds its faults to `faults`. */
export function readStatusLine(line: HeadLine, faults: FaultList): StatusLineParts {
  const { text } = line;
  const bad = (what: string, { at, length }: { at: number; length: number }, rule = GRAMMAR) =>
    faults.add("bad-status-line", { what, rule, place: { line, at, length } });
  if (text.length > MAX_STATUS_LINE_BYTES) {
    faults.add("too-large", {
      what: `the status line has ${text.length} bytes`,
      rule: `at most ${MAX_STATUS_LINE_BYTES}`,
      place: { line, at: MAX_STATUS_LINE_BYTES },
    });
  }
  let at = blanksFrom(text, 0);
  if (at > 0) bad("there is a space in front of the status line", { at: 0, length: at });
  const name = wordFrom(text, at);
  const isCode = /^\d{3}$/.test(name);
  const version = isCode ? undefined : versionOf(name);
  if (isCode) bad("the status line has no HTTP version", { at, length: 0 });
  else {
    const problem = versionProblem(name);
    if (problem) bad(problem.what, { at, length: name.length }, problem.rule);
    at += name.length;
    const blanks = blanksFrom(text, at) - at;
    if (text.slice(at, at + blanks) !== " " && at + blanks < text.length) {
      bad("not exactly one space stands in front of the status", { at, length: blanks });
    }
    at += blanks;
  }
  const code = wordFrom(text, at);
  if (!/^\d{3}$/.test(code)) {
    const there = code === "" ? "" : `: ${shown(code)} stands in its place`;
    bad(`the status line has no code of three digits${there}`, { at, length: code.length });
    return {
      version,
      status: /^\d+$/.test(code) ? Number(code) : undefined,
      reason: text.slice(at),
    };
  }
  const status = Number(code);
  if (status < 100 || status > 599) {
    bad(`${code} is no status from 100 to 599`, { at, length: 3 }, "RFC 9110, 15");
  }
  at += code.length;
  if (text[at] !== " ") bad("no space stands behind the status", { at, length: 0 });
  return { version, status, reason: text.slice(at + 1) };
}

function versionOf(name: string): string | undefined {
  return /^HTTP\/(\d+(?:\.\d+)?)$/i.exec(name)?.[1];
}

function versionProblem(name: string): { what: string; rule: string } | undefined {
  const rule = "RFC 9112, 2.3";
  if (/^HTTP\/1\.\d$/.test(name)) return undefined;
  if (/^HTTP\/1\.\d$/i.test(name)) {
    return { what: `${shown(name)} is not in capitals: ${name.toUpperCase()} is the name`, rule };
  }
  const version = versionOf(name);
  if (version === undefined) {
    return { what: `${shown(name)} is no version of HTTP`, rule };
  }
  if (/^\d\.\d$/.test(version)) {
    return { what: `HTTP/${version} does not write its heads in this form`, rule };
  }
  return { what: `${shown(name)} is no version of one digit, a dot and one digit`, rule };
}

function blanksFrom(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function wordFrom(text: string, at: number): string {
  let end = at;
  while (end < text.length && text[end] !== " " && text[end] !== "\t") end++;
  return text.slice(at, end);
}

function shown(text: string): string {
  return quoted(text, MAX_SHOWN_CHARS);
}
