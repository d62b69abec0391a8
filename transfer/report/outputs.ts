/** What happened, for a machine; `event` names it. */
export type EventRecord = { readonly event: string } & Readonly<Record<string, unknown>>;

/** Where a transfer says what happens: each call has a record for machines and a line for people. */
export interface EventSink {
  /** A machine reads: the records are written, and not the lines. */
  readonly json: boolean;
  /** Takes what somebody asked for. */
  data(record: EventRecord, line: string): void;
  /** Takes what is said about it. */
  note(record: EventRecord, line: string): void;
}

/** Where progress is drawn. */
export interface Screen {
  /** Writes what a person sees beside the data. */
  stderr(text: string): void;
  /** A person sees it, so that something may be drawn there. @default {false} */
  readonly stderrIsTerminal?: boolean;
  /** Colours may be used. */
  readonly colour: boolean;
}
