import { hexOf } from "../codec/bytes/hex.ts";
import type { WebSocketEvent } from "../codec/websocket/mod.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { counted } from "../net/counted.ts";
import { messageOf } from "../net/errors.ts";
import type { CloseFrame } from "../net/websocket/mod.ts";
import { closeCodeText } from "./close_codes.ts";
import type { Io } from "./io.ts";
import type { Report } from "./report.ts";
import { formatDuration } from "./units.ts";
import type { TalkEnd } from "./websocket_talk.ts";

/** Bytes of a binary message that a terminal shows. */
const SHOWN_BYTES = 32;

/** Says what happens on a client's WebSocket: what comes goes to stdout, all about it to stderr. */
export class WebSocketReport {
  readonly #report: Report;
  readonly #isTerminal: boolean;

  /** Makes one that says it to `report`. */
  constructor(report: Report, { stdoutIsTerminal = false }: Pick<Io, "stdoutIsTerminal">) {
    this.#report = report;
    this.#isTerminal = stdoutIsTerminal;
  }

  /** It stands. */
  opened(url: string, protocol: string | undefined): void {
    const spoken = protocol === undefined ? "" : `, which speaks ${escapeControls(protocol)}`;
    this.#report.note(
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
      return this.#report.received(
        message.text,
        (text) => ({ event: "message", kind: "text", text }),
      );
    }
    const { bytes } = message;
    if (!this.#report.json && !this.#isTerminal) return this.#report.bytes(bytes);
    return this.#report.data({ event: "message", kind: "binary", bytes }, binaryText(bytes));
  }

  /** A pong came so long after its ping. */
  pong(ms: number): void {
    const rounded = Math.round(ms * 100) / 100;
    this.#report.note({ event: "pong", ms: rounded }, `Pong after ${rounded} ms`);
  }

  /** It was closed; `isFailure` leaves it to what is said of that. */
  closed(
    { close: { code, reason }, first }: Pick<TalkEnd, "close" | "first">,
    { isFailure }: { isFailure: boolean },
  ): void {
    const record = { event: "closed", code, reason, ...first && { first } };
    if (isFailure) {
      if (this.#report.json) this.#report.note(record, "");
      return;
    }
    const who = first === "peer" ? "The server closed" : "Closed";
    this.#report.note(record, `${who}: ${closeText({ code, reason })}`);
  }

  /** It is connected again after a while, because of this. */
  retry({ attempt, delayMs, error }: { attempt: number; delayMs: number; error: unknown }): void {
    const ms = Math.round(delayMs);
    const why = messageOf(error);
    this.#report.note(
      { event: "reconnecting", attempt, delayMs: ms, why },
      `${escapeControls(why)}; connecting again in ${formatDuration(ms)} (try ${attempt})`,
    );
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
