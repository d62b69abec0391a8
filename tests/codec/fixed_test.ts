import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fixed, ProtocolError } from "../../codec/mod.ts";
import { testContract } from "./contract.ts";
import { CHECK, comparable, cutAt, cuts, decodeChunks, hex } from "./support.ts";

const SAMPLES = [
  { name: "two messages", bytes: "01 02 03 04 05 06", messages: [hex("010203"), hex("040506")] },
  { name: "zeros", bytes: "00 00 00", messages: [hex("000000")] },
];

testContract("fixed(3)", {
  codec: fixed(3),
  samples: SAMPLES,
  tail: "aa bb",
  limit: 3,
  broken: [{
    name: "cut short",
    bytes: "01 02 03 04",
    code: "unexpected-end",
    offset: 3,
    error:
      "Cannot decode message at offset 3: the stream ended after 1 bytes of it, before its 3 bytes",
    after: 1,
  }],
});

testContract("fixed(1)", {
  codec: fixed(1),
  samples: [{ name: "bytes", bytes: "00 ff 0a", messages: [hex("00"), hex("ff"), hex("0a")] }],
  tail: "",
  limit: 1,
});

Deno.test("fixed() encode throws when the size is another one", () => {
  for (const bytes of ["", "0102", "01020304"].map(hex)) {
    const error = assertThrows(() => fixed(3).encode(bytes), ProtocolError);
    assertEquals(
      error.message,
      `Cannot encode message: it has ${bytes.length} bytes, the protocol wants 3`,
    );
    assertEquals([error.code, error.side, error.offset], ["bad-length", "local", 0]);
    assertEquals([error.expected, error.received], ["3 bytes", `${bytes.length} bytes`]);
  }
});

Deno.test("fixed() throws when the size is no whole number from 1", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    const error = assertThrows(() => fixed(size), RangeError);
    assertEquals(
      error.message,
      `Cannot cut every ${size} bytes: the size is a whole number from 1`,
    );
  }
});

Deno.test("fixed() decoder gives equal slices when cut anywhere", () => {
  const arbitrary = [fc.integer({ min: 1, max: 9 }), fc.uint8Array({ maxLength: 90 })] as const;
  fc.assert(
    fc.property(...arbitrary, cuts(90), (size, bytes, positions) => {
      const expected: unknown[] = [];
      for (let at = 0; at + size <= bytes.length; at += size) {
        expected.push(comparable(bytes.subarray(at, at + size)));
      }
      const { messages, error } = decodeChunks(fixed(size), cutAt(bytes, positions));
      assertEquals(messages, expected);
      assertEquals(error !== undefined, bytes.length % size > 0);
    }),
    CHECK,
  );
});
