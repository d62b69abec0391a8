import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { lengthPrefixed, lines, ProtocolError, utf8 } from "../../codec/mod.ts";
import { testContract } from "./contract.ts";
import {
  anyText,
  CHECK,
  cutAt,
  cuts,
  decodeChunks,
  hex,
  joined,
  tellingBytes,
  utf8Bytes,
} from "./support.ts";

testContract("utf8(lengthPrefixed())", {
  codec: utf8(lengthPrefixed({ maxBytes: 100 })),
  samples: [
    { name: "€", bytes: "00 00 00 03 e2 82 ac", messages: ["€"] },
    { name: "an empty message", bytes: "00 00 00 00", messages: [""] },
    {
      name: "a byte order mark and a character of four bytes",
      bytes: "00 00 00 07 ef bb bf f0 9f 98 80",
      messages: ["\ufeff😀"],
    },
  ],
  tail: "00 00 00 03 e2",
  limit: 104,
  broken: [
    {
      name: "the invalid text of Autobahn 6.4",
      bytes: joined([hex("00 00 00 01 61 00 00 00 0f"), utf8Bytes("κόσμε"), hex("f4 90 80 80 65")]),
      code: "bad-utf8",
      // The length counts as part of the message, whose text begins there.
      offset: 5 + 11,
      error: "Cannot decode text at offset 16: the bytes are not UTF-8",
      after: 1,
    },
    {
      name: "a character that the message cuts",
      bytes: "00 00 00 02 e2 82",
      code: "bad-utf8",
      offset: 2,
      error: "Cannot decode text at offset 2: the bytes are not UTF-8",
    },
  ],
});

testContract("utf8(lines({ binary }))", {
  codec: utf8(lines({ binary: true })),
  samples: [{ name: "two lines", bytes: utf8Bytes("é\n\n"), messages: ["é", ""] }],
  tail: "61",
  limit: 8192,
  cutShort: "other",
  broken: [{
    name: "a bad line behind a CRLF",
    bytes: "61 0d 0a 62 ff 0a",
    code: "bad-utf8",
    offset: 4,
    error: "Cannot decode text at offset 4: the bytes are not UTF-8",
    after: 1,
  }],
});

Deno.test("utf8() encode throws when a surrogate stands alone", () => {
  for (const [text, at] of [["\udc00", 0], ["ab\ud83d", 2], ["😀\ude00", 2]] as const) {
    const error = assertThrows(() => utf8(lengthPrefixed()).encode(text), ProtocolError);
    assertEquals(
      error.message,
      `Cannot encode text: a surrogate stands alone at ${at}, which UTF-8 cannot say`,
    );
    assertEquals([error.code, error.side, error.offset], ["bad-utf8", "local", at]);
    assertEquals([error.expected, error.received], ["well-formed text", "a lone surrogate"]);
  }
});

/** Where RFC 3629's grammar stops, character by character; undefined where all of it is UTF-8. */
function firstBad(bytes: Uint8Array): number | undefined {
  const second = new Map([[0xe0, [0xa0, 0xbf]], [0xed, [0x80, 0x9f]], [0xf0, [0x90, 0xbf]], [
    0xf4,
    [0x80, 0x8f],
  ]]);
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const width = lead < 0x80
      ? 1
      : lead < 0xc2
      ? 0
      : lead < 0xe0
      ? 2
      : lead < 0xf0
      ? 3
      : lead < 0xf5
      ? 4
      : 0;
    if (width === 0) return at;
    for (let index = 1; index < width; index++) {
      const [low = 0x80, high = 0xbf] = (index === 1 ? second.get(lead) : undefined) ?? [];
      const byte = bytes[at + index];
      if (byte === undefined || byte < low || byte > high) return at + index;
    }
    at += width;
  }
  return undefined;
}

Deno.test("utf8() decoder agrees with RFC 3629's grammar when the bytes are arbitrary", () => {
  const telling = [
    0x61,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
  ];
  const codec = utf8(lengthPrefixed());
  fc.assert(
    fc.property(tellingBytes(telling, 10), (bytes) => {
      const bad = firstBad(bytes);
      const { messages, error } = decodeChunks(codec, [lengthPrefixed().encode(bytes)]);
      if (bad === undefined) {
        assertEquals(messages, [new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)]);
      } else {
        assertEquals(
          error,
          `ProtocolError bad-utf8 remote ${bad}: Cannot decode text at offset ${bad}: the bytes are not UTF-8`,
        );
      }
    }),
    { ...CHECK, numRuns: 1000 },
  );
});

Deno.test("utf8() gives back what it wrote when cut anywhere", () => {
  const codec = utf8(lengthPrefixed());
  const texts = fc.array(anyText(10), { maxLength: 6 });
  fc.assert(
    fc.property(texts, cuts(200), (sent, positions) => {
      const bytes = joined(sent.map((text) => codec.encode(text)));
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), {
        messages: sent,
        error: undefined,
      });
    }),
    CHECK,
  );
});
