import { assertEquals, assertThrows } from "@std/assert";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { latin1 } from "../../codec/latin1.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { lines } from "../../codec/lines.ts";
import { testContract } from "./contract.ts";
import { drain, hex, utf8Bytes } from "./support.ts";

testContract<string, string>("latin1(lengthPrefixed())", {
  codec: latin1(lengthPrefixed({ maxBytes: 300 })),
  samples: [
    { name: "one byte a character", bytes: "00 00 00 02 e9 21", messages: ["\u00e9!"] },
    { name: "every end of the range", bytes: "00 00 00 02 00 ff", messages: ["\0\u00ff"] },
    { name: "nothing", bytes: "00 00 00 00", messages: [""] },
  ],
  tail: "00 00",
  limit: 304,
});

Deno.test("latin1() has every byte as the character of its number, and back", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const codec = latin1(lengthPrefixed());
  const decoder = codec.decoder();
  decoder.push(lengthPrefixed().encode(all));
  const text = decoder.next()!;
  assertEquals(Array.from(text, (character) => character.charCodeAt(0)), [...all]);
  assertEquals(codec.encode(text), lengthPrefixed().encode(all));
});

Deno.test("latin1() refuses a character that it cannot say, by name", () => {
  const codec = latin1(lengthPrefixed());
  for (
    const [text, message] of [
      ["a\u20ac", "Cannot encode text: U+20AC at 1 is no character of ISO 8859-1"],
      ["\u{1f600}", "Cannot encode text: U+1F600 at 0 is no character of ISO 8859-1"],
    ] as const
  ) {
    const error = assertThrows(() => codec.encode(text), ProtocolError);
    assertEquals([error.message, error.side, error.code], [message, "local", "bad-message"]);
  }
});

Deno.test("latin1() passes on what is no bytes", () => {
  const decoder = latin1(lines({ maxBytes: 2, onTooLong: "skip", binary: true })).decoder();
  decoder.push(utf8Bytes("abc\n"));
  decoder.push(hex("e9 0a"));
  const [error, line] = drain(decoder);
  assertEquals([error instanceof LimitError, line], [true, "\u00e9"]);
});
