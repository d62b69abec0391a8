import { splitOutsideQuotes } from "../../codec/http/list_items.ts";

/** A media type with its parameters (RFC 9110, 8.3.1). */
export interface MediaType {
  /** Its type and subtype in lower case: `text/html`. */
  readonly type: string;
  /** Its parameters, by their names in lower case; the first of each counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a media type; what cannot be read of it is left out. */
export function mediaTypeOf(text: string): MediaType {
  const [type = "", ...rest] = splitOutsideQuotes(text, ";");
  const parameters = new Map<string, string>();
  for (const item of rest) {
    const equals = item.indexOf("=");
    if (equals < 0) continue;
    const name = item.slice(0, equals).trim().toLowerCase();
    if (!parameters.has(name)) parameters.set(name, unquoted(item.slice(equals + 1).trim()));
  }
  return { type: type.trim().toLowerCase(), parameters };
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1).replace(/"$/, "").replace(/\\(.)/g, "$1") : text;
}
