import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitError, netstring } from "../../codec/mod.ts";
import { type BrokenSample, testContract, testLimit } from "./contract.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cuts,
  decodeChunks,
  fromLatin1,
  hex,
  joined,
  latin1,
  tellingBytes,
  utf8Bytes,
} from "./support.ts";

const BROKEN: readonly BrokenSample[] = [
  {
    name: "no digit",
    bytes: utf8Bytes("x:"),
    code: "bad-length",
    offset: 0,
    error: 'Cannot decode length at offset 0: expected a digit, got byte 0x78 ("x")',
  },
  {
    name: "a colon without digits",
    bytes: utf8Bytes("1:a,:"),
    code: "bad-length",
    offset: 4,
    error: 'Cannot decode length at offset 4: expected a digit, got byte 0x3a (":")',
    after: 1,
  },
  {
    name: "a control character in the length",
    bytes: hex("31 1b"),
    code: "bad-length",
    offset: 1,
    error: 'Cannot decode length at offset 1: expected a digit or a colon, got byte 0x1b ("\\x1b")',
  },
  {
    name: "a leading zero",
    bytes: utf8Bytes("01:a,"),
    code: "bad-length",
    offset: 1,
    error: "Cannot decode length at offset 1: expected a colon, got a leading zero",
  },
  {
    name: "no comma",
    bytes: utf8Bytes("1:ab"),
    code: "bad-length",
    offset: 3,
    error: 'Cannot decode netstring at offset 3: expected a comma, got byte 0x62 ("b")',
  },
  {
    name: "a length over the limit",
    bytes: utf8Bytes("0:,999999:"),
    code: "limit-exceeded",
    offset: 3,
    error: "Cannot decode message: at least 999 bytes exceed maxMessageBytes 100",
    after: 1,
  },
  {
    name: "cut short",
    bytes: utf8Bytes("3:abc"),
    code: "unexpected-end",
    offset: 0,
    error:
      "Cannot decode message at offset 0: the stream ended after 5 bytes of it, before its comma",
  },
];

testContract("netstring()", {
  codec: netstring({ maxBytes: 100 }),
  samples: [
    {
      name: "hello world",
      bytes: "31 32 3a 68 65 6c 6c 6f 20 77 6f 72 6c 64 21 2c",
      messages: [utf8Bytes("hello world!")],
    },
    { name: "an empty message", bytes: "30 3a 2c", messages: [hex("")] },
    {
      name: "commas and colons",
      bytes: utf8Bytes("3:,:,,1::,"),
      messages: [",:,", ":"].map(utf8Bytes),
    },
  ],
  tail: "33 3a 61",
  limit: 105,
  broken: BROKEN,
});

testLimit("netstring()", {
  codec: (maxBytes) => netstring({ maxBytes }),
  message: (bytes) => new Uint8Array(bytes),
  limit: "maxMessageBytes",
  max: 12,
  decoding: "Cannot decode message: at least 13 bytes exceed maxMessageBytes 12",
  encoding: "Cannot encode message: 13 bytes exceed maxMessageBytes 12",
});

Deno.test("netstring() decoder refuses a 17th digit when there is no limit", () => {
  const codec = netstring({ maxBytes: Infinity });
  const { error } = decodeChunks(codec, [utf8Bytes("12345678901234567")]);
  assertEquals(
    error,
    "ProtocolError bad-length remote 16: Cannot decode length at offset 16: expected at most 16 digits, got a longer length",
  );
});

Deno.test("netstring() decoder refuses over 8 MiB when no limit is given", () => {
  const fits = netstring().decoder();
  fits.push(utf8Bytes("8388608:"));
  assertEquals(fits.next(), undefined);
  const decoder = netstring().decoder();
  decoder.push(utf8Bytes("8388609"));
  assertThrows(() => decoder.next(), LimitError, "at least 8388609 bytes");
});

Deno.test("netstring() gives back what it wrote when cut anywhere", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, cuts(500), (sent, positions) => {
      const bytes = joined(sent.map((message) => netstring().encode(message)));
      const expected = { messages: sent.map(comparable), error: undefined };
      assertEquals(decodeChunks(netstring(), cutAt(bytes, positions)), expected);
    }),
    CHECK,
  );
});

/** Takes netstrings off the front with a regular expression, as long as there are whole ones. */
function naive(text: string): { messages: string[]; left: string } {
  const messages: string[] = [];
  let left = text;
  for (let head; (head = /^(0|[1-9]\d{0,2}):/.exec(left)) !== null;) {
    const end = head[0].length + Number(head[1]);
    if (left[end] !== ",") break;
    messages.push(left.slice(head[0].length, end));
    left = left.slice(end + 1);
  }
  return { messages, left };
}

Deno.test("netstring() decoder agrees with a naive one when the bytes are arbitrary", () => {
  const bytes = tellingBytes([0x30, 0x31, 0x32, 0x3a, 0x3a, 0x2c, 0x2c, 0x61], 40);
  fc.assert(
    fc.property(bytes, cuts(40), (sent, positions) => {
      const expected = naive(latin1(sent));
      const { messages, error } = decodeChunks(netstring(), cutAt(sent, positions));
      assertEquals(messages, expected.messages.map(fromLatin1).map(comparable));
      assertEquals(error === undefined, expected.left === "");
    }),
    CHECK,
  );
});
