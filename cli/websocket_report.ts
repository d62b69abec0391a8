import { hexOf } from "../codec/bytes/hex.ts";
import type { WebSocketEvent } from "../codec/websocket/mod.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { counted } from "../net/counted.ts";
import { messageOf } from "../net/errors.ts";
import type { CloseFrame } from "../net/websocket/mod.ts";
import { closeCodeText } from "./close_codes.ts";
import type { Io } from "./io.ts";
import type { Report, ReportRecord } from "./report.ts";
import { formatDuration } from "./units.ts";
import type { TalkEnd } from "./websocket_talk.ts";

/** Bytes of a binary message that a terminal shows. */
const SHOWN_BYTES = 32;

/** Says what happens on a client's WebSocket: what comes goes to stdout, all about it to stderr. */
export class WebSocketReport {
  readonly #report: Report;
  readonly #isTerminal: boolean;
  readonly #topic: string | undefined;

  /** Makes one that says it to `report`, with the topic in front where it is one of several. */
  constructor(
    report: Report,
    { stdoutIsTerminal = false }: Pick<Io, "stdoutIsTerminal">,
    { topic }: { readonly topic?: string | undefined } = {},
  ) {
    this.#report = report;
    this.#isTerminal = stdoutIsTerminal;
    this.#topic = topic;
  }

  /** It stands. */
  opened(url: string, protocol: string | undefined): void {
    const spoken = protocol === undefined ? "" : `, which speaks ${escapeControls(protocol)}`;
    this.#note(
      { event: "opened", url, ...protocol !== undefined && { protocol } },
      `Connected to ${escapeControls(url)}${spoken}`,
    );
  }

  /**
   * A message came: text is a line, binary goes into a pipe or file as it came and is told of on a terminal. To be awaited as
   * `data` of a report.
   */
  message(message: WebSocketEvent): Promise<void> | undefined {
    if (message.kind === "text") {
      const { text } = message;
      return this.#report.received(
        this.#topic === undefined || this.#report.json ? text : this.#labelled(text),
        () => this.#record({ event: "message", kind: "text", text }),
      );
    }
    const { bytes } = message;
    const isApart = this.#topic === undefined && !this.#isTerminal;
    if (!this.#report.json && isApart) return this.#report.bytes(bytes);
    return this.#report.data(
      this.#record({ event: "message", kind: "binary", bytes }),
      this.#labelled(binaryText(bytes)),
    );
  }

  /** A pong came so long after its ping. */
  pong(ms: number): void {
    const rounded = Math.round(ms * 100) / 100;
    this.#note({ event: "pong", ms: rounded }, `Pong after ${rounded} ms`);
  }

  /** It was closed; `isFailure` leaves it to what is said of that. */
  closed(
    { close: { code, reason }, first }: Pick<TalkEnd, "close" | "first">,
    { isFailure }: { isFailure: boolean },
  ): void {
    const record = { event: "closed", code, reason, ...first && { first } };
    if (isFailure) {
      if (this.#report.json) this.#note(record, "");
      return;
    }
    const who = first === "peer" ? "The server closed" : "Closed";
    this.#note(record, `${who}: ${closeText({ code, reason })}`);
  }

  /** It is connected again after a while, because of this. */
  retry({ attempt, delayMs, error }: { attempt: number; delayMs: number; error: unknown }): void {
    const ms = Math.round(delayMs);
    const why = messageOf(error);
    this.#note(
      { event: "reconnecting", attempt, delayMs: ms, why },
      `${escapeControls(why)}; connecting again in ${formatDuration(ms)} (try ${attempt})`,
    );
  }

  #note(record: ReportRecord, line: string): void {
    this.#report.note(this.#record(record), this.#labelled(line));
  }

  #record(record: ReportRecord): ReportRecord {
    if (this.#topic === undefined) return record;
    const { event, ...rest } = record;
    return { event, topic: this.#topic, ...rest };
  }

  /** Puts the topic in front of each line, so that every one can be told from those of others. */
  #labelled(text: string): string {
    if (this.#topic === undefined) return text;
    const label = `${escapeControls(this.#topic)}: `;
    // On a terminal a message stays one line.
    return this.#isTerminal ? label + text : label + text.replaceAll("\n", `\n${label}`);
  }
}

/** Returns a close as a person reads it. */
export function closeText({ code, reason }: CloseFrame): string {
  const said = reason === "" ? "" : `: ${escapeControls(reason)}`;
  return `${closeCodeText(code)}${said}`;
}

function binaryText(bytes: Uint8Array): string {
  const hex = hexOf(bytes.subarray(0, SHOWN_BYTES), " ");
  const more = bytes.length > SHOWN_BYTES ? " ..." : "";
  return `(binary, ${counted(bytes.length, "byte")}${hex === "" ? "" : `: ${hex}${more}`})`;
}
