import { dim, red, yellow } from "@std/fmt/colors";
import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import type { AuditFinding } from "../headers/audit/audit.ts";
import { utf8Of } from "../headers/request/byte_text.ts";
import type { FirstBytes } from "../headers/response/first_bytes.ts";
import type { Hop, HopTiming, ProbedHead } from "../headers/response/hop.ts";
import { shownUrl } from "../headers/response/request.ts";
import { faultLines, rawListing, shownHead } from "../headers/response/show_head.ts";
import { formatAddress } from "../net/address.ts";
import { columns } from "./help.ts";
import type { Io } from "./io.ts";
import { addressRecord, type Report, type ReportRecord } from "./report.ts";

/** Faults that are said beside one head; the raw listing has all. */
const MAX_FAULT_LINES = 2;

/** Where a program that shows a server's answers writes them. */
export interface AnswerReportOptions {
  /** The program's name, for what is wrong. */
  readonly name: string;
  /** What it writes to. */
  readonly io: Io;
  /** What it reports by. */
  readonly report: Report;
  /** Show every byte, with the faults where they stand. */
  readonly raw: boolean;
}

/**
 * Reports the answers of servers. A head goes into a pipe or file as it came, and to a terminal so that it obeys nothing of
 * it; who answered, how long it took and what is wrong goes to stderr.
 */
export class AnswerReport {
  readonly #name: string;
  readonly #io: Io;
  readonly #report: Report;
  readonly #raw: boolean;

  /** Makes a report that has said nothing. */
  constructor({ name, io, report, raw }: AnswerReportOptions) {
    this.#name = name;
    this.#io = io;
    this.#report = report;
    this.#raw = raw;
  }

  /** Reports one hop; says whether its heads are sound. */
  async hop(hop: Hop): Promise<boolean> {
    const { url, method } = hop.request;
    const shown = shownUrl(url);
    if (!this.#report.json) {
      const title = `${method} ${shown} at ${formatAddress(hop.remoteAddr)}${timesOf(hop.timing)}`;
      this.#about(this.#dimmed(escapeControls(title)));
    }
    for (const [at, head] of hop.heads.entries()) {
      const isEarly = at < hop.heads.length - 1;
      const { end } = head.raw;
      await this.#head(head, {
        event: "head",
        url: shown,
        method,
        ...isEarly && { early: true },
        status: head.status,
        reason: head.reason,
        version: head.version,
        fields: head.fields,
        timing: rounded(hop.timing),
        address: addressRecord(hop.remoteAddr),
        end,
        faults: head.faults,
        ...head.moreFaults > 0 && { moreFaults: head.moreFaults },
        ...this.#raw && { raw: head.raw.bytes },
      });
    }
    const advice = this.#raw ? "they are marked above" : "--raw shows where each is";
    const faulty = hop.heads.filter(({ faults }) => faults.length > 0);
    for (const head of this.#report.json ? [] : faulty) {
      for (const line of faultLines(head, { maxLines: MAX_FAULT_LINES, advice })) {
        this.#about(`${this.#name}: ${line}`);
      }
    }
    return faulty.length === 0;
  }

  /** Says that a server was asked again, with GET. */
  askedAgain(url: URL, status: number): void {
    const record = { event: "asked-again", url: shownUrl(url), status, method: "GET" };
    this.#report.note(record, `HEAD is answered ${status}: asking with GET`);
  }

  /** Says that a redirect leads from https to http. */
  leavesHttps(url: URL): void {
    const record = { event: "leaves-https", url: shownUrl(url) };
    this.#report.note(
      record,
      "This leads to http: others may read and change what comes from there",
    );
  }

  /** Reports what an audit found: a line for each. */
  async audit(url: URL, findings: readonly AuditFinding[]): Promise<void> {
    if (this.#report.json) {
      for (const finding of findings) {
        await this.#report.data({ event: "audit", url: shownUrl(url), ...finding }, "");
      }
      return;
    }
    if (findings.length === 0) {
      return this.#about("Nothing is missing or weak, as far as the head tells");
    }
    const rows = findings.map(({ level, field, reason }) => [level, field, reason]);
    const width = this.#io.stdoutIsTerminal ? this.#io.columns : Infinity;
    const lines = columns(rows, { indent: "", columns: width });
    await this.#report.text(
      this.#io.colour ? lines.replaceAll(/^missing/gm, red).replaceAll(/^weak/gm, yellow) : lines,
    );
  }

  /** Reports the body as it comes, at most as much as `pieces` gives. */
  async body(url: URL, pieces: AsyncGenerator<Uint8Array, FirstBytes>): Promise<void> {
    const kept = new ByteWriter();
    const decoder = new TextDecoder();
    const isTerminal = this.#io.stdoutIsTerminal ?? false;
    let endsLine = true;
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) {
      if (this.#report.json) kept.bytes(next.value);
      else if (!isTerminal) await this.#report.bytes(next.value);
      else {
        const text = decoder.decode(next.value, { stream: true });
        endsLine = text.endsWith("\n");
        await this.#report.text(text.split("\n").map((line) => escapeControls(line)).join("\n"));
      }
    }
    const { bytes, isCut } = next.value;
    if (this.#report.json) {
      const record = {
        event: "body",
        url: shownUrl(url),
        size: bytes,
        isCut,
        ...contentOf(kept.finish()),
      };
      await this.#report.data(record, "");
      return;
    }
    if (!endsLine) await this.#report.text("\n");
    if (isCut) this.#about(`The body goes on: these are its first ${bytes} bytes`);
  }

  async #head(head: ProbedHead, record: ReportRecord): Promise<void> {
    const { colour, stdoutIsTerminal } = this.#io;
    if (this.#report.json) await this.#report.data(record, "");
    else if (this.#raw) await this.#report.text(rawListing(head, { colour }));
    else if (head.raw.end === "other") return;
    else if (stdoutIsTerminal) await this.#report.text(shownHead(head, { colour }));
    else await this.#report.bytes(head.raw.bytes);
  }

  #about(line: string): void {
    this.#io.stderr(`${line}\n`);
  }

  #dimmed(line: string): string {
    return this.#io.colour && this.#io.stderrIsTerminal ? dim(line) : line;
  }
}

function contentOf(bytes: Uint8Array): { text: string } | { bytes: Uint8Array } {
  const text = utf8Of(bytes);
  return text === undefined ? { bytes } : { text };
}

const NAMES: readonly (readonly [keyof HopTiming, string])[] = [
  ["lookupMs", "look-up"],
  ["connectMs", "connect"],
  ["tlsMs", "TLS"],
  ["firstByteMs", "first byte"],
];

function timesOf(timing: HopTiming): string {
  const times = NAMES.flatMap(([name, words]) => {
    const ms = timing[name];
    return ms === undefined ? [] : [`${words} ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`];
  });
  return times.length === 0 ? "" : ` (${times.join(", ")})`;
}

function rounded(timing: HopTiming): Record<string, number> {
  return Object.fromEntries(NAMES.flatMap(([name]) => {
    const ms = timing[name];
    return ms === undefined ? [] : [[name, Number(ms.toFixed(1))]];
  }));
}
