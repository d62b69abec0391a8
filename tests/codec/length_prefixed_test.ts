import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  lengthPrefixed,
  type LengthPrefixedOptions,
  LimitError,
  ProtocolError,
} from "../../codec/mod.ts";
import { testContract, testLimit } from "./contract.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cutEvery,
  cuts,
  decodeChunks,
  hex,
  joined,
  utf8Bytes,
} from "./support.ts";

testContract("lengthPrefixed()", {
  codec: lengthPrefixed({ maxBytes: 300 }),
  samples: [
    { name: "hi", bytes: "00 00 00 02 68 69", messages: [utf8Bytes("hi")] },
    { name: "an empty message", bytes: "00 00 00 00", messages: [hex("")] },
    {
      name: "messages of 256 and 1 bytes",
      bytes: joined([hex("00 00 01 00"), new Uint8Array(256).fill(7), hex("00 00 00 01 08")]),
      messages: [new Uint8Array(256).fill(7), hex("08")],
    },
  ],
  tail: "00 00 00 05 61 62",
  limit: 304,
  broken: [
    {
      name: "a length over the limit",
      bytes: "00 00 00 01 61 00 00 01 2d",
      code: "limit-exceeded",
      offset: 5,
      error: "Cannot decode message: 301 bytes exceed maxMessageBytes 300",
      after: 1,
    },
    {
      name: "cut in its length",
      bytes: "00 00 00",
      code: "unexpected-end",
      offset: 0,
      error:
        "Cannot decode message at offset 0: the stream ended after 3 bytes of it, before its 4 bytes of length",
    },
    {
      name: "cut in its message",
      bytes: "00 00 00 02 61",
      code: "unexpected-end",
      offset: 0,
      error:
        "Cannot decode message at offset 0: the stream ended after 5 bytes of it, before its 2 bytes of message",
    },
  ],
});

testContract("lengthPrefixed({ width: 2, endian: little })", {
  codec: lengthPrefixed({ width: 2, endian: "little", maxBytes: 100 }),
  samples: [{ name: "one byte", bytes: "01 00 07", messages: [hex("07")] }],
  tail: "03",
  limit: 102,
});

testContract("lengthPrefixed({ includesHeader })", {
  codec: lengthPrefixed({ width: 1, includesHeader: true, maxBytes: 100 }),
  samples: [
    { name: "hi", bytes: "03 68 69", messages: [utf8Bytes("hi")] },
    { name: "an empty message", bytes: "01", messages: [hex("")] },
  ],
  tail: "02",
  limit: 101,
  broken: [{
    name: "a length smaller than its header",
    bytes: "03 68 69 00",
    code: "bad-length",
    offset: 3,
    error: "Cannot decode length at offset 3: expected at least 1, got 0",
    after: 1,
  }],
});

testContract("lengthPrefixed({ adjust: -2 })", {
  codec: lengthPrefixed({ width: 1, adjust: -2, maxBytes: 100 }),
  samples: [{ name: "hi", bytes: "04 68 69", messages: [utf8Bytes("hi")] }],
  tail: "05 01",
  limit: 101,
  broken: [{
    name: "a negative length",
    bytes: "01",
    code: "bad-length",
    offset: 0,
    error: "Cannot decode length at offset 0: expected at least 2, got 1",
  }],
});

testContract("lengthPrefixed({ adjust: 1 })", {
  codec: lengthPrefixed({ width: 1, adjust: 1, maxBytes: 100 }),
  samples: [{ name: "hi", bytes: "01 68 69", messages: [utf8Bytes("hi")] }],
  tail: "00",
  limit: 101,
});

testLimit("lengthPrefixed()", {
  codec: (maxBytes) => lengthPrefixed({ maxBytes }),
  message: (bytes) => new Uint8Array(bytes).fill(9),
  limit: "maxMessageBytes",
  max: 10,
  decoding: "Cannot decode message: 11 bytes exceed maxMessageBytes 10",
  encoding: "Cannot encode message: 11 bytes exceed maxMessageBytes 10",
});

Deno.test("lengthPrefixed() decoder refuses 8 MiB + 1 from the header when no limit is given", () => {
  const decoder = lengthPrefixed().decoder();
  decoder.push(hex("00 80 00 01"));
  const error = assertThrows(() => decoder.next(), LimitError);
  assertEquals(
    error.message,
    "Cannot decode message: 8388609 bytes exceed maxMessageBytes 8388608",
  );
  const fits = lengthPrefixed().decoder();
  fits.push(hex("00 80 00 00"));
  assertEquals(fits.next(), undefined);
});

Deno.test("lengthPrefixed() decoder refuses the largest length when the width is 8", () => {
  for (const endian of ["big", "little"] as const) {
    const decoder = lengthPrefixed({ width: 8, endian }).decoder();
    decoder.push(new Uint8Array(8).fill(0xff));
    assertThrows(() => decoder.next(), LimitError, "exceed maxMessageBytes 8388608");
  }
});

