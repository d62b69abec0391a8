import { type Field, Fields, type HttpResponse } from "../codec/http/mod.ts";
import type { Page } from "../web/document.ts";
import { valuesOf } from "./field_values.ts";
import { requestPage } from "./page/request_page.ts";
import { preferredType } from "./request/preferred_type.ts";
import { requestJson, shownJson } from "./request/request_json.ts";
import type { RequestRecord } from "./request/request_record.ts";
import { requestText } from "./request/request_text.ts";

/** How {@linkcode answerTo} answers. */
export interface AnswerOptions {
  /** The status. */
  readonly status: number;
  /** Fields beside those that belong to what is shown; one with the name of such a field replaces it. */
  readonly fields: readonly Field[];
  /** Where the reader may see the requests as they come. */
  readonly liveHref: string | undefined;
}

/** Fields that say what is shown, and keep a browser from taking it for something else: nobody sets these. */
export const FIXED_FIELDS: readonly string[] = [
  "connection",
  "content-length",
  "content-security-policy",
  "content-type",
  "date",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-content-type-options",
];

/**
 * Returns fields where answers can have them.
 *
 * @throws {ProtocolError} One cannot be sent.
 * @throws {TypeError} One of them is written by the answer itself.
 */
export function requireFields(given: readonly Field[]): readonly Field[] {
  const fields = [...new Fields(given)];
  const fixed = fields.find(([name]) => FIXED_FIELDS.includes(name.toLowerCase()));
  if (fixed === undefined) return fields;
  throw new TypeError(`Cannot set ${fixed[0]}: the answer has one of its own`);
}

/** What holds for all that shows what somebody sent. */
const PRIVATE = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** What is no page may load nothing, should a browser show it as one. */
export const LOADS_NOTHING = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
};

const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

/** Statuses whose answers have no body (RFC 9110, 15.3.5, 15.3.6, 15.4.5). */
const WITHOUT_BODY = [204, 205, 304];

/**
 * Returns the answer that shows a client its own request: as a page, as text or as JSON, by its `Accept`. One whose body is too
 * large gets 413, and one that asks for a tunnel 501.
 */
export function answerTo(
  record: RequestRecord,
  { status, fields, liveHref }: AnswerOptions,
): HttpResponse & { readonly body: Uint8Array } {
  const accept = valuesOf(record, "accept");
  const type = preferredType(accept.length === 0 ? undefined : accept.join());
  const shown = type === "text/html"
    ? pageShown(requestPage(record, { liveHref }))
    : type === "application/json"
    ? { type: "application/json", body: shownJson(requestJson(record)) }
    : { type: "text/plain; charset=utf-8", body: `${requestText(record)}\n` };
  const said = statusFor(record, status);
  return {
    status: said,
    fields: withFields({
      "Content-Type": shown.type,
      Vary: "Accept",
      ...PRIVATE,
      ...LOADS_NOTHING,
      ...shown.fields,
    }, fields),
    body: WITHOUT_BODY.includes(said) ? NO_BYTES : encoder.encode(shown.body),
    // What is left of such a body is not waited for.
    close: record.body.state === "too-large",
  };
}

/** Returns the answer to a request that would make the server hold more than it may: it may come again soon. */
export function answerWhenFull(): HttpResponse {
  const text = "The server holds as much for its clients as it may: try again soon.";
  const { fields, ...answer } = answerWithText(503, text);
  // What is left of its body is not waited for.
  return { ...answer, fields: { ...fields, "Retry-After": String(RETRY_SECONDS) }, close: true };
}

/** By then most clients have taken their answers. */
const RETRY_SECONDS = 5;

/** Returns the status of an answer: the one that is wanted, but where that would tell the client something else. */
function statusFor({ method, body }: RequestRecord, wanted: number): number {
  if (body.state === "too-large") return 413;
  // A tunnel would begin behind a 2xx, and there is none.
  return method === "CONNECT" && wanted < 300 ? 501 : wanted;
}

/** Returns the answer that shows a page. */
export function answerWithPage(page: Page): HttpResponse {
  return { fields: { ...PRIVATE, ...page.fields }, body: page.html };
}

/** Returns an answer of a line of text. */
export function answerWithText(
  status: number,
  text: string,
): HttpResponse & { readonly fields: Readonly<Record<string, string>> } {
  const fields = { "Content-Type": "text/plain; charset=utf-8", ...PRIVATE, ...LOADS_NOTHING };
  return { status, fields, body: `${text}\n` };
}

interface Shown {
  readonly type: string;
  readonly body: string;
  readonly fields?: Readonly<Record<string, string>>;
}

function pageShown({ html, fields }: Page): Shown {
  return { type: "text/html; charset=utf-8", body: html, fields };
}

/** Puts fields behind ours, and in the place of those that have their names. */
function withFields(ours: Readonly<Record<string, string>>, given: readonly Field[]): Field[] {
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return [...Object.entries(ours).filter(([name]) => !names.has(name.toLowerCase())), ...given];
}
