import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LimitError, varintPrefixed } from "../../codec/mod.ts";
import { testContract, testLimit } from "./contract.ts";
import { CHECK, comparable, cutAt, cuts, decodeChunks, hex, joined } from "./support.ts";

testContract("varintPrefixed()", {
  codec: varintPrefixed({ maxBytes: 400 }),
  samples: [
    {
      name: "300 bytes",
      bytes: joined([hex("ac 02"), new Uint8Array(300).fill(5)]),
      messages: [new Uint8Array(300).fill(5)],
    },
    { name: "an empty message", bytes: "00", messages: [hex("")] },
    {
      name: "127 and 128 bytes",
      bytes: joined([hex("7f"), new Uint8Array(127), hex("80 01"), new Uint8Array(128)]),
      messages: [new Uint8Array(127), new Uint8Array(128)],
    },
    {
      name: "a length that is longer than it need be",
      bytes: "81 80 80 80 80 80 80 80 80 00 61",
      messages: [hex("61")],
      decodeOnly: true,
    },
  ],
  tail: "82 00 61",
  limit: 410,
  broken: [
    {
      name: "a length over the limit",
      bytes: "01 61 91 03",
      code: "limit-exceeded",
      offset: 2,
      error: "Cannot decode message: 401 bytes exceed maxMessageBytes 400",
      after: 1,
    },
    {
      name: "a length far over the limit",
      bytes: "ff ff ff ff 0f",
      code: "limit-exceeded",
      offset: 0,
      error: "Cannot decode message: at least 16383 bytes exceed maxMessageBytes 400",
    },
    {
      name: "11 bytes of length",
      bytes: "80 80 80 80 80 80 80 80 80 80 00",
      code: "bad-length",
      offset: 0,
      error:
        "Cannot decode length at offset 0: expected a varint of at most 10 bytes, got more bytes",
    },
    {
      name: "cut short",
      bytes: "02 61",
      code: "unexpected-end",
      offset: 0,
      error:
        "Cannot decode message at offset 0: the stream ended after 2 bytes of it, before the rest of its length or message",
    },
  ],
});

testLimit("varintPrefixed()", {
  codec: (maxBytes) => varintPrefixed({ maxBytes }),
  message: (bytes) => new Uint8Array(bytes),
  limit: "maxMessageBytes",
  max: 128,
  decoding: "Cannot decode message: 129 bytes exceed maxMessageBytes 128",
  encoding: "Cannot encode message: 129 bytes exceed maxMessageBytes 128",
});

Deno.test("varintPrefixed() writes 624485 as e5 8e 26", () => {
  const bytes = varintPrefixed().encode(new Uint8Array(624_485));
  assertEquals(comparable(bytes.subarray(0, 3)), "e5 8e 26");
  assertEquals(bytes.length, 624_488);
});

Deno.test("varintPrefixed() decoder refuses over 8 MiB when no limit is given", () => {
  const fits = varintPrefixed().decoder();
  fits.push(hex("80 80 80 04"));
  assertEquals(fits.next(), undefined);
  const decoder = varintPrefixed().decoder();
  decoder.push(hex("81 80 80 04"));
  assertThrows(() => decoder.next(), LimitError, "8388609 bytes exceed maxMessageBytes 8388608");
});

Deno.test("varintPrefixed() gives back what it wrote when cut anywhere", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, cuts(900), (sent, positions) => {
      const bytes = joined(sent.map((message) => varintPrefixed().encode(message)));
      const expected = { messages: sent.map(comparable), error: undefined };
      assertEquals(decodeChunks(varintPrefixed(), cutAt(bytes, positions)), expected);
    }),
    CHECK,
  );
});

Deno.test("varintPrefixed() encode agrees with a naive one when the length is arbitrary", () => {
  fc.assert(
    fc.property(fc.nat(70_000), (length) => {
      const bits = length.toString(2);
      const groups = bits.padStart(Math.ceil(bits.length / 7) * 7, "0").match(/.{7}/g)!.reverse();
      const expected = groups.map((group, at) =>
        parseInt((at === groups.length - 1 ? "0" : "1") + group, 2)
      );
      const encoded = varintPrefixed().encode(new Uint8Array(length));
      assertEquals([...encoded.subarray(0, encoded.length - length)], expected);
    }),
    CHECK,
  );
});
