import type { EscapeControlsOptions } from "../../codec/escape_controls.ts";
import { counted } from "../../net/counted.ts";
import { hexUnlessPlain } from "./byte_text.ts";
import { MAX_SHOWN_CHARS } from "./body_view.ts";
import { harmless, harmlessLines, shownUpTo } from "./harmless_text.ts";
import type { Pair } from "./pairs.ts";
import type { FieldPair, RequestRecord } from "./request_record.ts";
import { addressesText, bodyText, connectionText, meaning, partText } from "./request_words.ts";

/** How {@linkcode requestText} shows. */
export interface RequestTextOptions {
  /** Lines of a body to show at most. @default all */
  readonly maxBodyLines?: number;
  /** Characters of a body's line to show at most. @default all */
  readonly maxLineChars?: number;
}

/** A longer name moves its own value alone. */
const MAX_NAME_COLUMNS = 24;

/**
 * Returns a request as a block of lines for people, without a newline at its end: the request line, and under titles its
 * fields, cookies, query, body, signatures and connection. Nothing in it is obeyed by a terminal.
 */
export function requestText(record: RequestRecord, options: RequestTextOptions = {}): string {
  const sections = [
    [harmless(record.requestLine)],
    titled("Fields", fieldRows(record.fields)),
    titled("Cookies", pairRows(record.cookies)),
    titled("Query", pairRows(record.queryPairs)),
    bodySection(record, options),
    titled("Trailers", fieldRows(record.trailers)),
    titled("Signatures", signatureRows(record)),
    titled("Connection", connectionRows(record)),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n")).join("\n\n");
}

/** A row of a table: what stands in front, and the lines beside it. */
type Row = readonly [name: string, ...lines: string[]];

function fieldRows(fields: readonly FieldPair[]): string[] {
  return aligned(fields.map(([name, value]): Row => {
    const hex = hexUnlessPlain(value);
    return [harmless(name), harmless(value), ...hex === undefined ? [] : [`bytes ${hex}`]];
  }));
}

function pairRows(pairs: readonly Pair[], options: EscapeControlsOptions = {}): string[] {
  const show = (byteText: string) => harmless(byteText, options);
  return aligned(pairs.map((pair): Row => {
    const { name, value, decodedName, decodedValue } = pair;
    const meant = isDecoded(pair) ? [`means ${meaning(decodedName, decodedValue, options)}`] : [];
    return [show(name), value === undefined ? "(no =)" : show(value), ...meant];
  }));
}

function isDecoded({ decodedName, decodedValue }: Pair): boolean {
  return decodedName !== undefined || decodedValue !== undefined;
}

function bodySection(record: RequestRecord, options: RequestTextOptions): string[] {
  const { body } = record;
  if (body.state === "none") return [];
  return [`Body: ${bodyText(record)}`, ...bodyRows(record, options)];
}

function bodyRows({ bodyView: view }: RequestRecord, options: RequestTextOptions): string[] {
  switch (view?.kind) {
    case undefined:
      return [];
    case "form":
      return formRows(view.pairs, options);
    case "multipart":
      return cutLines([
        ...view.parts.map(partText),
        ...view.more > 0 ? [`... ${counted(view.more, "part")} more`] : [],
        ...view.isWhole ? [] : ["the last boundary is missing"],
      ], options);
    case "binary": {
      const more = view.more > 0 ? [`... ${counted(view.more, "byte")} more`] : [];
      return cutLines([...view.rows, ...more], options);
    }
    case "json":
    case "text":
      return textRows(view.text, options);
  }
}

/** Shows a form: of what is left out nothing is made. */
function formRows(
  pairs: readonly Pair[],
  { maxBodyLines = Infinity, maxLineChars = Infinity }: RequestTextOptions,
): string[] {
  const lines = pairRows(pairs.slice(0, maxBodyLines), { maxChars: maxLineChars });
  const all = pairs.length + pairs.filter(isDecoded).length;
  return withCount(lines.slice(0, maxBodyLines), all);
}

function textRows(
  text: string,
  { maxBodyLines = Infinity, maxLineChars = Infinity }: RequestTextOptions,
): string[] {
  if (maxBodyLines === Infinity && maxLineChars === Infinity) return wholeText(text);
  const all = countOfLines(text);
  const lines = text.split(/\r?\n/, Math.min(maxBodyLines, all));
  return withCount(indented(lines.map((line) => cutLine(line, maxLineChars, harmlessLines))), all);
}

function wholeText(text: string): string[] {
  const show = (piece: string) => harmlessLines(piece).split("\n").join("\n  ");
  const { shown, left } = shownUpTo(text, { maxChars: MAX_SHOWN_CHARS, show });
  return [`  ${shown}`, ...left > 0 ? [`  ... ${counted(left, "character")} more`] : []];
}

function countOfLines(text: string): number {
  let count = 1;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === LF) count++;
  return count;
}

const LF = 10;

function cutLines(
  lines: readonly string[],
  { maxBodyLines = Infinity, maxLineChars = Infinity }: RequestTextOptions,
): string[] {
  const shown = lines.slice(0, maxBodyLines).map((line) => cutLine(line, maxLineChars));
  return withCount(indented(shown), lines.length);
}

/** Returns a line with no more characters than it may have; a character of two units is not cut in half. */
function cutLine(line: string, maxChars: number, show = (text: string) => text): string {
  if (line.length <= maxChars) return show(line);
  const kept = line.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "");
  return `${show(kept)}... ${counted(line.length - kept.length, "character")} more`;
}

/** Puts behind lines how many of all are missing. */
function withCount(lines: readonly string[], all: number): string[] {
  const more = all - lines.length;
  return more > 0 ? [...lines, `  ... ${counted(more, "line")} more`] : [...lines];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function signatureRows({ signatures }: RequestRecord): string[] {
  return aligned(signatures.map(({ provider, holds, text }): Row => [
    provider,
    holds ? "holds" : `does not hold: ${harmless(text)}`,
  ]));
}

function connectionRows(record: RequestRecord): string[] {
  return aligned([
    ["addresses", addressesText(record)],
    ["connection", connectionText(record)],
  ]);
}

function titled(title: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : [title, ...rows];
}

function aligned(rows: readonly Row[]): string[] {
  const widths = rows.map(([name]) => name.length).filter((width) => width <= MAX_NAME_COLUMNS);
  const width = Math.max(0, ...widths);
  return rows.flatMap(([name, first = "", ...rest]) => [
    `  ${name.padEnd(width)}  ${first}`.trimEnd(),
    ...rest.map((line) => `  ${"".padEnd(width)}  ${line}`),
  ]);
}
