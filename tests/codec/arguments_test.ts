import { assertThrows } from "@std/assert";
import * as codec from "../../codec/mod.ts";
import { parcel } from "../../codec/parcel/mod.ts";
import { simpleFileReplies } from "../../codec/simple_file/mod.ts";
import { telnet } from "../../codec/telnet/mod.ts";

const { bytes, checksummed, delimited, fixed, joined, json, jsonLines, latin1 } = codec;
const { lengthPrefixed, lines, mapped, netstring, utf8, varintPrefixed } = codec;

/** Passes what the types refuse, as JavaScript may. */
function js(value: unknown): never {
  // The point is that it is wrong.
  return value as never;
}

const NOT_CALLED = "Cannot use codec: it is the function lengthPrefixed; call it, as in lines()";

/** What is wrong, and what is said where it was given. */
const WRONG: Readonly<Record<string, readonly [call: () => unknown, text: string]>> = {
  "lengthPrefixed().encode(text)": [
    () => lengthPrefixed().encode(js("hello")),
    '"hello" is no Uint8Array',
  ],
  "bytes().encode(text)": [() => bytes().encode(js("hello")), '"hello" is no Uint8Array'],
  "netstring().encode(text)": [() => netstring().encode(js("x")), '"x" is no Uint8Array'],
  "varintPrefixed().encode(5)": [() => varintPrefixed().encode(js(5)), "5 is no Uint8Array"],
  "fixed().encode(array)": [() => fixed(1).encode(js([1])), "an object (Array) is no Uint8Array"],
  "delimited().encode(text)": [() => delimited(";").encode(js("a")), '"a" is no Uint8Array'],
  "checksummed().encode(text)": [
    () => checksummed(lengthPrefixed()).encode(js("a")),
    'Cannot encode message: "a" is no Uint8Array',
  ],
  "checksummed().encode(array)": [
    () => checksummed(lengthPrefixed()).encode(js([1])),
    "an object (Array) is no Uint8Array",
  ],
  "parcel().encode(data of text)": [
    () => parcel().encode({ type: "data", id: 1, offset: 0, rawBytes: 0, bytes: js("a") }),
    '"a" is no Uint8Array',
  ],
  "simpleFileReplies().encode(body of text)": [
    () => simpleFileReplies().encode({ type: "body", bytes: js("a") }),
    '"a" is no Uint8Array',
  ],
  "lines().encode(5)": [() => lines().encode(js(5)), "Cannot encode message: 5 is no string"],
  "lines().encode(bytes)": [() => lines().encode(js(new Uint8Array(1))), "is no string"],
  "lines({ binary }).encode(text)": [
    () => lines({ binary: true }).encode(js("a")),
    '"a" is no Uint8Array',
  ],
  "utf8().encode(null)": [() => utf8(lengthPrefixed()).encode(js(null)), "null is no string"],
  "latin1().encode(5)": [() => latin1(lengthPrefixed()).encode(js(5)), "5 is no string"],
  "lines({ ending })": [
    () => lines({ ending: js("LF") }),
    'Cannot set ending to "LF": it is one of any, lf, crlf, cr',
  ],
  "lines({ onTooLong })": [() => lines({ onTooLong: js("drop") }), "it is one of error, skip"],
  "lines({ maxLineBytes })": [
    () => lines(js({ maxLineBytes: 5 })),
    "Cannot set maxLineBytes: the options of lines() are ending, maxBytes, onTooLong, binary, fatal",
  ],
  "lines(5)": [() => lines(js(5)), "Cannot set options of lines(): 5 is no object"],
  "lengthPrefixed({ endian })": [
    () => lengthPrefixed({ endian: js("LE") }),
    'Cannot set endian to "LE": it is "big" or "little"',
  ],
  "lengthPrefixed({ max })": [() => lengthPrefixed(js({ max: 5 })), "Cannot set max: the options"],
  "lengthPrefixed({ magic })": [
    () => lengthPrefixed({ magic: js("PK") }),
    '"PK" is no Uint8Array',
  ],
  "netstring({ max })": [() => netstring(js({ max: 5 })), "of netstring() are maxBytes"],
  "varintPrefixed({ max })": [() => varintPrefixed(js({ max: 5 })), "Cannot set max"],
  "delimited(5)": [() => delimited(js(5)), "Cannot cut at 5: it is no text or bytes"],
  "delimited([5])": [() => delimited(js([5])), "it is no text or bytes"],
  "delimited({ unended })": [
    () => delimited(";", { unended: js("drop") }),
    "one of message, error",
  ],
  "delimited({ max })": [() => delimited(";", js({ max: 1 })), "Cannot set max"],
  "utf8(factory)": [() => utf8(js(lengthPrefixed)), NOT_CALLED],
  "latin1(factory)": [() => latin1(js(lengthPrefixed)), NOT_CALLED],
  "json(factory)": [() => json(js(lengthPrefixed)), NOT_CALLED],
  "checksummed(factory)": [() => checksummed(js(lengthPrefixed)), NOT_CALLED],
  "telnet(factory)": [() => telnet(js(lengthPrefixed)), NOT_CALLED],
  "joined(factory)": [() => joined(lines(), js(lengthPrefixed)), NOT_CALLED],
  "mapped(nothing)": [() => mapped(js(undefined), js({})), "undefined has no session()"],
  "mapped() without decode": [
    () => mapped(lines(), js({})),
    "Cannot use decode: undefined is no function",
  ],
  "mapped() without encode": [
    () => mapped(lines(), js({ decode: String })),
    "Cannot use encode: undefined is no function",
  ],
  "json({ parse })": [
    () => json(lengthPrefixed(), { parse: js(5) }),
    "Cannot use parse: 5 is no function",
  ],
  "jsonLines({ parse })": [
    () => jsonLines({ parse: js("x") }),
    'Cannot use parse: "x" is no function',
  ],
  "jsonLines({ max })": [() => jsonLines(js({ max: 5 })), "are maxBytes, parse"],
  "telnet({ server })": [() => telnet(lines(), js({ server: [1] })), "are local, remote"],
  "checksummed({ checksum })": [
    () => checksummed(lengthPrefixed(), { checksum: js("md5") }),
    'Cannot add checksum "md5": the known ones are crc-16/ccitt-false',
  ],
  "checksummed({ endian })": [
    () => checksummed(lengthPrefixed(), { endian: js("LE") }),
    "Cannot set endian",
  ],
  "decoder.push(text)": [
    () => lines().decoder().push(js("text")),
    'Cannot push chunk: "text" is no Uint8Array',
  ],
};

for (const [name, [call, text]] of Object.entries(WRONG)) {
  Deno.test(`${name} is refused where it is given, by name`, () => {
    assertThrows(call, TypeError, text);
  });
}

Deno.test("fixed() refuses a size that is none, by name", () => {
  assertThrows(() => fixed(js("3")), RangeError, "Cannot cut every 3 bytes");
});
