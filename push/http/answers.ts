import type { Field, HttpResponse } from "../../codec/http/mod.ts";

/** What says that an answer is no page, may load nothing should it be shown as one, and is kept by nobody. */
const FIXED: readonly Field[] = [
  ["Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
];

/** What an answer has beside its body. */
export interface AnswerOptions {
  /** @default {200} */
  readonly status?: number;
  /** Fields beside those of every answer. @default none */
  readonly fields?: readonly Field[];
}

/** Returns an answer in JSON. */
export function jsonAnswer(value: unknown, options?: AnswerOptions): HttpResponse {
  return answerOf("application/json", `${JSON.stringify(value)}\n`, options);
}

/** Returns an answer in plain text. */
export function textAnswer(text: string, options?: AnswerOptions): HttpResponse {
  return answerOf("text/plain; charset=utf-8", text, options);
}

function answerOf(
  type: string,
  body: string,
  { status = 200, fields = [] }: AnswerOptions = {},
): HttpResponse {
  return { status, fields: [["Content-Type", type], ...FIXED, ...fields], body };
}

/** The fields of an event stream. A proxy that gathers what comes is told not to. */
export const EVENT_STREAM_FIELDS: readonly Field[] = [
  ["Content-Type", "text/event-stream"],
  ["X-Accel-Buffering", "no"],
  ...FIXED,
];

/** Why a request has no other answer. */
export interface Refusal {
  readonly status: number;
  /** A word that a program goes by. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  readonly fields?: readonly Field[];
}

/** Returns the answer that says so, in JSON. */
export function refusalAnswer({ status, code, message, fields = [] }: Refusal): HttpResponse {
  return jsonAnswer({ error: { code, message } }, { status, fields });
}
