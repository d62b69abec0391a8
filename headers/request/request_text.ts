import { hexUnlessPlain } from "./byte_text.ts";
import { counted, harmless, harmlessLines } from "./harmless_text.ts";
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

function pairRows(pairs: readonly Pair[]): string[] {
  return aligned(pairs.map(({ name, value, decodedName, decodedValue }): Row => {
    const isDecoded = decodedName !== undefined || decodedValue !== undefined;
    const meant = isDecoded ? [`means ${meaning(decodedName, decodedValue)}`] : [];
    return [harmless(name), value === undefined ? "(no =)" : harmless(value), ...meant];
  }));
}

function bodySection(record: RequestRecord, options: RequestTextOptions): string[] {
  const { body } = record;
  if (body.state === "none") return [];
  const rows = cutLines(bodyRows(record), options);
  return [`Body: ${bodyText(record)}`, ...rows.map((line) => `  ${line}`)];
}

function bodyRows({ bodyView: view }: RequestRecord): string[] {
  switch (view?.kind) {
    case undefined:
      return [];
    case "form":
      return pairRows(view.pairs).map((line) => line.slice(2));
    case "multipart":
      return [
        ...view.parts.map(partText),
        ...view.more > 0 ? [`... ${counted(view.more, "part")} more`] : [],
        ...view.isWhole ? [] : ["the last boundary is missing"],
      ];
    case "binary":
      return [...view.rows, ...view.more > 0 ? [`... ${counted(view.more, "byte")} more`] : []];
    case "json":
    case "text":
      return harmlessLines(view.text);
  }
}

function cutLines(
  lines: readonly string[],
  { maxBodyLines = Infinity, maxLineChars = Infinity }: RequestTextOptions,
): string[] {
  const shown = lines.slice(0, maxBodyLines).map((line) =>
    line.length <= maxLineChars
      ? line
      : `${line.slice(0, maxLineChars)}... ${line.length - maxLineChars} characters more`
  );
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `... ${counted(more, "line")} more`] : shown;
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
