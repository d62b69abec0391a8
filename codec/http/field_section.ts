// This module is browser compatible.

import { ByteWriter } from "../bytes/byte_writer.ts";
import { unsayable } from "./errors.ts";
import { Fields, type FieldsInit, isList } from "./fields.ts";
import { CR, LF, VALUE } from "./octets.ts";
import { isToken } from "./text_rules.ts";

/** What the codec writes itself, so that a message cannot be framed in two ways. */
const RESERVED = new Set(["connection", "content-length", "transfer-encoding", "upgrade"]);
/** Names that were looked at are remembered up to here: a program sends the same few again and again. */
const MAX_NAMES = 256;

/** What the fields are of. */
type Message = "request" | "response" | "body";

/** Fields as they are sent. */
export interface FieldSection {
  /** The lines; those of what is no `Fields` hold until the next call. */
  readonly bytes: Uint8Array;
  readonly hasDate: boolean;
  readonly hasHost: boolean;
}

/** A name that can be sent. */
interface FieldName {
  /** With the colon and the space behind it. */
  readonly bytes: Uint8Array;
  readonly lower: string;
}

/** Writes field lines one behind the other. */
class LineWriter {
  readonly #writer = new ByteWriter();
  readonly #names = new Map<string, FieldName>();
  #hasDate = false;
  #hasHost = false;

  clear(): void {
    this.#writer.length = 0;
    this.#hasDate = this.#hasHost = false;
  }

  /** Writes a line; says false where it cannot be sent. @throws {ProtocolError} The codec writes that field itself. */
  add(name: string, value: string, what: Message): boolean {
    const known = this.#names.get(name) ?? this.#learn(name);
    if (known === undefined || typeof value !== "string") return false;
    const { bytes, lower } = known;
    if (RESERVED.has(lower)) {
      throw unsayable(what, {
        expected: "no field that the codec writes itself",
        received: name,
      });
    }
    const writer = this.#writer;
    writer.bytes(bytes);
    writer.reserve(value.length + 2);
    const { buffer } = writer;
    let at = writer.length;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (VALUE[unit] !== 1) return false;
      buffer[at++] = unit;
    }
    buffer[at++] = CR;
    buffer[at++] = LF;
    writer.length = at;
    if (lower === "date") this.#hasDate = true;
    else if (lower === "host") this.#hasHost = true;
    return true;
  }

  section(): FieldSection {
    const { written } = this.#writer;
    return { bytes: written, hasDate: this.#hasDate, hasHost: this.#hasHost };
  }

  #learn(name: string): FieldName | undefined {
    if (!isToken(name)) return undefined;
    const bytes = new TextEncoder().encode(`${name}: `);
    const known = { bytes, lower: name.toLowerCase() };
    if (this.#names.size < MAX_NAMES) this.#names.set(name, known);
    return known;
  }
}

const lines = new LineWriter();
/** Fields never change, so those that are sent again and again are written once. */
const written = new WeakMap<Fields, FieldSection>();
const NOTHING: FieldSection = { bytes: new Uint8Array(0), hasDate: false, hasHost: false };

/**
 * Returns fields as they are sent, a line each.
 *
 * @throws {ProtocolError} A name or a value cannot be sent, or the codec writes that field itself.
 */
export function fieldSection(init: FieldsInit | undefined, what: Message): FieldSection {
  if (init === undefined) return NOTHING;
  if (init instanceof Fields) return sectionOf(init, what);
  const isIterable = Symbol.iterator in init;
  // What cannot be sent is told by `Fields`.
  if (isIterable || !addAll(init, what)) return sectionOf(new Fields(init), what);
  return lines.section();
}

function sectionOf(fields: Fields, what: Message): FieldSection {
  const known = written.get(fields);
  if (known) return known;
  lines.clear();
  for (const [name, value] of fields) lines.add(name, value, what);
  const { bytes, ...facts } = lines.section();
  const section = { bytes: new Uint8Array(bytes), ...facts };
  written.set(fields, section);
  return section;
}

function addAll(
  init: Readonly<Record<string, string | readonly string[]>>,
  what: Message,
): boolean {
  lines.clear();
  for (const name of Object.keys(init)) {
    const value = init[name]!;
    const isSayable = isList(value)
      ? value.every((one) => lines.add(name, one, what))
      : lines.add(name, value, what);
    if (!isSayable) return false;
  }
  return true;
}