Deno.test("lengthPrefixed() encode throws when the length does not fit", () => {
  const wide = assertThrows(
    () => lengthPrefixed({ width: 1 }).encode(new Uint8Array(256)),
    ProtocolError,
  );
  assertEquals(wide.message, "Cannot encode message: its length 256 does not fit 1 bytes");
  assertEquals([wide.code, wide.side, wide.expected], [
    "bad-length",
    "local",
    "a length from 0 to 255",
  ]);
  const negative = assertThrows(
    () => lengthPrefixed({ adjust: 3 }).encode(new Uint8Array(2)),
    ProtocolError,
  );
  assertEquals(negative.message, "Cannot encode message: its length -1 does not fit 4 bytes");
  assertEquals(lengthPrefixed({ width: 1 }).encode(new Uint8Array(255)).length, 256);
});

Deno.test("lengthPrefixed() throws when its options are wrong", () => {
  for (const width of [0, 9, 1.5, NaN]) {
    const error = assertThrows(() => lengthPrefixed({ width }), RangeError);
    assertEquals(
      error.message,
      `Cannot use a number of ${width} bytes: the width is a whole number from 1 to 8`,
    );
  }
  const error = assertThrows(() => lengthPrefixed({ adjust: 0.5 }), RangeError);
  assertEquals(error.message, "Cannot adjust lengths by 0.5: it is not a whole number");
});

Deno.test("lengthPrefixed() gives back what it wrote when cut anywhere", () => {
  const options: fc.Arbitrary<
    Required<Omit<LengthPrefixedOptions, "leadBytes" | "magic" | "maxBytes">>
  > = fc.record({
    width: fc.integer({ min: 1, max: 8 }),
    endian: fc.constantFrom("big", "little"),
    includesHeader: fc.boolean(),
    adjust: fc.integer({ min: -5, max: 0 }),
  });
  const messages = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
  fc.assert(
    fc.property(options, messages, cuts(300), (chosen, sent, positions) => {
      const codec = lengthPrefixed(chosen);
      const bytes = joined(sent.map((message) => codec.encode(message)));
      const expected = { messages: sent.map(comparable), error: undefined };
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), expected);
    }),
    CHECK,
  );
});

Deno.test("lengthPrefixed() gives a large message when it arrives in small chunks", () => {
  const message = Uint8Array.from({ length: 100_000 }, (_, at) => at * 31);
  const codec = lengthPrefixed();
  const bytes = joined([codec.encode(message), codec.encode(hex("01"))]);
  for (const size of [997, 4096, 65_536]) {
    assertEquals(decodeChunks(codec, cutEvery(bytes, size)), {
      messages: [comparable(message), "01"],
      error: undefined,
    });
  }
});

testContract("lengthPrefixed({ magic, leadBytes })", {
  codec: lengthPrefixed({ magic: hex("aa 55"), leadBytes: 1, width: 1, maxBytes: 20 }),
  samples: [
    { name: "a type and hi", bytes: "aa 55 07 02 68 69", messages: [hex("07 68 69")] },
    { name: "a type alone", bytes: "aa 55 00 00", messages: [hex("00")] },
    {
      name: "the magic inside a message",
      bytes: "aa 55 01 04 aa 55 02 00 aa 55 aa 00",
      messages: [hex("01 aa 55 02 00"), hex("aa")],
    },
  ],
  tail: "aa 55 07 02 68",
  limit: 23,
  broken: [
    {
      name: "another magic",
      bytes: "aa 55 00 00 aa 56",
      code: "bad-magic",
      offset: 4,
      error: "Cannot decode message at offset 4: it should begin with aa 55, got aa 56",
      after: 1,
    },
    {
      name: "no magic at its first byte",
      bytes: "00",
      code: "bad-magic",
      offset: 0,
      error: "Cannot decode message at offset 0: it should begin with aa 55, got 00",
    },
    {
      name: "a length that makes the message too long with its first bytes",
      bytes: "aa 55 07 14",
      code: "limit-exceeded",
      offset: 0,
      error: "Cannot decode message: 21 bytes exceed maxMessageBytes 20",
    },
    {
      name: "cut in its header",
      bytes: "aa 55 07",
      code: "unexpected-end",
      offset: 0,
      error:
        "Cannot decode message at offset 0: the stream ended after 3 bytes of it, before the 4 bytes of its header",
    },
  ],
});

testContract("lengthPrefixed({ leadBytes, endian, includesHeader, adjust })", {
  codec: lengthPrefixed({
    leadBytes: 3,
    width: 2,
    endian: "little",
    includesHeader: true,
    adjust: -1,
    maxBytes: 100,
  }),
  samples: [
    // The length counts its 2 bytes and 1 more that is not there.
    { name: "an address and a byte", bytes: "01 02 03 04 00 ff", messages: [hex("01 02 03 ff")] },
  ],
  tail: "01 02 03 04",
  limit: 102,
});

Deno.test("lengthPrefixed() refuses a message that is shorter than what stands in front of its length", () => {
  const error = assertThrows(
    () => lengthPrefixed({ leadBytes: 3 }).encode(hex("01")),
    ProtocolError,
  );
  assertEquals(
    error.message,
    "Cannot encode message: it has 1 bytes, and 3 stand in front of the length",
  );
  assertEquals([error.code, error.side], ["bad-length", "local"]);
  for (const leadBytes of [-1, 1.5, NaN]) {
    assertThrows(
      () => lengthPrefixed({ leadBytes }),
      RangeError,
      `Cannot set leadBytes: ${leadBytes}`,
    );
  }
});
