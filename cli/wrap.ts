/** Columns of a terminal that does not say how many it has, and of what is no terminal. */
export const DEFAULT_COLUMNS = 80;

/** How {@linkcode wrapped} lays out. */
export interface WrapOptions {
  /** The most columns that a line may have. */
  readonly columns: number;
  /** What every line but the first begins with. @default nothing */
  readonly indent?: string;
}

/**
 * Returns a text in lines that break between words: what stands between two spaces is never broken, however long it is.
 */
export function wrapped(text: string, { columns, indent = "" }: WrapOptions): string[] {
  return filled(text.split(" "), { columns, indent, between: " ", last: "" });
}

/** Returns a command in lines that a shell takes for one: it breaks between arguments, with a backslash. */
export function wrappedCommand(command: string, { columns, indent = "" }: WrapOptions): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  return filled(words, { columns, indent, between: " ", last: " \\" });
}

/** Returns what a line of fields tells, in lines that break between fields, which two spaces part. */
export function wrappedFields(line: string, { columns, indent = "" }: WrapOptions): string[] {
  return filled(line.split("  "), { columns, indent, between: "  ", last: "" });
}

/** Fills lines with pieces; a line that another one follows ends with `last`. */
function filled(
  pieces: readonly string[],
  { columns, indent, between, last }: Required<WrapOptions> & { between: string; last: string },
): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const [at, piece] of pieces.entries()) {
    const longer: string = line === undefined ? piece : line + between + piece;
    const room = columns - (at === pieces.length - 1 ? 0 : last.length);
    if (line === undefined || longer.length <= room) line = longer;
    else {
      lines.push(line + last);
      line = indent + piece;
    }
  }
  return [...lines, line ?? ""];
}
