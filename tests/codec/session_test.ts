import { assert, assertEquals, assertThrows } from "@std/assert";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { checksummed } from "../../codec/checksummed.ts";
import { type Codec, defineCodec, type Session, sessionOver } from "../../codec/codec.ts";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { json } from "../../codec/json.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { requireLimit } from "../../codec/limits.ts";
import { lines } from "../../codec/lines.ts";
import { mapped } from "../../codec/mapped.ts";
import { sessionStreams } from "../../codec/streams.ts";
import { utf8 } from "../../codec/utf8.ts";
import { drain, hex, utf8Bytes } from "./support.ts";

/** Numbers its messages, in one count for both directions, and owes an answer for each that came. */
const numbered: Codec<Uint8Array> = defineCodec<Uint8Array>(() => {
  const inner = lengthPrefixed({ width: 1 }).session();
  let count = 0;
  let owed = 0;
  return {
    decoder: {
      push: (chunk) => inner.decoder.push(chunk),
      end: () => inner.decoder.end(),
      next() {
        const message = inner.decoder.next();
        if (message === undefined) return undefined;
        owed++;
        return Uint8Array.of(++count, ...message);
      },
    },
    encode: (message, writer) => inner.encode(Uint8Array.of(++count, ...message), writer),
    answer(writer) {
      for (; owed > 0; owed--) writer.u8(0xaa);
    },
    farewell: (reason, writer) => writer.u8(reason === "stopping" ? 0xbb : 0xbc),
    refuse: (_, writer) => writer.u8(0xcc),
  };
});

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

Deno.test("a session shares state between its directions, and two sessions share none", () => {
  const [one, other] = [numbered.session(), numbered.session()];
  one.decoder.push(hex("01 07 01 08"));
  assertEquals(drain(one.decoder), [hex("01 07"), hex("02 08")]);
  assertEquals(written((writer) => one.encode(hex("09"), writer)), hex("02 03 09"));
  assertEquals(written((writer) => other.encode(hex("09"), writer)), hex("02 01 09"));
  assertEquals(numbered.encode(hex("09")), hex("02 01 09"), "as a new session writes it");
});

Deno.test("a session owes an answer for what was decoded, once", () => {
  const session = numbered.session();
  session.decoder.push(hex("01 07 01 08"));
  drain(session.decoder);
  assertEquals(written((writer) => session.answer!(writer)), hex("aa aa"));
  assertEquals(written((writer) => session.answer!(writer)), hex(""));
});

Deno.test("a codec without state has a session that says nothing of itself", () => {
  const { answer, farewell, refuse, encode } = lines().session();
  assertEquals([answer, farewell, refuse], [undefined, undefined, undefined]);
  assertEquals(written((writer) => encode("hi", writer)), utf8Bytes("hi\n"));
});

/** What they decode to does not matter here. */
const AROUND: Readonly<Record<string, () => Session<unknown, never>>> = {
  "mapped()": () =>
    mapped(numbered, { decode: (one) => one, encode: (one: Uint8Array) => one }).session(),
  "utf8()": () => utf8(numbered).session(),
  "json()": () => json(numbered).session(),
  "checksummed()": () => checksummed(numbered).session(),
};

for (const [name, open] of Object.entries(AROUND)) {
  Deno.test(`${name} says of itself what the codec inside it says`, () => {
    const session = open();
    assertEquals(written((writer) => session.farewell!("done", writer)), hex("bc"));
    assertEquals(written((writer) => session.farewell!("stopping", writer)), hex("bb"));
    const small = lengthPrefixed({ maxBytes: 1 });
    const error = assertThrows(() => small.encode(hex("01 02")), ProtocolError);
    assertEquals(written((writer) => session.refuse!(error, writer)), hex("cc"));
    assert(session.answer !== undefined);
  });
}

Deno.test("sessionOver() passes on only what the inner session has", () => {
  const inner: Session<string> = lines().session();
  const { decoder, encode } = inner;
  const outer = sessionOver<string, string>(inner, { decoder, encode });
  assertEquals(Object.keys(outer).toSorted(), ["decoder", "encode"]);
});

Deno.test("sessionStreams() puts what is owed between the messages that are sent", async () => {
  const { decode, encode } = sessionStreams(numbered);
  const out = encode.readable.getReader();
  const incoming = decode.writable.getWriter();
  const messages = decode.readable.getReader();
  const outgoing = encode.writable.getWriter();
  void outgoing.write(hex("05"));
  assertEquals((await out.read()).value, hex("02 01 05"));
  void incoming.write(hex("01 07"));
  assertEquals((await messages.read()).value, hex("02 07"));
  assertEquals((await out.read()).value, hex("aa"));
  void incoming.close();
  assertEquals((await messages.read()).done, true);
  void outgoing.close();
  assertEquals((await out.read()).done, true);
});

/** As somebody else would write it: codes and limits of its own, and no list of ours. */
function pairs(maxPairs = 2): Codec<string> {
  requireLimit("maxPairs", maxPairs);
  return defineCodec<string>(
    () => {
      const decoder = lines().decoder();
      let count = 0;
      return {
        push: (chunk) => decoder.push(chunk),
        end: () => decoder.end(),
        next() {
          const line = decoder.next();
          if (line === undefined) return undefined;
          if (++count > maxPairs) {
            const what = { limit: "maxPairs", max: maxPairs, got: count, unit: "pairs" };
            throw new LimitError("Cannot decode pair", what);
          }
          if (line.includes("=")) return line;
          throw new ProtocolError(`Cannot decode pair: ${line} has no =`, {
            code: "bad-pair",
            side: "remote",
            offset: 0,
            expected: "name=value",
            received: line,
          });
        },
      };
    },
    (line, writer) => void writer.text(`${line}\n`),
  );
}

Deno.test("a codec from outside has error codes and limits of its own", () => {
  const bad = pairs().decoder();
  bad.push(utf8Bytes("a=1\nb\n"));
  assertEquals(bad.next(), "a=1");
  assertEquals(assertThrows(() => bad.next(), ProtocolError).code, "bad-pair");
  const many = pairs().decoder();
  many.push(utf8Bytes("a=1\nb=2\nc=3\n"));
  assertEquals([many.next(), many.next()], ["a=1", "b=2"]);
  const error = assertThrows(() => many.next(), LimitError);
  assertEquals([error.limit, error.message], [
    "maxPairs",
    "Cannot decode pair: 3 pairs exceed maxPairs 2",
  ]);
  assertThrows(() => pairs(0), RangeError, "Cannot set maxPairs: 0");
});
