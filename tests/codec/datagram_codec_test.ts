import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asDatagrams,
  rawDatagrams,
  requireDatagramCodec,
  textDatagrams,
} from "../../codec/datagram_codec.ts";
import { ProtocolError } from "../../codec/errors.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { lines } from "../../codec/lines.ts";

function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    assertInstanceOf(error, ProtocolError);
    return error.code;
  }
  throw new Error("Expected an error");
}

Deno.test("rawDatagrams() takes bytes as they are, and sends a copy", () => {
  const codec = rawDatagrams();
  const message = Uint8Array.of(0x68, 0x69);
  const encoded = codec.encode(message);
  message.fill(0);
  assertEquals(encoded, Uint8Array.of(0x68, 0x69));
  assertEquals(codec.decode(encoded), encoded);
  assertEquals(codec.encode(new Uint8Array(0)).length, 0);
  assertStrictEquals(codec.encode(message, { transfer: true }), message);
  const text: unknown = "text";
  assertThrows(() => codec.encode(text as Uint8Array), TypeError);
});

Deno.test("textDatagrams() says text in UTF-8, and keeps a byte order mark", () => {
  const codec = textDatagrams();
  const bytes = Uint8Array.of(0x68, 0xc3, 0xa9);
  assertEquals([codec.encode("hé"), codec.decode(bytes)], [bytes, "hé"]);
  assertEquals(codec.decode(codec.encode("\ufeffa")), "\ufeffa");
  assertEquals(codec.decode(new Uint8Array(0)), "");
  assertEquals(codec.decode(Uint8Array.of(0xff)), "\ufffd");
  assertEquals(
    codeOf(() => textDatagrams({ fatal: true }).decode(Uint8Array.of(0xff))),
    "bad-utf8",
  );
  assertEquals(codeOf(() => codec.encode("\ud800")), "bad-utf8");
});

Deno.test("asDatagrams() takes exactly one message out of a datagram", () => {
  const codec = asDatagrams(lines());
  assertEquals(codec.encode("hi"), Uint8Array.of(0x68, 0x69, 0x0a));
  const decode = (text: string) => codec.decode(new TextEncoder().encode(text));
  assertEquals([decode("hi\n"), decode("hi"), decode("\n")], ["hi", "hi", ""]);
  assertEquals(codeOf(() => decode("")), "unexpected-end");
  assertEquals(codeOf(() => decode("a\nb\n")), "unexpected-message");
  const framed = asDatagrams(lengthPrefixed());
  assertEquals(codeOf(() => framed.decode(Uint8Array.of(0, 0, 0, 2, 1))), "unexpected-end");
  assertEquals(framed.decode(framed.encode(new Uint8Array(0))).length, 0);
});

Deno.test("a codec of a stream is refused with what would make it one of datagrams", () => {
  const stream: unknown = lines();
  assertThrows(
    () => requireDatagramCodec(stream as ReturnType<typeof textDatagrams>),
    TypeError,
    "Cannot use codec: it has no decode() for datagrams; wrap it, as in asDatagrams(lines())",
  );
});
