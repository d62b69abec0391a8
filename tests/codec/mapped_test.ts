import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  BufferedDecoder,
  ByteReader,
  type Codec,
  type Decoder,
  defineCodec,
  fixed,
  lines,
  mapped,
  ProtocolError,
} from "../../codec/mod.ts";
import { testContract } from "./contract.ts";
import { drain, hex, utf8Bytes } from "./support.ts";

function temperature(): Codec<number> {
  return mapped(fixed(2), {
    decode: (bytes) => new ByteReader(bytes).i16("big") / 10,
    encode: (celsius: number) => Uint8Array.of((celsius * 10) >> 8, celsius * 10),
  });
}

testContract("mapped(fixed(2))", {
  codec: temperature(),
  samples: [{ name: "degrees", bytes: "00 d7 ff ff", messages: [21.5, -0.1] }],
  tail: "01",
  limit: 2,
});

testContract("mapped() that leaves out", {
  codec: mapped(lines(), {
    decode: (line) => line.startsWith("#") ? undefined : line.length,
    encode: (length: number) => "x".repeat(length),
  }),
  samples: [
    { name: "lengths", bytes: utf8Bytes("xx\nxxx\n"), messages: [2, 3] },
    { name: "comments", bytes: utf8Bytes("#\nx\n#\n#\n"), messages: [1], decodeOnly: true },
  ],
  tail: "78",
  limit: 8192,
  cutShort: "other",
});

function refusing(error: unknown): Codec<string> {
  return mapped<string, string, string>(lines(), {
    decode(line) {
      if (line === "bad") throw error;
      return line;
    },
    encode: (line) => line,
  });
}

const REFUSAL = new ProtocolError("Cannot like it", {
  code: "bad-message",
  side: "remote",
  offset: 0,
  expected: "better",
  received: "bad",
});

Deno.test("mapped() throws the same error for ever when decode throws a ProtocolError", () => {
  const decoder = refusing(REFUSAL).decoder();
  decoder.push(utf8Bytes("good\nbad\nmore\n"));
  assertEquals(decoder.next(), "good");
  for (let call = 0; call < 3; call++) {
    assertStrictEquals(assertThrows(() => decoder.next()), REFUSAL);
    decoder.push(utf8Bytes("more\n"));
  }
  decoder.end();
  assertStrictEquals(assertThrows(() => decoder.next()), REFUSAL);
});

Deno.test("mapped() gives the inner decoder nothing more when decode has failed", () => {
  let pushed = 0;
  class Counting extends BufferedDecoder<number> {
    override push(chunk: Uint8Array): void {
      pushed += chunk.length;
      super.push(chunk);
    }
    protected override decode(): number | undefined {
      return 1;
    }
  }
  const inner = defineCodec<number>(() => new Counting(), () => {});
  const decoder = mapped<number, number, number>(inner, {
    decode() {
      throw REFUSAL;
    },
    encode: (one) => one,
  }).decoder();
  decoder.push(hex("01"));
  assertThrows(() => decoder.next(), ProtocolError);
  decoder.push(new Uint8Array(1000));
  assertEquals(pushed, 1);
});

Deno.test("mapped() goes on when decode throws something else", () => {
  const mistake = new TypeError("a mistake");
  const decoder = refusing(mistake).decoder();
  decoder.push(utf8Bytes("bad\nmore\n"));
  assertStrictEquals(assertThrows(() => decoder.next()), mistake);
  assertEquals(decoder.next(), "more");
});

Deno.test("mapped() tells decode where the message begins", () => {
  for (const chunks of [["hi\r\nyo\n\nz\n"], ["hi\r", "\nyo\n\n", "z\n"]]) {
    const offsets: number[] = [];
    const decoder = mapped(lines(), {
      decode: (line: string, offset: number) => {
        offsets.push(offset);
        return line || undefined;
      },
      encode: (line: string) => line,
    }).decoder();
    const began: unknown[] = [];
    for (const chunk of chunks) {
      decoder.push(utf8Bytes(chunk));
      while (decoder.next() !== undefined) began.push(decoder.messageOffset);
    }
    assertEquals(offsets, [0, 4, 7, 8]);
    assertEquals(began, [0, 4, 8]);
    assertEquals(decoder.offset, 10);
  }
});

Deno.test("mapped() has rest and flush when the inner decoder has them", () => {
  const bare: Decoder<number> = { push() {}, end() {}, next: () => undefined };
  const decoder = mapped(defineCodec<number>(() => bare, () => {}), {
    decode: (one) => one,
    encode: (one: number) => one,
  }).decoder();
  assertEquals([decoder.rest, decoder.flush, decoder.offset], [undefined, undefined, 0]);
  assertEquals(temperature().decoder().flush, undefined);

  const full = refusing(REFUSAL).decoder();
  full.push(utf8Bytes("a\nlogin: "));
  assertEquals(drain(full), ["a"]);
  full.flush!();
  assertEquals(drain(full), ["login: "]);
  full.push(utf8Bytes("half"));
  assertEquals(drain(full), []);
  assertEquals(full.rest!(), utf8Bytes("half"));
});
