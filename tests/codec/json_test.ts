import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checksummed,
  json,
  jsonLines,
  type JsonValue,
  lengthPrefixed,
  LimitError,
  ProtocolError,
} from "../../codec/mod.ts";
import { testContract, testLimit } from "./contract.ts";
import { CHECK, cutAt, cuts, decodeChunks, hex, joined, utf8Bytes } from "./support.ts";

/** What the engine says about a text that is no JSON. */
function reason(text: string): string {
  return assertThrows(() => JSON.parse(text), SyntaxError).message;
}

function framed(text: string): Uint8Array {
  return lengthPrefixed().encode(utf8Bytes(text));
}

testContract<JsonValue, JsonValue>("json(lengthPrefixed())", {
  codec: json(lengthPrefixed({ maxBytes: 100 })),
  samples: [
    { name: "an object", bytes: "00 00 00 07 7b 22 61 22 3a 31 7d", messages: [{ a: 1 }] },
    {
      name: "every kind",
      bytes: joined(['"€"', "-1.5", "true", "null", "[[],{}]"].map(framed)),
      messages: ["€", -1.5, true, null, [[], {}]],
    },
    { name: "white space", bytes: framed(" \n[ 1 ]\r\n"), messages: [[1]], decodeOnly: true },
  ],
  tail: "00 00 00 04 74",
  limit: 104,
  broken: [
    {
      name: "no JSON",
      bytes: joined(["1", "{1"].map(framed)),
      code: "bad-json",
      offset: 5,
      error: `Cannot decode JSON at offset 5: ${reason("{1")}`,
      after: 1,
    },
    {
      name: "nothing",
      bytes: framed(""),
      code: "bad-json",
      offset: 0,
      error: `Cannot decode JSON at offset 0: ${reason("")}`,
    },
    {
      name: "no UTF-8",
      bytes: "00 00 00 03 22 ff 22",
      code: "bad-utf8",
      offset: 1,
      error: "Cannot decode JSON at offset 1: the bytes are not UTF-8",
    },
    {
      name: "cut short",
      bytes: "00 00 00 03 22",
      code: "unexpected-end",
      offset: 0,
      error:
        "Cannot decode message at offset 0: the stream ended after 5 bytes of it, before its 3 bytes of message",
    },
  ],
});

testContract<JsonValue, JsonValue>("jsonLines()", {
  codec: jsonLines({ maxBytes: 60 }),
  samples: [
    { name: "an object", bytes: "7b 22 61 22 3a 31 7d 0a", messages: [{ a: 1 }] },
    { name: "null", bytes: "6e 75 6c 6c 0a", messages: [null] },
    {
      name: "CRLF and empty lines",
      bytes: utf8Bytes("\n1\r\n\r\n \t\n2\n"),
      messages: [1, 2],
      decodeOnly: true,
    },
    { name: "no last ending", bytes: utf8Bytes("1\n2"), messages: [1, 2], unended: true },
  ],
  tail: "5b 31",
  limit: 60,
  cutShort: "other",
  broken: [
    {
      name: "no JSON",
      bytes: utf8Bytes("1\r\n\n{1\n"),
      code: "bad-json",
      offset: 4,
      error: `Cannot decode JSON at offset 4: ${reason("{1")}`,
      after: 1,
    },
    {
      name: "a line that is too long",
      bytes: utf8Bytes(`1\n"${"x".repeat(59)}"\n`),
      code: "limit-exceeded",
      offset: 2,
      error: "Cannot decode line: at least 61 bytes exceed maxLineBytes 60",
      after: 1,
    },
  ],
});

testLimit<JsonValue>("jsonLines()", {
  codec: (maxBytes) => jsonLines({ maxBytes }),
  message: (bytes) => "x".repeat(bytes - 2),
  limit: "maxLineBytes",
  max: 12,
  decoding: "Cannot decode line: at least 13 bytes exceed maxLineBytes 12",
  encoding: undefined,
});

Deno.test("jsonLines() holds lines to 8 KiB when no limit is given", () => {
  assertEquals(jsonLines().encode("x".repeat(8190)).length, 8193);
  const decoder = jsonLines().decoder();
  decoder.push(jsonLines().encode("x".repeat(8191)));
  assertThrows(() => decoder.next(), LimitError, "maxLineBytes 8192");
});

