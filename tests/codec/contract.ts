import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyErrorCode,
  BufferedDecoder,
  ByteWriter,
  type Codec,
  type Decoder,
  decodeStream,
  encodeStream,
  LimitError,
  ProtocolError,
} from "../../codec/mod.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cutEvery,
  cuts,
  decodeChunks,
  drain,
  hex,
  joined,
} from "./support.ts";

/** Bytes and the messages that they are. */
export interface Sample<Message> {
  name: string;
  /** The bytes; a string is hex. */
  bytes: string | Uint8Array;
  messages: readonly Message[];
  /** `encode` would write other bytes. */
  decodeOnly?: true;
  /** The last message is whole only because the stream ends. */
  unended?: true;
}

/** Bytes that break the protocol. */
export interface BrokenSample {
  name: string;
  /** The bytes, up to the end of the stream; a string is hex. */
  bytes: string | Uint8Array;
  code: AnyErrorCode;
  offset: number;
  /** The error's message. */
  error: string;
  /** How many messages come before it; none unless told. */
  after?: number;
}

/** What the driver needs to know about a codec. */
export interface Contract<In, Out> {
  codec: Codec<In, Out>;
  samples: readonly Sample<In>[];
  broken?: readonly BrokenSample[];
  /** First bytes of a message, in hex, that decide nothing yet. */
  tail: string;
  /** Bytes that may wait: those of the largest message with all that is around it. `capacity` is held against it. */
  limit: number;
  /** What the end inside a message gives: `unexpected-end`, the rest as a message, or something else that is legal. */
  cutShort?: "error" | "message" | "other";
}

/** What every decoder may keep however small its limit is. */
const SMALLEST_STORAGE = 64;

/** Registers the tests that every codec has to pass. */
export function testContract<In, Out>(name: string, contract: Contract<In, Out>): void {
  for (const sample of contract.samples) {
    // What is whole only because the stream ends is not written so.
    if (!sample.decodeOnly && !sample.unended) {
      testEncode(`${name} ${sample.name}`, { sample, contract });
    }
    testDecode(`${name} ${sample.name}`, { sample, contract });
  }
  for (const broken of contract.broken ?? []) {
    testBroken(`${name} ${broken.name}`, { broken, contract });
  }
  testGlued(name, contract);
  testCutShort(name, contract);
  testNoise(name, contract);
}

/** Registers the tests of a limit: one below it, at it, and one above it, in both directions. */
export function testLimit<Message>(
  name: string,
  { codec, message, limit, max, decoding, encoding }: {
    codec: (maxBytes: number) => Codec<Message>;
    /** Returns a message that counts as `bytes` bytes. */
    message: (bytes: number) => Message;
    limit: string;
    max: number;
    /** The error's text at `max + 1`. */
    decoding: string;
    /** The same for what we send; undefined where that has no limit. */
    encoding: string | undefined;
  },
): void {
  Deno.test(`${name} passes messages up to ${limit} and refuses longer ones`, () => {
    for (const bytes of [max - 1, max]) {
      const encoded = codec(max).encode(message(bytes));
      for (const chunks of [[encoded], cutEvery(encoded, 1)]) {
        assertEquals(decodeChunks(codec(max), chunks), {
          messages: [comparable(message(bytes))],
          error: undefined,
        });
      }
    }
    if (encoding !== undefined) {
      const error = assertThrows(() => codec(max).encode(message(max + 1)), LimitError);
      assertEquals(error.message, encoding);
      assertEquals([error.side, error.limit, error.max, error.got], ["local", limit, max, max + 1]);
    }
    const encoded = codec(encoding === undefined ? max : Infinity).encode(message(max + 1));
    for (const chunks of [[encoded], cutEvery(encoded, 1)]) {
      const decoder = codec(max).decoder();
      const error = assertThrows(() => {
        for (const chunk of chunks) {
          decoder.push(chunk);
          assertEquals(decoder.next(), undefined);
        }
      }, LimitError);
      assertEquals(error.message, decoding);
      assertEquals([error.side, error.limit, error.max], ["remote", limit, max]);
      assertStrictEquals(assertThrows(() => decoder.next()), error);
    }
  });
  Deno.test(`${name} throws when ${limit} is no limit`, () => {
    for (const bad of [0, -1, 1.5, NaN, -Infinity]) {
      const error = assertThrows(() => codec(bad), RangeError);
      assertEquals(
        error.message,
        `Cannot set ${limit}: ${bad} is neither a whole number from 1 nor Infinity`,
      );
    }
  });
}

function bytesOf({ bytes }: { bytes: string | Uint8Array }): Uint8Array {
  return typeof bytes === "string" ? hex(bytes) : bytes;
}

