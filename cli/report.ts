import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { formatTrace, type Trace, type TraceEvent } from "../net/trace.ts";
import type { Io } from "./io.ts";

/** What a report says for a machine; `event` names what it is. */
export type ReportRecord = { readonly event: string } & Readonly<Record<string, unknown>>;

/**
 * Where a program says what happens: for people, data goes to stdout and everything about it to stderr; with `--json`
 * all of it is one JSON object a line on stdout.
 */
export class Report {
  /** A machine reads. */
  readonly json: boolean;
  readonly #io: Io;

  /** Makes a report that writes to `io`, for machines where `json`. */
  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
  }

  /** Reports the user's data: a record for machines, a line for people. */
  data(record: ReportRecord, line: string): void {
    this.#io.stdout(this.json ? jsonLine(record) : `${line}\n`);
  }

  /** Returns what reports each message of a client, which `verb` says what it did: `#3 said: hello`. */
  heard(verb: string): (id: number, message: string, address?: Address) => void {
    return (id, message, address) => {
      const where = address ? { address: addressRecord(address) } : {};
      const who = address ? `#${id} ${formatAddress(address)}` : `#${id}`;
      this.data(
        { event: "message", id, ...where, message },
        `${who} ${verb}: ${escapeControls(message)}`,
      );
    };
  }

  /** Reports something about the data. */
  note(record: ReportRecord, line: string): void {
    if (this.json) this.#io.stdout(jsonLine(record));
    else this.#io.stderr(`${line}\n`);
  }

  /** Reports traces. */
  get trace(): Trace {
    return (event) => {
      if (this.json) this.#io.stdout(jsonLine(traceRecord(event)));
      else this.#io.stderr(formatTrace(event));
    };
  }
}

/** Returns an address as a record has it. */
export function addressRecord(address: Address): Record<string, unknown> {
  if ("hostname" in address) return { hostname: address.hostname, port: address.port };
  return "path" in address ? { path: address.path } : {};
}

function traceRecord(event: TraceEvent): ReportRecord {
  const { type, ...rest } = event;
  if (event.type !== "bytes") return { event: `trace-${type}`, ...rest };
  return { event: "trace-bytes", ...rest, bytes: hexOf(event.bytes) };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function jsonLine(record: ReportRecord): string {
  const text = JSON.stringify(record, (_, value) => {
    if (value instanceof Uint8Array) return hexOf(value);
    if (value instanceof Error) return { name: value.name, message: value.message };
    return typeof value === "bigint" ? String(value) : value;
  });
  return `${text.replace(OBEYED, escaped)}\n`;
}

/** What JSON leaves as it is though a terminal would obey it; all of it can only stand in a string. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  const units = character.split("");
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
