import type { IrcMessage } from "../../codec/irc/mod.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import type { Io } from "../io.ts";
import type { Report, ReportRecord } from "../report.ts";
import { messageRecord } from "./record.ts";
import { type Shown, shownMessage } from "./render.ts";
import type { Viewer } from "./said.ts";
import { harmless, lineOf, type Span } from "./spans.ts";
import { dateOf, timeText } from "./times.ts";

/** How an {@linkcode IrcReport} says it. */
export interface IrcReportOptions {
  /** Says only what the server refuses: what people say meanwhile is for others. @default {false} */
  readonly isQuiet?: boolean;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** SGR of what stands in front of a line. */
const [DIM, BOLD, RED] = ["2", "1", "1;31"] as const;

/**
 * Says what happens on IRC: what people say goes to stdout, all else to stderr, each line with its time and the channel or
 * the person that it belongs to; for machines all of it is records on stdout.
 */
export class IrcReport {
  readonly #report: Report;
  readonly #isQuiet: boolean;
  readonly #clock: Clock;
  readonly #colours: { readonly said: boolean; readonly told: boolean };

  /** Makes one that says it to `report`. */
  constructor(
    report: Report,
    { colour, stderrIsTerminal = false }: Pick<Io, "colour" | "stderrIsTerminal">,
    { isQuiet = false, clock = systemClock }: IrcReportOptions = {},
  ) {
    this.#report = report;
    this.#isQuiet = isQuiet;
    this.#clock = clock;
    this.#colours = { said: colour, told: colour && stderrIsTerminal };
  }

  /** A message came. To be awaited as `data` of a report. */
  message(message: IrcMessage, viewer: Viewer): Promise<void> | undefined {
    const now = this.#clock.date();
    const date = dateOf(message, now);
    const shown = shownMessage(message, viewer);
    if (this.#isQuiet && shown?.kind !== "wrong") return undefined;
    if (this.#report.json) return this.#report.data(messageRecord(message, { viewer, date }), "");
    return shown && this.#show(shown, timeText(date, now));
  }

  /** Something happened that is no message: a record for machines, a line for people. */
  note(record: ReportRecord, line: string): void {
    if (this.#report.json) return this.#report.note(record, "");
    if (!this.#isQuiet) this.#tell([{ text: `-- ${harmless(line)}`, sgr: DIM }]);
  }

  /** Something that a person wants cannot be done, or may not have been done. */
  wrong(line: string, record: ReportRecord = { event: "refused", why: line }): void {
    if (this.#report.json) return this.#report.note(record, "");
    this.#tell([{ text: `!! ${harmless(line)}`, sgr: RED }]);
  }

  /** A person asks for help. */
  help(lines: readonly string[]): void {
    if (this.#report.json) this.#report.note({ event: "help", lines }, "");
    else for (const line of lines) this.#report.note({ event: "help" }, line);
  }

  #tell(spans: readonly Span[]): void {
    const now = this.#clock.date();
    void this.#show({ kind: "told", spans }, timeText(now, now));
  }

  #show({ kind, place, spans }: Shown, time: string): Promise<void> | undefined {
    const line: readonly Span[] = [
      { text: time, sgr: DIM },
      { text: " " },
      ...place === undefined ? [] : [{ text: place, sgr: BOLD }, { text: " " }],
      ...spans,
    ];
    if (kind === "said") {
      return this.#report.text(`${lineOf(line, { colour: this.#colours.said })}\n`);
    }
    this.#report.note({ event: kind }, lineOf(line, { colour: this.#colours.told }));
    return undefined;
  }
}
