import { latin1Text } from "../../codec/bytes/latin1_text.ts";
import { hexRow, ROW_BYTES } from "../../codec/bytes/hex.ts";
import { utf8Of } from "./byte_text.ts";
import { isMostlyText } from "./hidden_characters.ts";
import { indentedJson } from "./indented_json.ts";
import { mediaTypeOf } from "./media_type.ts";
import { type MultipartParts, multipartParts } from "./multipart.ts";
import { formPairsIn, type Pair } from "./pairs.ts";

/** The body of a request, as it came in. */
export type ReceivedBody =
  | { readonly state: "none" }
  /** All of it; `bytes` are exactly those that came. */
  | { readonly state: "whole"; readonly bytes: Uint8Array }
  /** It was not read to its end, because it has more bytes than are kept. */
  | { readonly state: "too-large"; readonly maxBytes: number }
  /** The client left, or broke the protocol, before its end. */
  | { readonly state: "cut"; readonly reason: string };

/** A body as people read it, by its media type and its bytes. */
export type BodyView =
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "form"; readonly pairs: readonly Pair[] }
  | ({ readonly kind: "multipart" } & MultipartParts)
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly rows: readonly string[]; readonly more: number };

/** Characters of a body in an answer, where showing makes more of it: a line that is indented, a character that is escaped. */
export const MAX_SHOWN_CHARS = 2 * 1024 * 1024;
/** Bytes of a body that is no text that are shown. */
const MAX_SHOWN_BYTES = 256;
/** A longer form stays text as it came: its pairs are several times as long. */
const MAX_FORM_BYTES = 256 * 1024;

/** Returns a body as people read it: what its media type says if it is that, else as text, else as hexadecimal rows. */
export function bodyView(bytes: Uint8Array, contentType: string | undefined): BodyView {
  const { type, parameters } = mediaTypeOf(contentType ?? "");
  const boundary = parameters.get("boundary") ?? "";
  if (type.startsWith("multipart/") && boundary !== "") {
    const listed = multipartParts(latin1Text(bytes), boundary);
    if (listed.parts.length > 0) return { kind: "multipart", ...listed };
  }
  const text = textOf(bytes);
  if (text === undefined || text.includes("\0")) return binaryView(bytes);
  // JSON is JSON, whatever it is called: `curl -d` says that it is a form.
  const json = /^[[{]/.test(text.trimStart()) || /[/+]json$/.test(type)
    ? indentedJson(text)
    : undefined;
  if (json !== undefined) return { kind: "json", text: json };
  if (type === "application/x-www-form-urlencoded" && bytes.length <= MAX_FORM_BYTES) {
    return { kind: "form", pairs: formPairsIn(latin1Text(bytes)) };
  }
  return { kind: "text", text };
}

/** Returns a body as text; undefined where it is no UTF-8, or little of it can be shown as it is. */
export function textOf(bytes: Uint8Array): string | undefined {
  const text = utf8Of(bytes);
  return text !== undefined && isMostlyText(text) ? text : undefined;
}

function binaryView(bytes: Uint8Array): BodyView {
  const rows: string[] = [];
  const end = Math.min(bytes.length, MAX_SHOWN_BYTES);
  for (let at = 0; at < end; at += ROW_BYTES) {
    rows.push(hexRow(bytes.subarray(at, Math.min(at + ROW_BYTES, end))));
  }
  return { kind: "binary", rows, more: bytes.length - end };
}
