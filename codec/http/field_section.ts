// This module is browser compatible.

import { ByteWriter } from "../bytes/byte_writer.ts";
import { writeLatin1 } from "../bytes/latin1_text.ts";
import { unsayable } from "./errors.ts";
import { Fields, type FieldsInit } from "./fields.ts";

/** What the codec writes itself, so that a message cannot be framed in two ways. */
const RESERVED = new Set(["connection", "content-length", "transfer-encoding", "upgrade"]);

/** Fields as they are sent. */
export interface FieldSection {
  readonly bytes: Uint8Array;
  readonly hasDate: boolean;
  readonly hasHost: boolean;
}

/** Fields never change, so those that are sent again and again are written once. */
const written = new WeakMap<Fields, FieldSection>();
const NONE = new Fields();

/**
 * Returns fields as they are sent, a line each.
 *
 * @throws {ProtocolError} A name or a value cannot be sent, or the codec writes that field itself.
 */
export function fieldSection(
  init: FieldsInit | undefined,
  what: "request" | "response" | "body",
): FieldSection {
  const fields = init === undefined ? NONE : init instanceof Fields ? init : new Fields(init);
  const known = written.get(fields);
  if (known) return known;
  const writer = new ByteWriter();
  let hasDate = false;
  let hasHost = false;
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (RESERVED.has(lower)) {
      throw unsayable(what, {
        expected: "no field that the codec writes itself",
        received: name,
      });
    }
    hasDate ||= lower === "date";
    hasHost ||= lower === "host";
    writeLatin1(`${name}: ${value}\r\n`, writer);
  }
  const section = { bytes: writer.finish(), hasDate, hasHost };
  if (fields === init || fields === NONE) written.set(fields, section);
  return section;
}
