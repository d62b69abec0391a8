import { hexOf } from "../codec/bytes/hex.ts";
import { escapeJson } from "../codec/escape_json.ts";
import { withoutNumber } from "../net/errors.ts";
import { isExpected } from "../net/format_failure.ts";

/** What a report says for a machine; `event` names what it is. */
export type ReportRecord = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Returns a record as a line that a terminal obeys nothing of. */
export function jsonLine(record: ReportRecord): string {
  return `${escapeJson(JSON.stringify(record, inJson))}\n`;
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
