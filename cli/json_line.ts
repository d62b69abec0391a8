import { hexOf } from "../codec/bytes/hex.ts";
import { withoutNumber } from "../net/errors.ts";
import { isExpected } from "../net/format_failure.ts";

/** What a report says for a machine; `event` names what it is. */
export type ReportRecord = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Returns a record as a line that a terminal obeys nothing of. */
export function jsonLine(record: ReportRecord): string {
  return harmless(JSON.stringify(record, inJson));
}

/** Returns JSON as a line that a terminal obeys nothing of. */
export function harmless(json: string): string {
  return `${PRINTABLE.test(json) ? json : json.replace(OBEYED, escaped)}\n`;
}

function inJson(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return hexOf(value);
  if (value instanceof Error) {
    const { name, stack } = value;
    const message = withoutNumber(value.message);
    // What a peer or the network did is said by the message; what a program did wrong has a place.
    return isExpected(value) ? { name, message } : { name, message, stack };
  }
  return typeof value === "bigint" ? String(value) : value;
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** What JSON leaves as it is though a terminal would obey it; all of it can only stand in a string. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  let made = escapes.get(character);
  if (made === undefined) {
    made = character.split("").map(escapedUnit).join("");
    escapes.set(character, made);
  }
  return made;
}

/** There are some hundred such characters, and hostile text is full of them. */
const escapes = new Map<string, string>();

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
