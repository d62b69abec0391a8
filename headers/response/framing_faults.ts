import { type FaultList, type HeadFaultKind, quoted } from "./head_fault.ts";
import { type ReadField, wholeField } from "./read_field.ts";
import type { StatusLineParts } from "./status_line.ts";

/** The transfer codings that are registered (RFC 9112, 7). */
const CODINGS = ["chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress"];

/** Adds what is wrong with the fields that say where the body ends (RFC 9112, 6) to `faults`. */
export function framingFaults(
  { version, status = 200 }: StatusLineParts,
  fields: readonly ReadField[],
  faults: FaultList,
): void {
  const add = (kind: HeadFaultKind, { line }: ReadField, [what, rule]: [string, string]) =>
    faults.add(kind, { what, rule, place: { line } });
  const lengths = fields.filter(({ name }) => name.toLowerCase() === "content-length");
  const codings = fields.filter(({ name }) => name.toLowerCase() === "transfer-encoding");
  let first: string | undefined;
  for (const field of lengths) {
    const [, value] = wholeField(field);
    for (const one of value.split(",").map((it) => it.trim())) {
      if (!/^\d+$/.test(one)) {
        add("bad-length", field, [`Content-Length is no number: ${quoted(one)}`, "RFC 9110, 8.6"]);
      } else if (first === undefined) first = one;
      else if (one !== first) {
        const what = `Content-Length differs: ${quoted(first)} and ${quoted(one)}`;
        add("two-lengths", field, [what, "RFC 9112, 6.3"]);
      }
    }
  }
  const [length] = lengths;
  const [coding] = codings;
  if (length && coding) {
    const what = "Content-Length and Transfer-Encoding stand in one head";
    add("two-lengths", length, [what, "RFC 9112, 6.2"]);
  }
  for (const field of codings) codingFaults(field, add);
  if (coding && version === "1.0") {
    add("bad-coding", coding, ["HTTP/1.0 has no Transfer-Encoding", "RFC 9112, 6.1"]);
  }
  if (status >= 200 && status !== 204) return;
  if (coding) {
    const what = `an answer ${status} may have no Transfer-Encoding`;
    add("body-not-allowed", coding, [what, "RFC 9112, 6.1"]);
  }
  if (length) {
    const what = `an answer ${status} may have no Content-Length`;
    add("body-not-allowed", length, [what, "RFC 9110, 8.6"]);
  }
}

function codingFaults(
  field: ReadField,
  add: (kind: HeadFaultKind, field: ReadField, said: [what: string, rule: string]) => void,
): void {
  const [, value] = wholeField(field);
  const names = value.split(",").map((one) => one.replace(/;.*$/s, "").trim().toLowerCase());
  const unknown = names.find((name) => !CODINGS.includes(name));
  if (unknown !== undefined) {
    add("unknown-coding", field, [`${quoted(unknown)} is no transfer coding`, "RFC 9112, 7"]);
  }
  const at = names.indexOf("chunked");
  if (at >= 0 && names.lastIndexOf("chunked") !== at) {
    add("bad-coding", field, ["the body is chunked twice", "RFC 9112, 6.1"]);
  }
}
