import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { deflateEngine } from "../../codec/deflate.ts";
import type { AgreedCompression } from "../../codec/websocket/compression.ts";
import { webSocketClientCodec } from "../../codec/websocket/websocket.ts";
import { envelopeFraming, webSocketFraming } from "../../push/mod.ts";
import type { Framing } from "../../push/framing.ts";
import type { PushMessage } from "../../push/push_message.ts";
import { hex } from "../../testing/bytes.ts";
import { messageOf, textMessage } from "./fakes.ts";

const plain = webSocketFraming({ compression: undefined });
const envelope = envelopeFraming({ compression: undefined });

function agreed(windowBits = 15, takeover = false): AgreedCompression {
  const direction = { windowBits, takeover };
  return { outgoing: direction, incoming: direction, thresholdBytes: 1024, engine: deflateEngine };
}

/** Returns what a client makes of bytes. */
function decoded(bytes: Uint8Array<ArrayBuffer>, compression?: AgreedCompression) {
  const { decoder } = webSocketClientCodec({ compression, random: () => {} }).session();
  decoder.push(bytes);
  const message = decoder.next();
  assertEquals(decoder.next(), undefined);
  if (message?.kind === "text") return message.text;
  assert(message?.kind === "binary");
  return message.bytes;
}

const json = (bytes: Uint8Array<ArrayBuffer>) => JSON.parse(String(decoded(bytes)));
const binary = (...bytes: number[]): PushMessage => ({
  ...messageOf(12),
  kind: "binary",
  bytes: Uint8Array.from(bytes),
});

Deno.test("webSocketFraming() makes one frame of a message as it is", () => {
  assertEquals(plain.frame(textMessage("Hi")), hex("81 02 48 69"));
  assertEquals(plain.frame(binary(0, 255)), hex("82 02 00 ff"));
  assertEquals(plain.frame(textMessage("")), hex("81 00"));
  for (const text of ["é😀", "\u{FEFF}bom", "x".repeat(125), "x".repeat(126), "x".repeat(70_000)]) {
    assertEquals(decoded(plain.frame(textMessage(text))), text);
  }
});

Deno.test("webSocketFraming() makes frames that do not change with the next one", () => {
  const first = plain.frame(textMessage("first"));
  plain.frame(textMessage("other"));
  assertEquals(decoded(first), "first");
});

Deno.test("webSocketFraming() says nothing beside the messages", () => {
  const { present, missed, alive }: Framing = plain;
  assertEquals([present, missed, alive], [undefined, undefined, undefined]);
});

for (
  const [name, framingOf] of [["webSocketFraming", webSocketFraming], [
    "envelopeFraming",
    envelopeFraming,
  ]] as const
) {
  Deno.test(`${name}() is one for all who compress alike, and others for others`, () => {
    const of = (compression: AgreedCompression | undefined): Framing => framingOf({ compression });
    assertStrictEquals(of(undefined), of(undefined));
    assertStrictEquals(of(agreed(15)), of(agreed(15)));
    assert(of(agreed(15)) !== of(agreed(9)));
    assert(of(agreed(15)) !== of(undefined));
  });

  Deno.test(`${name}() refuses who agreed to messages that refer to those before them`, () => {
    // No framing of this window was made.
    const compression = agreed(name === "webSocketFraming" ? 14 : 13, true);
    assertThrows(() => framingOf({ compression }), TypeError, "Cannot share messages");
  });
}

Deno.test("webSocketFraming() compresses each message by itself, for each window", () => {
  const text = "all work and no play ".repeat(500);
  for (const windowBits of [9, 15]) {
    const compression = agreed(windowBits);
    const framing = webSocketFraming({ compression });
    for (let count = 0; count < 3; count++) {
      const frame = framing.frame(textMessage(text));
      assert(frame.length < text.length / 4);
      assertEquals(decoded(frame, compression), text);
    }
    assertEquals(framing.frame(textMessage("short")), hex("81 05 73 68 6f 72 74"));
  }
});

Deno.test("envelopeFraming() says what its documentation shows", () => {
  const run = "1f3a90bb21c4";
  const hello = envelope.hello({ run, you: "7", topic: "news", present: 3, mayPublish: true });
  const message = textMessage("hello", { timeMs: 1767225600000, from: "7" });
  assertEquals(
    [hello, envelope.missed!(), envelope.frame(message), envelope.present!(4), envelope.alive!()]
      .map((bytes) => decoded(bytes)),
    [
      '{"type":"hello","run":"1f3a90bb21c4","you":"7","topic":"news","present":3,"mayPublish":true}',
      '{"type":"missed"}',
      '{"type":"message","id":"1f3a90bb21c4-12","time":1767225600000,"from":"7","text":"hello"}',
      '{"type":"presence","present":4}',
      '{"type":"alive"}',
    ],
  );
});

Deno.test("envelopeFraming() has no from when nobody's subscriber published a message", () => {
  assertEquals(
    decoded(envelope.frame(textMessage(""))),
    '{"type":"message","id":"1f3a90bb21c4-12","time":0,"text":""}',
  );
});

Deno.test("envelopeFraming() says binary messages in base64", () => {
  assertEquals(json(envelope.frame(binary(0, 255, 254))), {
    type: "message",
    id: "1f3a90bb21c4-12",
    time: 0,
    base64: "AP/+",
  });
  assertEquals(json(envelope.frame(binary())).base64, "");
});

Deno.test("envelopeFraming() says every text as it is", () => {
  for (const text of ['"\\', "\r\n\0\u007f", "\u{FEFF}bom", "\u2028", "é😀", '","type":"alive"}']) {
    const { type, text: said } = json(envelope.frame(textMessage(text)));
    assertEquals([type, said], ["message", text]);
  }
  const { topic } = json(envelope.hello({
    run: "",
    you: "1",
    topic: '","you":"2',
    present: 1,
    mayPublish: false,
  }));
  assertEquals(topic, '","you":"2');
});

Deno.test("envelopeFraming() compresses what is long", () => {
  const compression = agreed(15);
  const text = "all work and no play ".repeat(500);
  const frame = envelopeFraming({ compression }).frame(textMessage(text));
  assert(frame.length < text.length / 4);
  assertEquals(JSON.parse(String(decoded(frame, compression))).text, text);
});
