import { readable } from "./byte_text.ts";
import { mediaTypeOf } from "./media_type.ts";

/** A part of a multipart body (RFC 2046, 5.1), by what its head says. */
export interface MultipartPart {
  /** The name of the form's field that it is (RFC 7578, 4.2). */
  readonly name: string | undefined;
  /** The name of the file that it was. */
  readonly filename: string | undefined;
  /** Its media type, as it came. */
  readonly type: string | undefined;
  /** Bytes that it has, without its head. */
  readonly bytes: number;
}

/** The parts of a multipart body. */
export interface MultipartParts {
  /** The first of them. */
  readonly parts: readonly MultipartPart[];
  /** How many more there are. */
  readonly more: number;
  /** Its last boundary is there. */
  readonly isWhole: boolean;
}

/** Parts that are listed at most. */
export const MAX_PARTS = 100;
/** Of a longer head of a part nothing is read. */
const MAX_PART_HEAD_BYTES = 2 * 1024;

/** Lists the parts of a body, which is text of one character a byte. */
export function multipartParts(body: string, boundary: string): MultipartParts {
  const delimiter = `\r\n--${boundary}`;
  // The first one may stand at the very start.
  const text = `\r\n${body}`;
  const parts: MultipartPart[] = [];
  let more = 0;
  let at = text.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (text.startsWith("--", start)) return { parts, more, isWhole: true };
    const next = text.indexOf(delimiter, start);
    if (next < 0) break;
    if (parts.length < MAX_PARTS) parts.push(partOf(text.slice(start, next)));
    else more++;
    at = next;
  }
  return { parts, more, isWhole: false };
}

/** Reads a part from behind its boundary on, to whose line blanks may belong. */
function partOf(text: string): MultipartPart {
  const lineEnd = text.indexOf("\r\n");
  const part = lineEnd < 0 ? "" : text.slice(lineEnd);
  const headEnd = part.indexOf("\r\n\r\n");
  const bytes = headEnd < 0 ? part.length : part.length - headEnd - 4;
  const head = headEnd < 0 || headEnd > MAX_PART_HEAD_BYTES ? "" : part.slice(0, headEnd);
  const disposition = fieldOf(head, "content-disposition");
  const { parameters } = mediaTypeOf(disposition ?? "");
  return {
    name: textOf(parameters.get("name")),
    filename: textOf(parameters.get("filename")),
    type: textOf(fieldOf(head, "content-type")),
    bytes,
  };
}

function fieldOf(head: string, name: string): string | undefined {
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : readable(text);
}