function testEncode<In, Out>(
  name: string,
  { sample, contract: { codec } }: { sample: Sample<In>; contract: Contract<In, Out> },
): void {
  const bytes = bytesOf(sample);
  // A sample that is not decodeOnly holds only messages that can be written.
  const messages = sample.messages as readonly unknown[] as readonly Out[];

  Deno.test(`${name}: encode() gives the bytes`, () => {
    assertEquals(comparable(joined(messages.map((one) => codec.encode(one)))), comparable(bytes));
  });
  Deno.test(`${name}: a session writes behind what is there`, () => {
    const writer = new ByteWriter();
    writer.text("before");
    const session = codec.session();
    for (const message of messages) session.encode(message, writer);
    const expected = joined([new TextEncoder().encode("before"), bytes]);
    assertEquals(comparable(writer.finish()), comparable(expected));
  });
  Deno.test(`${name}: encodeStream() gives the bytes`, async () => {
    const stream = ReadableStream.from(messages).pipeThrough(encodeStream(codec));
    assertEquals(comparable(joined(await Array.fromAsync(stream))), comparable(bytes));
  });
}

function testDecode<In, Out>(
  name: string,
  { sample, contract }: { sample: Sample<In>; contract: Contract<In, Out> },
): void {
  const { codec } = contract;
  const bytes = bytesOf(sample);
  const expected = { messages: sample.messages.map(comparable), error: undefined };

  Deno.test(`${name}: next() gives the messages whole, byte by byte and at every split`, () => {
    assertEquals(decodeChunks(codec, [bytes]), expected);
    assertEquals(decodeChunks(codec, cutEvery(bytes, 1)), expected);
    for (let at = 0; at <= bytes.length; at++) {
      assertEquals(decodeChunks(codec, cutAt(bytes, [at])), expected, `cut at ${at}`);
    }
  });
  Deno.test(`${name}: decodeStream() gives the messages`, async () => {
    for (const size of [1, 3, Math.max(1, bytes.length)]) {
      const stream = ReadableStream.from(cutEvery(bytes, size)).pipeThrough(decodeStream(codec));
      const messages = await Array.fromAsync(stream);
      assertEquals(messages.map(comparable), expected.messages);
    }
  });
  // A tail would belong to a message that only the end of the stream makes whole.
  if (sample.unended) return;
  Deno.test(`${name}: rest() gives the tail when a message is unfinished`, () => {
    const tail = hex(contract.tail);
    for (const chunks of [[joined([bytes, tail])], cutEvery(joined([bytes, tail]), 1)]) {
      const decoder = codec.decoder();
      for (let round = 0; round < 2; round++) {
        const messages = chunks.flatMap((chunk) => {
          decoder.push(chunk);
          return drain(decoder);
        });
        assertEquals(messages.map(comparable), expected.messages);
        assertEquals(comparable(decoder.rest?.()), comparable(tail));
      }
      decoder.end();
      assertEquals(decoder.next(), undefined);
    }
  });
}

function testBroken<In, Out>(
  name: string,
  { broken, contract: { codec } }: { broken: BrokenSample; contract: Contract<In, Out> },
): void {
  const bytes = bytesOf(broken);
  Deno.test(`${name}: next() throws the same error when cut anywhere and when called again`, () => {
    const every = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
    for (const chunks of [...every, cutEvery(bytes, 1)]) {
      const decoder = codec.decoder();
      const messages: In[] = [];
      const error = assertThrows(() => {
        for (const chunk of chunks) {
          decoder.push(chunk);
          for (let one; (one = decoder.next()) !== undefined;) messages.push(one);
        }
        decoder.end();
        for (let one; (one = decoder.next()) !== undefined;) messages.push(one);
      }, ProtocolError);
      assertEquals(error.message, broken.error);
      assertEquals([error.code, error.side, error.offset], [
        broken.code,
        "remote",
        broken.offset,
      ]);
      assertEquals(messages.length, broken.after ?? 0);
      assertStrictEquals(assertThrows(() => decoder.next()), error);
      assertStrictEquals(assertThrows(() => decoder.next()), error);
    }
  });
  Deno.test(`${name}: decodeStream() throws behind the messages that came before`, async () => {
    const stream = ReadableStream.from([new Uint8Array(bytes)]).pipeThrough(decodeStream(codec));
    const messages: In[] = [];
    let caught: unknown;
    try {
      for await (const message of stream) messages.push(message);
    } catch (error) {
      caught = error;
    }
    assert(caught instanceof ProtocolError);
    assertEquals(caught.message, broken.error);
    assertEquals(messages.length, broken.after ?? 0);
  });
}

function glue<In, Out>(
  { samples }: Contract<In, Out>,
): { bytes: Uint8Array<ArrayBuffer>; messages: readonly In[] } {
  const whole = samples.filter(({ unended }) => !unended);
  return {
    bytes: joined(whole.map(bytesOf)),
    messages: whole.flatMap(({ messages }) => messages),
  };
}

