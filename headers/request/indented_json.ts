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
  const add = (piece: string): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const newLine = (): void => add(`\n${INDENT.repeat(depth)}`);
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.length > 1 && OPENING.test(token)) add(token[0]! + token.at(-1)!);
    else if (token === "{" || token === "[") {
      depth++;
      if (depth > MAX_DEPTH) return undefined;
      add(token);
      newLine();
    } else if (token === "}" || token === "]") {
      depth--;
      newLine();
      add(token);
    } else if (token === ",") {
      add(token);
      newLine();
    } else add(token === ":" ? ": " : token);
    if (length > maxLength) return undefined;
  }
  return pieces.join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What stands in text that is JSON, without the blanks between. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;
/** What begins an object or an array, or is an empty one. */
const OPENING = /^[{[]/;
