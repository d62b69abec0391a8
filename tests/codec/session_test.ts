import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { checksummed } from "../../codec/checksummed.ts";
import { type Codec, defineCodec, type Session, sessionOver } from "../../codec/codec.ts";
import { LimitError, ProtocolError } from "../../codec/errors.ts";
import { json } from "../../codec/json.ts";
import { lengthPrefixed } from "../../codec/length_prefixed.ts";
import { requireLimit } from "../../codec/limits.ts";
import { lines } from "../../codec/lines.ts";
import { mapped } from "../../codec/mapped.ts";
import { netstring } from "../../codec/netstring.ts";
import { type SessionStreams, sessionStreams } from "../../codec/streams.ts";
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

/** Can decode nothing, and owes an answer for that. */
const owesForBroken: Codec<never, Uint8Array> = defineCodec<never, Uint8Array>(() => {
  const decoder = netstring().decoder();
  let owed = false;
  return {
    decoder: {
      push: (chunk) => decoder.push(chunk),
      end: () => decoder.end(),
      next() {
        try {
          decoder.next();
          return undefined;
        } catch (error) {
          owed = true;
          throw error;
        }
      },
    },
    encode: (message, writer) => writer.bytes(message),
    answer(writer) {
      if (owed) writer.u8(0xbb);
      owed = false;
    },
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

/** Ways in which nobody wants what `encode` gives any more. */
const ENCODE_ENDS: Readonly<
  Record<string, (encode: SessionStreams<Uint8Array, Uint8Array>["encode"]) => Promise<unknown>>
> = {
  "was closed": async (encode) => {
    const closed = encode.writable.close();
    assertEquals(await Array.fromAsync(encode.readable), []);
    await closed;
  },
  "was closed and is not read": (encode) => encode.writable.close(),
  "was cancelled": (encode) => encode.readable.cancel("enough"),
  "was aborted": (encode) => encode.writable.abort("enough"),
  "failed": async (encode) => {
    const writer = encode.writable.getWriter();
    const failed = Promise.all(
      [writer.write(new Uint8Array(300)), writer.closed].map((promise) =>
        assertRejects(() => promise, ProtocolError, "does not fit")
      ),
    );
    await assertRejects(() => encode.readable.getReader().read(), ProtocolError, "does not fit");
    await failed;
  },
};

for (const [how, end] of Object.entries(ENCODE_ENDS)) {
  Deno.test(`sessionStreams() decodes every message when encode ${how}, and drops what is owed`, async () => {
    const { decode, encode } = sessionStreams(numbered, { maxQueuedBytes: 1 });
    await end(encode);
    const chunks = ReadableStream.from([hex("01 07 01 08"), hex("01 09")]);
    const messages: Uint8Array[] = await Array.fromAsync(chunks.pipeThrough(decode));
    assertEquals(messages.map((message) => message.at(-1)), [7, 8, 9]);
  });
}

Deno.test("sessionStreams() gives what was owed before encode is closed", async () => {
  const { decode, encode } = sessionStreams(numbered);
  await Array.fromAsync(ReadableStream.from([hex("01 07 01 08")]).pipeThrough(decode));
  void encode.writable.close();
  assertEquals(await Array.fromAsync(encode.readable), [hex("aa aa")]);
});

Deno.test("sessionStreams() keeps answers up to maxQueuedBytes, and refuses behind the message that one more is owed for", async () => {
  const { decode, encode } = sessionStreams(numbered, { maxQueuedBytes: 2 });
  const incoming = decode.writable.getWriter();
  const messages = decode.readable.getReader();
  const refused = assertRejects(() => incoming.closed, LimitError);
  void incoming.write(hex("01 07 01 08 01 09 01 0a"));
  for (const expected of ["01 07", "02 08", "03 09"]) {
    assertEquals((await messages.read()).value, hex(expected));
  }
  const error = await assertRejects(() => messages.read(), LimitError);
  assertEquals(error.message, "Cannot answer: 3 bytes exceed maxQueuedBytes 2");
  assertEquals([error.limit, error.max, error.got, error.side], ["maxQueuedBytes", 2, 3, "remote"]);
  await refused;
  const out = encode.readable.getReader();
  assertEquals((await out.read()).value, hex("aa aa"));
  await out.cancel();
});

Deno.test("sessionStreams() counts only the answers that were not read", async () => {
  const { decode, encode } = sessionStreams(numbered, { maxQueuedBytes: 1 });
  const incoming = decode.writable.getWriter();
  const messages = decode.readable.getReader();
  const out = encode.readable.getReader();
  for (let round = 1; round <= 5; round++) {
    void incoming.write(hex("01 07"));
    assertEquals((await messages.read()).value?.[0], round);
    assertEquals((await out.read()).value, hex("aa"));
  }
});

Deno.test("sessionStreams() encodes when it is read, in order with what is owed", async () => {
  const { decode, encode } = sessionStreams(numbered);
  const outgoing = encode.writable.getWriter();
  void outgoing.write(hex("05"));
  void outgoing.write(hex("06"));
  await Array.fromAsync(ReadableStream.from([hex("01 07 01 08")]).pipeThrough(decode));
  void outgoing.close();
  const chunks = await Array.fromAsync(encode.readable);
  assertEquals(chunks, [hex("aa aa"), hex("02 03 05"), hex("02 04 06")]);
});

Deno.test("sessionStreams() aborts a message that waits to be read", async () => {
  const { encode } = sessionStreams(numbered);
  const outgoing = encode.writable.getWriter();
  const pending = [outgoing.write(hex("05")), outgoing.closed];
  // The stream hands the message on after a few turns of its own.
  for (let turn = 0; turn < 20; turn++) await undefined;
  await Promise.allSettled([outgoing.abort("enough"), ...pending]);
  assertEquals(await encode.readable.getReader().read().catch((error) => error), "enough");
});

Deno.test("sessionStreams() answers what came in front of an error", async () => {
  const { decode, encode } = sessionStreams(owesForBroken);
  const incoming = decode.writable.getWriter();
  const refused = incoming.closed.catch(() => {});
  void incoming.write(hex("00"));
  await assertRejects(() => decode.readable.getReader().read(), ProtocolError);
  await refused;
  const out = encode.readable.getReader();
  assertEquals((await out.read()).value, hex("bb"));
});

Deno.test("sessionStreams() throws when maxQueuedBytes is no limit", () => {
  for (const maxQueuedBytes of [0, -1, 1.5, NaN]) {
    assertThrows(() => sessionStreams(lines(), { maxQueuedBytes }), RangeError, "maxQueuedBytes");
  }
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
