/** What happened, for a machine to read. `event` names it. */
export type EventRecord = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Where a transfer is reported: each call has a record for a machine and a line for people, and one of them is written. */
export interface EventSink {
  /** Whether the records are written and not the lines. */
  readonly json: boolean;
  /** Writes a result that the user asked for, to stdout. */
  data(record: EventRecord, line: string): void;
  /** Writes a remark about it, to stderr. */
  note(record: EventRecord, line: string): void;
}

/** The terminal that progress is drawn on. */
export interface Screen {
  /** Writes to stderr. */
  stderr(text: string): void;
  /** Whether stderr is a terminal; otherwise nothing is drawn. @default {false} */
  readonly stderrIsTerminal?: boolean;
  /** Whether colours may be used. */
  readonly colour: boolean;
}
