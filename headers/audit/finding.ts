import { escapeControls } from "../../codec/escape_controls.ts";
import { valuesOf } from "../field_values.ts";
import { mediaTypeOf as mediaTypeIn } from "../request/media_type.ts";

/** What an audit looks at: an answer, and what was asked for. */
export interface AuditedAnswer {
  /** The URL that was asked for. */
  readonly url: URL;
  /** The status; undefined where the status line has none. */
  readonly status: number | undefined;
  /** Names and values of its fields, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The `Origin` that was sent with the request. @default none */
  readonly origin?: string | undefined;
}

/** Something about an answer that is less safe than it could be. */
export interface AuditFinding {
  /** A field is `missing`, or it is there and `weak`. */
  readonly level: "missing" | "weak";
  /** The field that it is about. */
  readonly field: string;
  /** Why that matters, in one line; what the peer sent is shown harmlessly. */
  readonly reason: string;
}

/** Returns what stands between commas, in small letters and without its blanks. */
export function tokensOf(values: readonly string[]): string[] {
  return values.join(",").split(",").map((token) => token.trim().toLowerCase()).filter(Boolean);
}

/** Returns the media type without its parameters, in small letters; undefined where none is said. */
export function mediaTypeOf(answer: AuditedAnswer): string | undefined {
  const [type] = valuesOf(answer, "content-type");
  return type === undefined ? undefined : mediaTypeIn(type).type;
}

/** Says whether a browser shows the answer as a page. */
export function isPage(answer: AuditedAnswer): boolean {
  const type = mediaTypeOf(answer);
  return type === "text/html" || type === "application/xhtml+xml";
}

/** Says whether the answer sends whoever asked elsewhere. */
export function isRedirect({ status = 0 }: AuditedAnswer): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** Makes the finding that a field is missing. */
export function missing(field: string, reason: string): AuditFinding {
  return { level: "missing", field, reason };
}

/** Makes the finding that a field is weak. */
export function weak(field: string, reason: string): AuditFinding {
  return { level: "weak", field, reason };
}

/** Returns what a peer sent as it can stand in a reason. */
export function shown(text: string): string {
  return escapeControls(text, { maxChars: MAX_SHOWN_CHARS });
}

const MAX_SHOWN_CHARS = 40;