Deno.test("json() encode throws when JSON cannot say the value", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  const cases: [unknown, string][] = [
    [undefined, "JSON cannot say undefined"],
    [() => 1, "JSON cannot say function"],
    [Symbol("a"), "JSON cannot say symbol"],
    [1n, assertThrows(() => JSON.stringify(1n), TypeError).message],
    [circle, assertThrows(() => JSON.stringify(circle), TypeError).message],
  ];
  for (const codec of [json<unknown>(lengthPrefixed()), jsonLines<unknown>()]) {
    for (const [value, why] of cases) {
      const error = assertThrows(() => codec.encode(value), ProtocolError);
      assertEquals(error.message, `Cannot encode JSON at offset 0: ${why}`);
      assertEquals([error.code, error.side, error.received], ["bad-json", "local", why]);
      assertInstanceOf(error.cause, TypeError);
    }
  }
});

function parseEven(value: unknown): number {
  if (typeof value === "number" && value % 2 === 0) return value;
  throw new RangeError(`${value} is not even`);
}

Deno.test("json() throws bad-message when parse refuses the value", () => {
  for (
    const codec of [json(lengthPrefixed(), { parse: parseEven }), jsonLines({ parse: parseEven })]
  ) {
    const decoder = codec.decoder();
    const first = codec.encode(2);
    decoder.push(joined([first, codec.encode(3), codec.encode(4)]));
    assertEquals(decoder.next(), 2);
    const error = assertThrows(() => decoder.next(), ProtocolError);
    assertEquals(
      error.message,
      `Cannot accept message at offset ${first.length}: 3 is not even`,
    );
    assertEquals([error.code, error.side, error.offset], ["bad-message", "remote", first.length]);
    assertEquals([error.expected, error.received], ["a valid message", "3 is not even"]);
    assertInstanceOf(error.cause, RangeError);
    assertStrictEquals(assertThrows(() => decoder.next()), error);
  }
});

Deno.test("json() throws bad-message when parse throws something that is no Error", () => {
  const codec = json(lengthPrefixed(), {
    parse(): number {
      throw "a word";
    },
  });
  const { error } = decodeChunks(codec, [framed("1")]);
  assertEquals(
    error,
    "ProtocolError bad-message remote 0: Cannot accept message at offset 0: a word",
  );
});

Deno.test("json() leaves a message out when parse returns undefined", () => {
  const codec = json<number | undefined>(lengthPrefixed(), {
    parse: (value) => typeof value === "number" ? value : undefined,
  });
  const { messages } = decodeChunks(codec, [joined(["1", "null", "2"].map(framed))]);
  assertEquals(messages, [1, 2]);
});

Deno.test("json() throws, and nothing else, when the value is nested deeply", () => {
  const deep = "[".repeat(100_000);
  const { error } = decodeChunks(json(lengthPrefixed()), [framed(deep)]);
  assertEquals(error?.startsWith("ProtocolError bad-json remote 0: "), true);
});

Deno.test("json() gives back what it wrote when cut anywhere", () => {
  const codecs = [
    json(lengthPrefixed()),
    json(checksummed(lengthPrefixed())),
    jsonLines({ maxBytes: 1_000_000 }),
  ];
  // What JSON says is what comes back, so -0 is 0.
  const values = fc.array(fc.jsonValue(), { maxLength: 4 })
    .map((value): JsonValue[] => JSON.parse(JSON.stringify(value)));
  fc.assert(
    fc.property(fc.constantFrom(...codecs), values, cuts(400), (codec, sent, positions) => {
      const bytes = joined(sent.map((value) => codec.encode(value)));
      assertEquals(decodeChunks(codec, cutAt(bytes, positions)), {
        messages: sent,
        error: undefined,
      });
    }),
    CHECK,
  );
});

Deno.test("json() writes a lone surrogate as an escape", () => {
  assertEquals(
    json(lengthPrefixed({ width: 1 })).encode("\ud800"),
    joined([hex("08"), utf8Bytes('"\\ud800"')]),
  );
});
