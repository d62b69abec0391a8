import type { Field, HttpResponse } from "../../codec/http/mod.ts";

/** What says that an answer is no page, may load nothing should it be shown as one, and is kept by nobody. */
const FIXED: readonly Field[] = [
  ["Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
  ["Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"],
];

/** Returns an answer in JSON. */
export function jsonAnswer(
  value: unknown,
  { status = 200, fields = [] }: { status?: number; fields?: readonly Field[] } = {},
): HttpResponse {
  return {
    status,
    fields: [["Content-Type", "application/json"], ...FIXED, ...fields],
    body: `${JSON.stringify(value)}\n`,
  };
}

/** Returns an answer in plain text. */
export function textAnswer(
  text: string,
  { status = 200, fields = [] }: { status?: number; fields?: readonly Field[] } = {},
): HttpResponse {
  return {
    status,
    fields: [["Content-Type", "text/plain; charset=utf-8"], ...FIXED, ...fields],
    body: text,
  };
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
