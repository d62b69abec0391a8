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

/** Splits text at a character, but not inside of a quoted string (RFC 9110, 5.6.4). */
export function splitOutsideQuotes(text: string, between: "," | ";"): string[] {
  const pieces: string[] = [];
  let [start, isQuoted] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === between && !isQuoted) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, text.slice(start)];
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1).replace(/"$/, "").replace(/\\(.)/g, "$1") : text;
}
