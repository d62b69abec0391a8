import type { HeadLine } from "./head_lines.ts";

/** A field as it is read, before its folded lines are joined. */
export interface ReadField {
  /** The line that it begins with. */
  readonly line: HeadLine;
  /** Its name as sent. */
  readonly name: string;
  /** What each of its lines has of the value. */
  readonly values: string[];
}

/** Returns a field with its lines joined by a space (RFC 9112, 5.2). */
export function wholeField({ name, values }: ReadField): readonly [name: string, value: string] {
  return [name, values.join(" ")];
}
