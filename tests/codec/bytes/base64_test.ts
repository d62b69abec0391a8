import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { base64Of, fromBase64 } from "../../../codec/bytes/base64.ts";
import { CHECK, comparable, latin1, utf8Bytes } from "../support.ts";

/** RFC 4648, 10, and what needs the last two characters of the alphabet. */
const SAMPLES: readonly [text: string, base64: string][] = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
  [">>>???", "Pj4+Pz8/"],
];

const NO_BASE64 = [
  "Z",
  "Zg",
  "Zg=",
  "Zg===",
  "====",
  "==",
  "Zh==",
  "Zm9=",
  "Zg==Zg==",
  "Z=g=",
  "Zm9v\n",
  " Zm9v",
  "Zm-_",
  "Zm9é",
  "Zm9\u{100}",
];

for (const [text, base64] of SAMPLES) {
  Deno.test(`base64Of() and fromBase64() turn ${JSON.stringify(text)} into each other`, () => {
    assertEquals(base64Of(utf8Bytes(text)), base64);
    assertEquals(comparable(fromBase64(base64)), comparable(utf8Bytes(text)));
  });
}

for (const text of NO_BASE64) {
  Deno.test(`fromBase64() gives nothing when the text is ${JSON.stringify(text)}`, () => {
    assertEquals(fromBase64(text), undefined);
  });
}

Deno.test("base64Of() and fromBase64() turn any bytes into each other", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = base64Of(bytes);
      assertEquals(text, btoa(latin1(bytes)));
      assertEquals(comparable(fromBase64(text)), comparable(bytes));
    }),
    CHECK,
  );
});
