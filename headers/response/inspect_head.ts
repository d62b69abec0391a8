import { withoutBlanks } from "../../codec/http/blanks.ts";
import { framingFaults } from "./framing_faults.ts";
import {
  FaultList,
  type FaultPlace,
  type HeadFault,
  type HeadFaultKind,
  quoted,
} from "./head_fault.ts";
import { type HeadLine, headLines } from "./head_lines.ts";
import type { RawHead } from "./head_reader.ts";
import { type ReadField, wholeField } from "./read_field.ts";
import { otherProtocolOf } from "./other_protocol.ts";
import { readStatusLine, type StatusLineParts } from "./status_line.ts";

/** A head as far as it goes, with its faults. */
export interface InspectedHead extends StatusLineParts {
  /** Its lines as they came. */
  readonly lines: readonly HeadLine[];
  /** Names and values in their order, one character a byte; those of lines that are no field are missing. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** What is wrong, in the order of its places: at most 100. */
  readonly faults: readonly HeadFault[];
  /** How many faults there are beside those. */
  readonly moreFaults: number;
}

/** Fields that one head may have before it is called too large. */
const MAX_FIELDS = 100;
/** What a value may not hold (RFC 9110, 5.5); a bare CR has a rule of its own. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]/;

/**
 * Looks at the bytes of a head and says what is in it, and what is wrong with it: it reads whatever comes as far as it
 * goes, never throws, and its time is linear in the bytes.
 *
 * @example
 * ```ts
 * import { HeadReader, inspectHead } from "@parley/sockets/headers";
 * import { assert } from "@std/assert";
 * const reader = new HeadReader();
 * reader.push(new TextEncoder().encode("http/1.1 ok\r\nServer : old\r\n\r\n"));
 * const { fields, faults } = inspectHead(reader.next()!);
 * assert(fields[0]?.join() === "Server,old");
 * assert(faults.map(({ rule }) => rule).join("; ") === "RFC 9112, 2.3; RFC 9112, 4; RFC 9112, 5.1");
 * ```
 */
export function inspectHead(raw: RawHead): InspectedHead {
  return new HeadInspection(raw).inspect();
}

class HeadInspection {
  readonly #raw: RawHead;
  readonly #lines: readonly HeadLine[];
  readonly #list = new FaultList();
  readonly #fields: ReadField[] = [];

  constructor(raw: RawHead) {
    this.#raw = raw;
    this.#lines = headLines(raw.bytes);
  }

