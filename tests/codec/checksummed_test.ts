import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checksummed,
  type ChecksumName,
  fixed,
  lengthPrefixed,
  LimitError,
  netstring,
} from "../../codec/mod.ts";
import { testContract } from "./contract.ts";
import { CHECK, comparable, cutAt, cuts, decodeChunks, hex, joined, utf8Bytes } from "./support.ts";

testContract("checksummed(lengthPrefixed())", {
  codec: checksummed(lengthPrefixed({ maxBytes: 200 })),
  samples: [
    {
      name: "123456789",
      bytes: "00 00 00 0d 31 32 33 34 35 36 37 38 39 e3 06 92 83",
      messages: [utf8Bytes("123456789")],
    },
    { name: "an empty message", bytes: "00 00 00 04 00 00 00 00", messages: [hex("")] },
  ],
  tail: "00 00 00 05 61",
  limit: 204,
  broken: [
    {
      name: "damaged",
      bytes: joined([
        hex("00 00 00 04 00 00 00 00"),
        hex("00 00 00 0d 31 32 33 34 35 36 37 38 39 e3 06 92 82"),
      ]),
      code: "bad-checksum",
      offset: 8,
      error: "Cannot accept message at offset 8: its checksum should be e3069282, got e3069283",
      after: 1,
    },
    {
      name: "too short for a checksum",
      bytes: "00 00 00 03 00 00 00",
      code: "bad-checksum",
      offset: 0,
      error:
        "Cannot accept message at offset 0: its checksum should be at least 4 bytes of checksum, got 3 bytes",
    },
  ],
});

testContract("checksummed(netstring())", {
  codec: checksummed(netstring({ maxBytes: 200 })),
  samples: [{
    name: "123456789",
    bytes: joined([utf8Bytes("13:123456789"), hex("e3 06 92 83"), utf8Bytes(",")]),
    messages: [utf8Bytes("123456789")],
  }],
  tail: "35 3a",
  limit: 206,
});

Deno.test("checksummed() refuses every flipped bit when the frame has a length", () => {
  const codec = checksummed(lengthPrefixed());
  const sound = codec.encode(utf8Bytes("123456789"));
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const bytes = new Uint8Array(sound);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const { messages, error } = decodeChunks(codec, [bytes]);
    assertEquals(messages, []);
    assert(error !== undefined, `bit ${bit} went unseen`);
  }
});

Deno.test("checksummed() counts its 4 bytes when the limit is checked", () => {
  const codec = checksummed(lengthPrefixed({ maxBytes: 10 }));
  for (const bytes of [5, 6]) {
    const sent = codec.encode(new Uint8Array(bytes));
    assertEquals(decodeChunks(codec, [sent]).messages, [comparable(new Uint8Array(bytes))]);
  }
  const error = assertThrows(() => codec.encode(new Uint8Array(7)), LimitError);
  assertEquals(error.message, "Cannot encode message: 11 bytes exceed maxMessageBytes 10");
});

Deno.test("checksummed() gives messages that do not share bytes when they arrive together", () => {
  const codec = checksummed(fixed(6));
  const decoder = codec.decoder();
  decoder.push(joined([codec.encode(hex("0102")), codec.encode(hex("0304"))]));
  const first = decoder.next()!;
  first.fill(0xee);
  assertEquals(comparable(decoder.next()), "03 04");
});

Deno.test("checksummed() gives back what it wrote when cut anywhere", () => {
  const codec = checksummed(lengthPrefixed());
  const messages = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, cuts(300), (sent, positions) => {
      const bytes = joined(sent.map((message) => codec.encode(message)));
      const expected = { messages: sent.map(comparable), error: undefined };
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), expected);
    }),
    CHECK,
  );
});

for (
  const [checksum, bytes] of [
    ["crc-16/ccitt-false", "00 00 00 0b 31 32 33 34 35 36 37 38 39 29 b1"],
    ["crc-16/modbus", "00 00 00 0b 31 32 33 34 35 36 37 38 39 4b 37"],
    ["crc-16/xmodem", "00 00 00 0b 31 32 33 34 35 36 37 38 39 31 c3"],
    ["crc-32", "00 00 00 0d 31 32 33 34 35 36 37 38 39 cb f4 39 26"],
    ["crc-32c", "00 00 00 0d 31 32 33 34 35 36 37 38 39 e3 06 92 83"],
  ] as const
) {
  testContract(`checksummed(lengthPrefixed(), { checksum: "${checksum}" })`, {
    codec: checksummed(lengthPrefixed({ maxBytes: 40 }), { checksum }),
    samples: [{ name: "the digits", bytes, messages: [utf8Bytes("123456789")] }],
    tail: "00 00 00",
    limit: 44,
    broken: [{
      name: "a changed bit",
      bytes: bytes.replace("31 32 33", "31 32 32"),
      code: "bad-checksum",
      offset: 0,
      error: brokenText(checksum, bytes),
    }],
  });
}

/** What is said of the digits when one of them was changed. */
function brokenText(checksum: ChecksumName, bytes: string): string {
  const width = checksum.startsWith("crc-16") ? 2 : 4;
  const sent = bytes.split(" ").slice(-width).join("");
  const changed = utf8Bytes("122456789");
  const other = checksummed(lengthPrefixed(), { checksum }).encode(changed).slice(-width);
  const computed = Array.from(other, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `Cannot accept message at offset 0: its checksum should be ${sent}, got ${computed}`;
}

Deno.test("checksummed() writes a checksum little endian when it is told to", () => {
  const options = { checksum: "crc-16/modbus", endian: "little" } as const;
  const codec = checksummed(lengthPrefixed({ width: 1 }), options);
  assertEquals(codec.encode(utf8Bytes("123456789")).slice(-2), hex("37 4b"));
});

Deno.test("checksummed() takes a checksum of one's own", () => {
  const sum = {
    width: 1,
    compute: (bytes: Uint8Array) => bytes.reduce((all, one) => all + one, 0) & 255,
  };
  const codec = checksummed(lengthPrefixed({ width: 1 }), { checksum: sum });
  assertEquals(codec.encode(hex("01 02 ff")), hex("04 01 02 ff 02"));
  const decoder = codec.decoder();
  decoder.push(hex("04 01 02 ff 02"));
  assertEquals(decoder.next(), hex("01 02 ff"));
  for (const width of [0, 7, 1.5]) {
    const wrong = { ...sum, width };
    assertThrows(
      () => checksummed(lengthPrefixed(), { checksum: wrong }),
      RangeError,
      `${width} bytes`,
    );
  }
});
