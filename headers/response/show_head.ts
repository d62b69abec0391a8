import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import { readable } from "../request/byte_text.ts";
import { harmlessLines } from "../request/harmless_text.ts";
import type { HeadFault } from "./head_fault.ts";
import type { HeadLine } from "./head_lines.ts";
import type { InspectedHead } from "./inspect_head.ts";

/** How a head is shown. */
export interface ShowHeadOptions {
  /** Colours may be used; they say nothing that the text does not. */
  readonly colour: boolean;
}

/** A style, or none. */
type Paint = (text: string) => string;

/**
 * Returns a head for a terminal: its lines as they came, text in UTF-8 where it is that, with what a terminal would obey
 * shown instead.
 */
export function shownHead(head: InspectedHead, { colour }: ShowHeadOptions): string {
  const faults = faultsByLine(head.faults);
  const first = head.lines.find(({ text }) => text !== "");
  return head.lines.map((line) => {
    if (!colour || faults.has(line.number)) {
      return `${marked(line.text, faults.get(line.number) ?? [], colour)}\n`;
    }
    return `${line === first ? startLine(line, head) : fieldLine(line)}\n`;
  }).join("");
}

/**
 * Returns each byte of a head in a form that can be read: each line with the offset of its first byte and with its ending,
 * and below it what is wrong there.
 */
export function rawListing(head: InspectedHead, { colour }: ShowHeadOptions): string {
  const faults = faultsByLine(head.faults);
  const paint = paints(colour);
  const width = Math.max(4, String(head.lines.at(-1)?.offset ?? 0).length);
  const indent = " ".repeat(width + 2);
  return head.lines.map((line) => {
    const offset = paint.dim(String(line.offset).padStart(width));
    const ending = paint.dim(bytesShown(line.ending));
    const below = (faults.get(line.number) ?? []).map((fault) => {
      const at = bytesShown(line.text.slice(0, fault.column - 1)).length +
        bytesShown(line.ending.slice(0, Math.max(0, fault.column - 1 - line.text.length))).length;
      const from = fault.column - 1;
      const covered = (line.text + line.ending).slice(from, from + fault.length);
      const marks = "^".repeat(Math.max(1, bytesShown(covered).length));
      const said = `${fault.what} (${fault.rule})`;
      return `${indent}${" ".repeat(at)}${paint.red(marks)}\n${indent}${paint.red(said)}\n`;
    });
    return `${offset}  ${bytesShown(line.text)}${ending}\n${below.join("")}`;
  }).join("");
}

/**
 * Returns the faults of a head in at most so many lines: those of one kind that break one rule are one, and where there are
 * more than lines the last line counts them.
 */
export function faultLines(
  { faults, moreFaults }: Pick<InspectedHead, "faults" | "moreFaults">,
  { maxLines, advice }: { readonly maxLines: number; readonly advice: string },
): string[] {
  const kinds = new Map<string, HeadFault[]>();
  for (const fault of faults) {
    const key = `${fault.kind} ${fault.rule}`;
    kinds.set(key, [...kinds.get(key) ?? [], fault]);
  }
  const all = [...kinds.values()].map(([first, ...others]) => {
    const more = others.length === 0 ? "" : `, and ${others.length} more like it`;
    const { line, column, what, rule } = first!;
    return `Line ${line}, byte ${column}: ${what} (${rule})${more}`;
  });
  if (all.length <= maxLines) return all;
  const left = [...kinds.values()].slice(maxLines - 1).flat().length + moreFaults;
  return [...all.slice(0, maxLines - 1), `${left} faults more; ${advice}`];
}

function faultsByLine(faults: readonly HeadFault[]): ReadonlyMap<number, readonly HeadFault[]> {
  const byLine = new Map<number, HeadFault[]>();
  for (const fault of faults) {
    const others = byLine.get(fault.line);
    if (others) others.push(fault);
    else byLine.set(fault.line, [fault]);
  }
  return byLine;
}

function startLine({ text }: HeadLine, { status = 0 }: InspectedHead): string {
  const [, version = "", code = "", reason = ""] = /^(\S* )(\d+)(.*)$/s.exec(text) ?? [];
  const paint = status >= 400 ? red : status >= 300 ? yellow : status >= 200 ? green : cyan;
  return `${dim(version)}${bold(paint(code))}${bold(shown(reason))}`;
}

function fieldLine({ text }: HeadLine): string {
  const colon = text.indexOf(":") + 1;
  if (colon === 0) return shown(text);
  return `${cyan(shown(text.slice(0, colon)))}${shown(text.slice(colon))}`;
}

/** Returns a line with what is wrong in it marked, where colours may be used. */
function marked(text: string, faults: readonly HeadFault[], colour: boolean): string {
  if (!colour) return shown(text);
  let line = "";
  let done = 0;
  for (const { column, length } of faults) {
    const from = Math.max(done, Math.min(text.length, column - 1));
    const to = Math.max(from, Math.min(text.length, column - 1 + length));
    line += shown(text.slice(done, from)) +
      (to > from ? red(shown(text.slice(from, to))) : "");
    done = to;
  }
  return line + shown(text.slice(done));
}

/** Returns what a peer sent as people read it; its tabs stay. */
function shown(latin1: string): string {
  return harmlessLines(readable(latin1));
}

/** Returns each byte so that it can be told from every other: printable ASCII as it is, all else escaped. */
function bytesShown(latin1: string): string {
  return latin1.replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, (character) => {
    const named = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\\": "\\\\" }[character];
    return named ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function paints(colour: boolean): { readonly dim: Paint; readonly red: Paint } {
  const none: Paint = (text) => text;
  return colour ? { dim, red } : { dim: none, red: none };
}
