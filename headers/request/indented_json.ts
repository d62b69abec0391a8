/** Longer JSON stays as it came: it would be too many lines. */
const MAX_INDENTED_CHARS = 256 * 1024;
/** Nested deeper, JSON stays as it came. */
const MAX_DEPTH = 100;
/** Where indenting would make more of it, JSON stays as it came. */
const MAX_GROWTH = 8;
const INDENT = "  ";

/**
 * Returns JSON over several lines, with each number, string and repeated name exactly as it came. Undefined is what is no
 * JSON, and what would grow too much by it.
 */
export function indentedJson(text: string): string | undefined {
  if (text.length > MAX_INDENTED_CHARS || !isJson(text)) return undefined;
  const maxLength = text.length * MAX_GROWTH + 1024;
  let [length, depth] = [0, 0];
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const character = text[at]!;
    const end = endOfToken(text, at);
    let piece = "";
    if (character === "{" || character === "[") {
      // What is empty stays on its line.
      if (end > at + 1) piece = character + text[end - 1]!;
      else piece = character + newLine(depth += 1);
      if (depth > MAX_DEPTH) return undefined;
    } else if (character === "}" || character === "]") piece = newLine(depth -= 1) + character;
    else if (character === ",") piece = character + newLine(depth);
    else if (character === ":") piece = ": ";
    else if (!isBlank(character)) piece = text.slice(at, end);
    pieces.push(piece);
    length += piece.length;
    if (length > maxLength) return undefined;
    at = end;
  }
  return pieces.join("");
}

function newLine(depth: number): string {
  return `\n${INDENT.repeat(depth)}`;
}

/** Returns where a token of JSON ends: a string, a number, a word, a mark, or a whole object or array that is empty. */
function endOfToken(text: string, at: number): number {
  const first = text[at]!;
  if (first === '"') return endOfString(text, at + 1);
  if (first === "{" || first === "[") {
    let end = at + 1;
    while (isBlank(text[end])) end++;
    return text[end] === "}" || text[end] === "]" ? end + 1 : at + 1;
  }
  let end = at + 1;
  if (!isMark(first)) { while (end < text.length && !isMark(text[end]!)) end++; }
  return end;
}

/** Returns what is behind a string's closing quote: the first that no backslash escapes. */
function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text[before - 1] === "\\") before--;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return text.length;
}

function isMark(character: string): boolean {
  return isBlank(character) || MARKS.includes(character);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const MARKS = "{}[],:";