  inspect(): InspectedHead {
    const isHead = this.#raw.end !== "other";
    const start = isHead ? this.#head() : { version: undefined, status: undefined, reason: "" };
    if (isHead) framingFaults(start, this.#fields, this.#list);
    this.#list.sort();
    this.#end();
    const { faults, more } = this.#list;
    const fields = this.#fields.map(wholeField);
    return { ...start, lines: this.#lines, fields, faults, moreFaults: more };
  }

  #head(): StatusLineParts {
    const first = this.#lines.findIndex(({ text }) => text !== "");
    if (first > 0) {
      const what = "an empty line stands in front of the head";
      this.#fault("empty-line-in-front", what, { rule: "RFC 9112, 2.1", line: this.#lines[0]! });
    }
    for (const line of this.#lines) this.#bytesOf(line);
    const start = this.#lines[first];
    if (!start) return { version: undefined, status: undefined, reason: "" };
    const isField = /^[^\s:]+[ \t]*:/.test(start.text) && !/^HTTP\//i.test(start.text);
    if (isField) {
      const what = "the head begins with a field: there is no status line";
      this.#fault("bad-status-line", what, { rule: "RFC 9112, 4", line: start, length: 0 });
    }
    const read = isField
      ? { version: undefined, status: undefined, reason: "" }
      : readStatusLine(start, this.#list);
    for (const line of this.#lines.slice(isField ? first : first + 1)) {
      if (line.text !== "") this.#fieldLine(line);
    }
    return read;
  }

  /** What holds for each line, whatever it says. */
  #bytesOf(line: HeadLine): void {
    const { text, ending } = line;
    if (ending === "\n") {
      const what = "the line ends with a bare LF, and not with CRLF";
      this.#fault("bare-lf", what, { rule: "RFC 9112, 2.2", line, at: text.length, length: 1 });
    }
    const cr = text.indexOf("\r");
    // The bytes may end between the two of a CRLF.
    if (cr >= 0 && !(ending === "" && cr === text.length - 1)) {
      const what = "a CR stands in the line without an LF behind it";
      this.#fault("bare-cr", what, { rule: "RFC 9112, 2.2", line, at: cr, length: 1 });
    }
    const control = CONTROL.exec(text);
    if (control) {
      const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
      const what = `a control character (0x${code}) stands in ${whereIs(line, control.index)}`;
      const at = { line, at: control.index, length: 1 };
      this.#fault("control-character", what, { rule: "RFC 9110, 5.5", ...at });
    }
  }

  #fieldLine(line: HeadLine): void {
    const { text } = line;
    if (text.startsWith(" ") || text.startsWith("\t")) {
      const last = this.#fields.at(-1);
      if (last) {
        last.values.push(withoutBlanks(text));
        const what = `the value of ${quoted(last.name)} goes on in the next line (a fold)`;
        return this.#fault("fold", what, { rule: "RFC 9112, 5.2", line });
      }
      const length = text.length - text.trimStart().length;
      const what = "a space stands in front of the first field";
      this.#fault("space-in-front", what, { rule: "RFC 9112, 2.2", line, length });
    }
    const colon = text.indexOf(":");
    if (colon < 0) {
      // What is cut off may have had one.
      if (line.ending === "") return;
      return this.#fault("no-colon", `there is no colon in ${quoted(text)}`, {
        rule: "RFC 9112, 5",
        line,
      });
    }
    const name = withoutBlanks(text.slice(0, colon));
    this.#fieldName(line, { name, colon });
    this.#fields.push({ line, name, values: [withoutBlanks(text.slice(colon + 1))] });
    if (this.#fields.length === MAX_FIELDS + 1) {
      const what = `the head has more than ${MAX_FIELDS} fields`;
      this.#fault("too-large", what, { rule: `at most ${MAX_FIELDS}`, line });
    }
  }

  #fieldName(line: HeadLine, { name, colon }: { name: string; colon: number }): void {
    if (name === "") {
      return this.#fault("no-name", "there is no name in front of the colon", {
        rule: "RFC 9110, 5.1",
        line,
        length: colon + 1,
      });
    }
    const end = line.text.slice(0, colon).trimEnd().length;
    if (end < colon) {
      const what = `a space stands between the name ${quoted(name)} and its colon`;
      const place = { line, at: end, length: colon - end };
      this.#fault("space-before-colon", what, { rule: "RFC 9112, 5.1", ...place });
    }
    const bad = /[^!#$%&'*+\-.^_\x60|~0-9A-Za-z]/.exec(name);
    // A control character has been told of.
    if (!bad || CONTROL.test(bad[0])) return;
    const what = `the name ${quoted(name)} has ${quoted(bad[0])} in it`;
    const at = line.text.indexOf(name) + bad.index;
    this.#fault("bad-name", what, { rule: "RFC 9110, 5.1", line, at, length: 1 });
  }

  #end(): void {
    const { end, bytes } = this.#raw;
    const line = this.#lines.at(-1) ?? NO_LINE;
    const place = { line, at: line.text.length + line.ending.length, length: 0 };
    switch (end) {
      case "whole":
        return;
      case "other": {
        const spoken = otherProtocolOf(bytes);
        const begin = quoted(this.#lines.find(({ text }) => text !== "")?.text ?? "");
        const what = spoken
          ? `there is no head: the server speaks ${spoken}`
          : `there is no head: the answer begins with ${begin}`;
        const first = this.#lines[0] ?? NO_LINE;
        return this.#fault("no-head", what, { rule: "RFC 9112, 4", line: first });
      }
      case "limit": {
        const what = "the head is not over";
        return this.#fault("too-large", what, { rule: `at most ${bytes.length} bytes`, ...place });
      }
      case "closed":
        return this.#fault("unfinished", "the connection ends inside the head", {
          rule: "RFC 9112, 8",
          ...place,
        });
      case "late":
        return this.#fault("unfinished", "the rest of the head did not come in time", {
          rule: "head deadline",
          ...place,
        });
      case "lost":
        return this.#fault("unfinished", "the connection broke inside the head", {
          rule: "RFC 9112, 8",
          ...place,
        });
    }
  }

  #fault(
    kind: HeadFaultKind,
    what: string,
    { rule, ...place }: FaultPlace & { readonly rule: string },
  ): void {
    this.#list.add(kind, { what, rule, place });
  }
}

const NO_LINE: HeadLine = { number: 1, offset: 0, text: "", ending: "" };

function whereIs({ text }: HeadLine, index: number): string {
  const colon = text.indexOf(":");
  if (/^HTTP/i.test(text) || colon < 0) return "the line";
  if (index < colon) return "a name";
  return `the value of ${quoted(text.slice(0, colon).trim())}`;
}
