// This module is browser compatible.

import { shown } from "../arguments.ts";
import { ProtocolError } from "../errors.ts";
import { withoutBlanks } from "./blanks.ts";
import { isToken, isValue } from "./text_rules.ts";

/** One field: its name and its value. */
export type Field = readonly [name: string, value: string];

/** What fields can be made of; a name with a list of values stands on as many lines. */
export type FieldsInit =
  | Fields
  | Iterable<Field>
  | Readonly<Record<string, string | readonly string[]>>;

/**
 * The fields of a head, or the trailers behind a body (RFC 9110, 5): in the order in which they came, names and values
 * exactly as they were sent, one character a byte (ISO 8859-1). They never change. Names are found whatever their case
 * is. It refuses a name that is no token, and a value that holds a control character or one over U+00FF.
 *
 * @example
 * ```ts
 * import { Fields } from "@parley/sockets/http";
 * import { assert, assertThrows } from "@std/assert";
 * const fields = new Fields({ "Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"] });
 * assert(fields.get("content-type") === "text/plain");
 * assert(fields.all("set-cookie").length === 2);
 * assertThrows(() => new Fields({ "X-Name": "two\r\nlines" }));
 * ```
 */
export class Fields implements Iterable<Field> {
  #lines: readonly Field[] | undefined;
  #section = "";

  /** Takes fields, a list of them, or an object; they are checked and copied. @throws {ProtocolError} One cannot be sent. */
  constructor(init: FieldsInit = []) {
    if (init instanceof Fields) {
      this.#lines = init.#lines;
      this.#section = init.#section;
    } else {
      this.#lines = pairsOf(init).map((
        [name, value],
      ) => [requireName(name), requireValue(name, value)]);
    }
  }

  /** Takes lines that a decoder has checked; they are taken apart when somebody looks at them. */
  static ofSection(section: string): Fields {
    if (section === "") return NONE;
    const fields = new Fields();
    fields.#lines = undefined;
    fields.#section = section;
    return fields;
  }

  get #parsed(): readonly Field[] {
    return this.#lines ??= parse(this.#section);
  }

  /** How many lines there are. */
  get size(): number {
    return this.#parsed.length;
  }

  /**
   * Returns the value of a field, or undefined where there is none. Several lines of one name are one value, with ", "
   * between them (RFC 9110, 5.3); for Set-Cookie that is never right, so take `all`.
   */
  get(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 0 ? undefined : values.join(", ");
  }

  /** Returns the value of each line that has this name. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (const [one, value] of this.#parsed) {
      if (one.length === wanted.length && one.toLowerCase() === wanted) values.push(value);
    }
    return values;
  }

  /** Says whether there is a field of this name. */
  has(name: string): boolean {
    return this.all(name).length > 0;
  }

  /** The fields in their order. */
  [Symbol.iterator](): Iterator<Field> {
    return this.#parsed[Symbol.iterator]();
  }
}

const NONE = new Fields();

function parse(section: string): Field[] {
  const lines: Field[] = [];
  for (let at = 0; at < section.length;) {
    let end = section.indexOf("\r\n", at);
    if (end < 0) end = section.length;
    const colon = section.indexOf(":", at);
    lines.push([section.slice(at, colon), withoutBlanks(section, { from: colon + 1, to: end })]);
    at = end + 2;
  }
  return lines;
}

function pairsOf(init: Exclude<FieldsInit, Fields>): Field[] {
  if (Symbol.iterator in init) return [...init];
  return Object.entries(init).flatMap(([name, value]) =>
    isList(value) ? value.map((one) => [name, one] as const) : [[name, value] as const]
  );
}

/** Says whether a value stands on several lines. What is neither a list nor text is refused as a value. */
export function isList(value: string | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

function requireName(name: string): string {
  if (isToken(name)) return name;
  throw badField(`Cannot set field ${shown(name)}: its name is no token`, {
    expected: "a token",
    received: shown(name),
  });
}

function requireValue(name: string, value: string): string {
  if (isValue(value)) return value;
  throw badField(
    `Cannot set field ${name}: ${shown(value)} holds what no field value may hold`,
    { expected: "visible characters up to U+00FF, spaces and tabs", received: shown(value) },
  );
}

function badField(
  message: string,
  { expected, received }: { expected: string; received: string },
): ProtocolError {
  return new ProtocolError(message, {
    code: "bad-field",
    side: "local",
    offset: 0,
    expected,
    received,
  });
}
