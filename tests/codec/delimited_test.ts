import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { delimited, LimitError, ProtocolError } from "../../codec/mod.ts";
import { testContract, testLimit } from "./contract.ts";
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

testContract('delimited("\\r\\n\\r\\n")', {
  codec: delimited("\r\n\r\n", { maxBytes: 30 }),
  samples: [
    { name: "ab", bytes: "61 62 0d 0a 0d 0a", messages: [utf8Bytes("ab")] },
    {
      name: "ab and the beginning of the next",
      bytes: "61 62 0d 0a 0d 0a 63",
      messages: [utf8Bytes("ab"), utf8Bytes("c")],
      unended: true,
    },
    { name: "empty", bytes: "0d 0a 0d 0a 0d 0a 0d 0a", messages: [hex(""), hex("")] },
    {
      name: "half a delimiter inside",
      bytes: utf8Bytes("a\r\nb\r\n\r\n"),
      messages: [utf8Bytes("a\r\nb")],
    },
  ],
  tail: "63 0d 0a 0d",
  limit: 34,
  cutShort: "message",
  broken: [{
    name: "too long",
    bytes: utf8Bytes("a\r\n\r\n" + "x".repeat(31) + "\r\n\r\n"),
    code: "limit-exceeded",
    offset: 5,
    error: "Cannot decode message: at least 31 bytes exceed maxMessageBytes 30",
    after: 1,
  }],
});

testContract("delimited() of several", {
  codec: delimited(["--", "-!", ";;;", hex("00")], { maxBytes: 30, unended: "error" }),
  samples: [
    { name: "the first is written", bytes: utf8Bytes("a;;b--"), messages: [utf8Bytes("a;;b")] },
    {
      name: "each of them",
      bytes: utf8Bytes("a-!b;;;c\0--"),
      messages: [..."abc"].map(utf8Bytes).concat(hex("")),
      decodeOnly: true,
    },
  ],
  tail: "61 3b 3b",
  limit: 33,
  broken: [{
    name: "cut short",
    bytes: utf8Bytes("a--b-"),
    code: "unexpected-end",
    offset: 3,
    error:
      "Cannot decode message at offset 3: the stream ended after 2 bytes of it, before its delimiter",
    after: 1,
  }],
});

testContract("delimited() of one inside another", {
  codec: delimited(["abcd", "bc", "b"], { maxBytes: 30 }),
  samples: [
    { name: "the earliest wins", bytes: utf8Bytes("xabcd"), messages: [utf8Bytes("x")] },
    {
      name: "the longer of two that begin together wins",
      bytes: utf8Bytes("xbcxbx"),
      messages: ["x", "x", "x"].map(utf8Bytes),
      decodeOnly: true,
      unended: true,
    },
    {
      name: "a beginning that does not go on",
      bytes: utf8Bytes("abcx"),
      messages: ["a", "x"].map(utf8Bytes),
      decodeOnly: true,
      unended: true,
    },
  ],
  tail: "78 61 62",
  limit: 34,
  cutShort: "other",
});

for (const delimiter of ["\n", "--", "\r\n\r\n"]) {
  testLimit(`delimited(${JSON.stringify(delimiter)})`, {
    codec: (maxBytes) => delimited(delimiter, { maxBytes }),
    message: (bytes) => new Uint8Array(bytes).fill(0x78),
    limit: "maxMessageBytes",
    max: 10,
    decoding: "Cannot decode message: at least 11 bytes exceed maxMessageBytes 10",
    encoding: "Cannot encode message: 11 bytes exceed maxMessageBytes 10",
  });
}

Deno.test("delimited() decoder refuses over 8 MiB when no limit is given", () => {
  const decoder = delimited("\n").decoder();
  decoder.push(new Uint8Array(8 * 1024 * 1024));
  assertEquals(decoder.next(), undefined);
  decoder.push(new Uint8Array(1));
  assertThrows(() => decoder.next(), LimitError, "at least 8388609 bytes");
});

Deno.test("delimited() encode throws when the message holds a delimiter", () => {
  const cases: [string | string[], string, number][] = [
    ["--", "a--b", 1],
    ["--", "ab-", 2],
    [["--", ";"], "ab;c", 2],
    // The delimiter that is written would make a longer one with what follows, and that would begin earlier.
    [["bc", "abcd"], "xa", 1],
  ];
  for (const [delimiters, message, at] of cases) {
    const error = assertThrows(
      () => delimited(delimiters).encode(utf8Bytes(message)),
      ProtocolError,
    );
    assertEquals(
      error.message,
      `Cannot encode message: it holds a delimiter at ${at}, which would cut it there`,
    );
    assertEquals([error.code, error.side, error.offset], ["delimiter-inside", "local", at]);
  }
});

Deno.test("delimited() throws when its delimiters cannot be told apart", () => {
  for (const none of ["", [], ["a", ""], new Uint8Array(0)]) {
    const error = assertThrows(() => delimited(none), RangeError);
    assertEquals(error.message, "Cannot cut at an empty delimiter");
  }
  const error = assertThrows(() => delimited(["\r", "\r\n"]), RangeError);
  assertEquals(
    error.message,
    "Cannot write the first delimiter: it begins another one, which must stand before it",
  );
  assertEquals(delimited(["\r\n", "\r"]).encode(hex("61")), hex("61 0d 0a"));
});

Deno.test("delimited() keeps a delimiter when the caller changes its bytes afterwards", () => {
  const delimiter = utf8Bytes("|");
  const codec = delimited(delimiter);
  delimiter.fill(0);
  assertEquals(codec.encode(hex("61")), utf8Bytes("a|"));
});

const DELIMITERS = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 4,
  },
).filter(([first = "", ...others]) => !others.some((one) => one.startsWith(first)));

Deno.test("delimited() decoder agrees with split() when the bytes are arbitrary", () => {
  fc.assert(
    fc.property(
      DELIMITERS,
      tellingBytes([97, 98], 40),
      cuts(40),
      (delimiters, bytes, positions) => {
        // An alternation takes the first that matches at the earliest place, so the longer ones stand first.
        const longerFirst = delimiters.toSorted((a, b) => b.length - a.length);
        const parts = latin1(bytes).split(new RegExp(longerFirst.join("|")));
        if (parts.at(-1) === "") parts.pop();
        assertEquals(decodeChunks(delimited(delimiters), cutAt(bytes, positions)), {
          messages: parts.map(fromLatin1).map(comparable),
          error: undefined,
        });
      },
    ),
    { ...CHECK, numRuns: 1000 },
  );
});

Deno.test("delimited() gives back what it wrote, or refuses to write it", () => {
  const messages = fc.array(tellingBytes([97, 98, 99], 8), { maxLength: 6 });
  fc.assert(
    fc.property(DELIMITERS, messages, cuts(60), (delimiters, wanted, positions) => {
      const codec = delimited(delimiters);
      const encoded: Uint8Array[] = [];
      const sent: Uint8Array[] = [];
      for (const message of wanted) {
        try {
          encoded.push(codec.encode(message));
          sent.push(message);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
      }
      assertEquals(decodeChunks(codec, cutAt(joined(encoded), positions)), {
        messages: sent.map(comparable),
        error: undefined,
      });
    }),
    { ...CHECK, numRuns: 1000 },
  );
});
