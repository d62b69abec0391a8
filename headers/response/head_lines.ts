import { latin1Text } from "../../codec/bytes/latin1_text.ts";

/** One line of a head, with its ending apart. */
export interface HeadLine {
  /** Its number, from 1. */
  readonly number: number;
  /** Where its first byte stands in the head. */
  readonly offset: number;
  /** What it says, one character a byte (ISO 8859-1). */
  readonly text: string;
  /** How it ends; empty where the bytes end before. */
  readonly ending: "\r\n" | "\n" | "";
}

/** Returns the lines of a head; a line ends with CRLF, or with a bare LF. */
export function headLines(bytes: Uint8Array): HeadLine[] {
  const text = latin1Text(bytes);
  const lines: HeadLine[] = [];
  for (let offset = 0; offset < text.length;) {
    const lf = text.indexOf("\n", offset);
    const end = lf < 0 ? text.length : lf;
    const hasCr = lf > offset && text[lf - 1] === "\r";
    lines.push({
      number: lines.length + 1,
      offset,
      text: text.slice(offset, hasCr ? end - 1 : end),
      ending: lf < 0 ? "" : hasCr ? "\r\n" : "\n",
    });
    offset = end + 1;
  }
  return lines;
}