function testGlued<In, Out>(name: string, contract: Contract<In, Out>): void {
  const { codec } = contract;
  const { bytes, messages } = glue(contract);
  const expected = messages.map(comparable);

  Deno.test(`${name}: next() gives all messages when they arrive glued`, () => {
    assertEquals(decodeChunks(codec, [bytes]), { messages: expected, error: undefined });
  });
  Deno.test(`${name}: next() gives messages that own their bytes`, () => {
    for (const size of [1, 2, 3, 5, 7, 64, Math.max(1, bytes.length)]) {
      const decoder = codec.decoder();
      const kept: In[] = [];
      const chunk = new Uint8Array(size);
      for (const part of cutEvery(bytes, size)) {
        chunk.set(part);
        decoder.push(chunk.subarray(0, part.length));
        for (const message of drain(decoder)) kept.push(message);
        chunk.fill(0xff);
      }
      decoder.end();
      for (const message of drain(decoder)) kept.push(message);
      assertEquals(kept.map(comparable), expected, `chunks of ${size}`);
    }
  });
  Deno.test(`${name}: push() takes several chunks, and empty ones, before next() is called`, () => {
    const decoder = codec.decoder();
    const empty = new Uint8Array(0);
    for (const chunk of cutEvery(bytes, 3)) {
      decoder.push(empty);
      decoder.push(chunk);
    }
    assertEquals(drain(decoder).map(comparable), expected);
  });
  Deno.test(`${name}: offset says where the stream stands when all is taken`, () => {
    const decoder = codec.decoder();
    if (!(decoder instanceof BufferedDecoder)) return;
    decoder.push(bytes);
    drain(decoder);
    assert(decoder.offset <= bytes.length && decoder.messageOffset <= decoder.offset);
  });
}

function testCutShort<In, Out>(name: string, contract: Contract<In, Out>): void {
  const { codec, cutShort = "error" } = contract;
  if (cutShort === "other") return;
  const { bytes } = glue(contract);
  const says = cutShort === "error" ? "throws unexpected-end" : "gives the rest as a message";
  Deno.test(`${name}: next() ${says} when the stream ends in the middle`, () => {
    for (let length = 0; length <= bytes.length; length++) {
      const part = bytes.subarray(0, length);
      const twin = codec.decoder();
      twin.push(part);
      const before = drain(twin).map(comparable);
      const rest = twin.rest!();
      const outcome = decodeChunks(codec, [part]);
      assertEquals(outcome.messages.slice(0, before.length), before);
      const extra = outcome.messages.length - before.length;
      if (rest.length === 0) assertEquals([extra, outcome.error], [0, undefined]);
      else if (cutShort === "message") assertEquals([extra, outcome.error], [1, undefined]);
      else {
        assertEquals(extra, 0);
        assert(outcome.error?.startsWith("ProtocolError unexpected-end remote "), outcome.error);
      }
    }
  });
}

function testNoise<In, Out>(name: string, contract: Contract<In, Out>): void {
  const { codec, limit } = contract;
  const { bytes: sound } = glue(contract);

  function check(bytes: Uint8Array, positions: readonly number[]): void {
    const chunks = cutAt(bytes, positions);
    const outcome = decodeChunks(codec, chunks);
    assertEquals(outcome, decodeChunks(codec, [bytes]));
    checkCapacity(codec.decoder(), { chunks, limit });
  }
  Deno.test(`${name}: next() throws only ProtocolError when the bytes are random`, () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), cuts(400), check), CHECK);
  });
  Deno.test(`${name}: next() throws only ProtocolError when sound bytes are changed`, () => {
    const change = fc.tuple(fc.nat(Math.max(0, sound.length - 1)), fc.nat(255));
    const changed = fc.tuple(fc.array(change, { maxLength: 4 }), fc.nat(sound.length))
      .map(([changes, drop]) => {
        const bytes = new Uint8Array(sound);
        for (const [at, byte] of changes) bytes[at] = byte;
        return joined([bytes.subarray(0, drop), bytes.subarray(drop + 1)]);
      });
    fc.assert(fc.property(changed, cuts(sound.length), check), CHECK);
  });
}

function checkCapacity(
  decoder: Decoder<unknown>,
  { chunks, limit }: { chunks: readonly Uint8Array[]; limit: number },
): void {
  // Others stand on one that has a capacity, and whose own file tests it.
  if (!(decoder instanceof BufferedDecoder)) return;
  for (const chunk of chunks) {
    decoder.push(chunk);
    try {
      drain(decoder);
    } catch {
      assertEquals(decoder.capacity, 0, "after an error nothing is kept");
    }
    const max = Math.max(SMALLEST_STORAGE, 2 * limit + chunk.length);
    assert(decoder.capacity <= max, `capacity ${decoder.capacity} is over ${max}`);
  }
}
