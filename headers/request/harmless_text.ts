import { escapeControls } from "../../codec/escape_controls.ts";
import { readable } from "./byte_text.ts";

/** Returns text of one character a byte as people read it, with nothing in it that a terminal obeys. */
export function harmless(byteText: string): string {
  return escapeControls(readable(byteText));
}

/** Returns text over several lines with nothing in it that a terminal obeys; its lines and tabs stay. */
export function harmlessLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (!TO_ESCAPE.test(text)) return lines;
  return lines.map((line) => line.split("\t").map((it) => escapeControls(it)).join("\t"));
}

/** Returns a count with its noun: `1 byte`, `2 bytes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What most bodies have nothing of: to look for that alone costs a fraction. */
const TO_ESCAPE = /[^\t\n\r\x20-\x7e]|\r(?!\n)/;
