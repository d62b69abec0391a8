import { hexOf } from "../codec/bytes/hex.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { escapeJson } from "../codec/escape_json.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { formatTrace, type Trace, type TraceEvent } from "../net/trace.ts";
import { type ExactLine, textOf } from "./exact_lines.ts";
import type { Io } from "./io.ts";
import { wrappedFields } from "./wrap.ts";
import { jsonLine, type ReportRecord } from "./json_line.ts";

export type { ReportRecord } from "./json_line.ts";

/**
 * Where a program says what happens: for people, data goes to stdout and everything about it to stderr; with `--json`
 * all of it is one JSON object a line on stdout.
 */
export class Report {
  /** A machine reads. */
  readonly json: boolean;
  /** Calls what writes whole lines; a program that draws puts them above its drawing. */
  above: (write: () => void) => void = (write) => write();
  readonly #io: Io;

  /** Makes a report that writes to `io`, for machines where `json`. */
  constructor(io: Io, json: boolean) {
    this.#io = io;
    this.json = json;
    const stdout = io.streams?.stdout;
    if (json && stdout) {
      stdout.describeDropped = (lines) => jsonLine({ event: "dropped", lines });
    }
  }

  /**
   * Reports the user's data: a record for machines, a line for people. Who can wait while the reader of stdout is behind
   * awaits what it returns.
   */
  data(record: ReportRecord, line: string): Promise<void> | undefined {
    this.#print(this.json ? jsonLine(record) : `${this.#fitted(line)}\n`);
    return this.#io.streams?.stdout.ready();
  }

  /** Reports the user's data in lines that are laid out already, of which only what is printed is made. */
  block(record: () => ReportRecord, text: () => string): void {
    this.#print(this.json ? jsonLine(record()) : `${text()}\n`);
  }

  /**
   * Reports a line that a peer sent and the user asked for: a record for machines, else the line, as it came into a pipe
   * or file and harmless on a terminal. To be awaited as `data`.
   */
  received(
    line: ExactLine,
    record: (text: string) => ReportRecord,
  ): Promise<void> | undefined {
    const { streams, stdoutIsTerminal = false } = this.#io;
    const isText = this.json || stdoutIsTerminal || typeof line === "string" || !streams;
    if (!isText) {
      const bytes = new Uint8Array(line.length + 1);
      bytes.set(line);
      bytes[line.length] = LF;
      streams.stdout.print(bytes);
      return streams.stdout.ready();
    }
    const text = textOf(line);
    if (this.json) return this.data(record(text), "");
    this.#print(`${stdoutIsTerminal ? escapeControls(text) : text}\n`);
    return streams?.stdout.ready();
  }

  /** Reports bytes that the user asked for, as they are: for a pipe or file. To be awaited as `data`. */
  bytes(bytes: Uint8Array): Promise<void> | undefined {
    const stdout = this.#io.streams?.stdout;
    if (stdout) stdout.print(bytes);
    else this.#print(new TextDecoder().decode(bytes));
    return stdout?.ready();
  }

  /** Reports text of several lines that the user asked for and a terminal shows. To be awaited as `data`. */
  text(text: string): Promise<void> | undefined {
    this.#print(text);
    return this.#io.streams?.stdout.ready();
  }

  /** Returns what reports each message of a client, which `verb` says what it did: `#3 said: hello`. */
  heard(verb: string): (id: number, message: string, address?: Address) => void {
    return (id, message, address) => {
      // This is done for each message of every client: only what is printed is made.
      if (this.json) {
        const where = address ? `"address":${JSON.stringify(addressRecord(address))},` : "";
        const what = `"message":${JSON.stringify(message)}`;
        const json = `{"event":"message","id":${id},${where}${what}}`;
        this.#io.stdout(`${escapeJson(json)}\n`);
      } else {
        const who = address ? `#${id} ${formatAddress(address)}` : `#${id}`;
        this.#io.stdout(`${who} ${verb}: ${escapeControls(message)}\n`);
      }
    };
  }

  /** Reports something about the data. */
  note(record: ReportRecord, line: string): void {
    if (this.json) this.#print(jsonLine(record));
    else this.#printAbout(`${line}\n`);
  }

  /** Reports traces. */
  get trace(): Trace {
    return (event) => {
      if (this.json) this.#print(jsonLine(traceRecord(event)));
      else this.#printAbout(formatTrace(event));
    };
  }

  /** A terminal breaks a line anywhere, also in the middle of a digest. */
  #fitted(line: string): string {
    const { stdoutIsTerminal, columns } = this.#io;
    if (!stdoutIsTerminal || columns === undefined) return line;
    return wrappedFields(line, { columns, indent: "  " }).join("\n");
  }

  #print(text: string): void {
    this.above(() => this.#io.stdout(text));
  }

  #printAbout(text: string): void {
    this.above(() => this.#io.stderr(text));
  }
}

/** Returns an address as a record has it. */
export function addressRecord(address: Address): Record<string, unknown> {
  if ("hostname" in address) return { hostname: address.hostname, port: address.port };
  // A Unix peer that bound no path has none.
  const { transport } = address;
  return "path" in address && address.path ? { transport, path: address.path } : { transport };
}

function traceRecord(event: TraceEvent): ReportRecord {
  const { type, ...rest } = event;
  if (event.type !== "bytes") return { event: `trace-${type}`, ...rest };
  return { event: "trace-bytes", ...rest, bytes: hexOf(event.bytes) };
}

const LF = 10;
