import { BufferedDecoder } from "../codec/buffered_decoder.ts";
import { ByteWriter } from "../codec/bytes/byte_writer.ts";
import type { Codec } from "../codec/codec.ts";
import { type AnyErrorCode, ProtocolError } from "../codec/errors.ts";
import { decodeStream, encodeStream } from "../codec/streams.ts";
import { concat, cutAt, cutEvery, hex } from "./bytes.ts";
import { decodeAll, drain, printed } from "./decoding.ts";
import { SeededRandom } from "./random.ts";

/** Bytes and the messages that they are. */
export interface CodecSample<Message> {
  /** What it shows. */
  name: string;
  /** The bytes; a string is hex. */
  bytes: string | Uint8Array;
  /** The messages, in their order. */
  messages: readonly Message[];
  /** `encode` would write other bytes. @default {false} */
  decodeOnly?: true;
  /** The last message is whole only because the stream ends. @default {false} */
  unended?: true;
}

/** Bytes that break the protocol. */
export interface BrokenCodecSample {
  /** What is wrong. */
  name: string;
  /** The bytes, up to the end of the stream; a string is hex. */
  bytes: string | Uint8Array;
  /** The error's code. */
  code: AnyErrorCode;
  /** Where in the stream it is. */
  offset: number;
  /** The error's message. */
  error: string;
  /** How many messages come before it. @default {0} */
  after?: number;
}

/** What {@linkcode testCodec} needs to know about a codec. */
export interface CodecContract<In, Out> {
  /** The codec. */
  codec: Codec<In, Out>;
  /** Bytes and their messages, the hex sample of the format's description among them. */
  samples: readonly CodecSample<In>[];
  /** Bytes that it has to refuse. @default none */
  broken?: readonly BrokenCodecSample[];
  /** First bytes of a message, in hex, that decide nothing yet. */
  tail: string;
  /** Bytes that may wait: those of the largest message with all that is around it. The storage is held against it. */
  limit: number;
  /**
   * What the end inside a message gives: `unexpected-end`, the rest as a message, or something else that is legal.
   *
   * @default {"error"}
   */
  cutShort?: "error" | "message" | "other";
}

/** How {@linkcode testCodec} registers its tests. */
export interface TestCodecOptions {
  /** Registers one test: `Deno.test`, or `test` of `node:test`. */
  test: (name: string, body: () => void | Promise<void>) => void;
  /** How many random and how many mutated streams are decoded. @default {200} */
  rounds?: number;
  /** What the random streams begin with. @default {1} */
  seed?: number;
}

/** What every decoder may keep however small its limit is. */
const SMALLEST_STORAGE = 64;

/**
 * Registers the tests that every codec has to pass. The messages are the same however the bytes were cut: all at once, byte
 * by byte, at every split, glued to the next ones, as a stream, behind other messages and in front of a tail. What cannot
 * be decoded is refused with the same error wherever it was cut; what a session writes without a copy, and reads without
 * one, is what it writes and reads otherwise; and out of random and mutated bytes nothing but a
 * `ProtocolError` comes, while no more than the limit is kept.
 *
 * @example
 * ```ts
 * import { fixed } from "@parley/sockets";
 * import { testCodec } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * const tests: (() => void | Promise<void>)[] = [];
 * testCodec("fixed(2)", {
 *   codec: fixed(2),
 *   samples: [{ name: "two", bytes: "01 02 03 04", messages: [
 *     new Uint8Array([1, 2]),
 *     new Uint8Array([3, 4]),
 *   ] }],
 *   tail: "05",
 *   limit: 2,
 * }, { test: (_name, body) => void tests.push(body) });
 * for (const test of tests) await test();
 * assert(tests.length > 10);
 * ```
 */
export function testCodec<In, Out>(
  name: string,
  contract: CodecContract<In, Out>,
  options: TestCodecOptions,
): void {
  const suite = { name, contract, options };
  for (const sample of contract.samples) {
    // What is whole only because the stream ends is not written so.
    if (!sample.decodeOnly && !sample.unended) testEncode(sample, suite);
    testDecode(sample, suite);
    // A tail would belong to a message that only the end of the stream makes whole.
    if (!sample.unended) testRest(sample, suite);
  }
  for (const broken of contract.broken ?? []) testBroken(broken, suite);
  testGlued(suite);
  testCutShort(suite);
  testNoise(suite);
}

interface Suite<In, Out> {
  readonly name: string;
  readonly contract: CodecContract<In, Out>;
  readonly options: TestCodecOptions;
}

function bytesOf({ bytes }: { bytes: string | Uint8Array }): Uint8Array {
  return typeof bytes === "string" ? hex(bytes) : bytes;
}

/** Fails where what was got is not what was expected. */
function same(actual: unknown, expected: unknown, what = "values"): void {
  const [got, wanted] = [printed(actual), printed(expected)];
  if (got !== wanted) throw new Error(`Expected ${what} ${wanted}, got ${got}`);
}

function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Expected ${what}`);
}

function testEncode<In, Out>(sample: CodecSample<In>, suite: Suite<In, Out>): void {
  const { contract: { codec }, options: { test } } = suite;
  const name = `${suite.name} ${sample.name}`;
  const bytes = bytesOf(sample);
  // A sample that is not decodeOnly holds only messages that can be written.
  const messages = sample.messages as readonly unknown[] as readonly Out[];

  test(`${name}: encode() gives the bytes`, () => {
    same(concat(messages.map((one) => codec.encode(one))), bytes);
  });
  test(`${name}: a session writes behind what is there`, () => {
    const writer = new ByteWriter();
    writer.text("before");
    const session = codec.session();
    for (const message of messages) session.encode(message, writer);
    same(writer.finish(), concat([new TextEncoder().encode("before"), bytes]));
  });
  if (codec.session().encodeHead) {
    test(`${name}: encodeHead() and the bytes that it returns are what encode() writes`, () => {
      const writer = new ByteWriter();
      const session = codec.session();
      for (const message of messages) writer.bytes(session.encodeHead!(message, writer));
      same(writer.finish(), bytes);
    });
  }
  test(`${name}: encodeStream() gives the bytes`, async () => {
    const stream = streamOf(messages).pipeThrough(encodeStream(codec));
    same(concat(await collected(stream)), bytes);
  });
}

function testDecode<In, Out>(sample: CodecSample<In>, suite: Suite<In, Out>): void {
  const { contract: { codec }, options: { test } } = suite;
  const name = `${suite.name} ${sample.name}`;
  const bytes = bytesOf(sample);
  const expected = { messages: sample.messages.map(printed), error: undefined };

  test(`${name}: next() gives the messages whole, byte by byte and at every split`, () => {
    same(decodeAll(codec, [bytes]), expected, "from one chunk");
    same(decodeAll(codec, cutEvery(bytes, 1)), expected, "byte by byte");
    for (let at = 0; at <= bytes.length; at++) {
      same(decodeAll(codec, cutAt(bytes, [at])), expected, `cut at ${at}`);
    }
  });
  test(`${name}: decodeStream() gives the messages`, async () => {
    for (const size of [1, 3, Math.max(1, bytes.length)]) {
      const stream = streamOf(cutEvery(bytes, size)).pipeThrough(decodeStream(codec));
      same((await collected(stream)).map(printed), expected.messages, `in chunks of ${size}`);
    }
  });
}

function testRest<In, Out>(sample: CodecSample<In>, suite: Suite<In, Out>): void {
  const { contract: { codec, tail: digits }, options: { test } } = suite;
  const bytes = bytesOf(sample);
  const tail = hex(digits);
  test(`${suite.name} ${sample.name}: rest() gives the tail when a message is unfinished`, () => {
    for (const chunks of [[concat([bytes, tail])], cutEvery(concat([bytes, tail]), 1)]) {
      const decoder = codec.decoder();
      for (let round = 0; round < 2; round++) {
        const messages: In[] = [];
        for (const chunk of chunks) {
          decoder.push(chunk);
          messages.push(...drain(decoder));
        }
        same(messages, sample.messages);
        same(decoder.rest?.(), tail, "the tail");
      }
      decoder.end();
      same(decoder.next(), undefined);
    }
  });
}

function testBroken<In, Out>(broken: BrokenCodecSample, suite: Suite<In, Out>): void {
  const { contract: { codec }, options: { test } } = suite;
  const name = `${suite.name} ${broken.name}`;
  const bytes = bytesOf(broken);
  const { code, offset, error: text, after = 0 } = broken;

  test(`${name}: next() throws the same error when cut anywhere and when called again`, () => {
    const every = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
    for (const chunks of [...every, cutEvery(bytes, 1)]) {
      const decoder = codec.decoder();
      let count = 0;
      const error = thrown(() => {
        for (const chunk of chunks) {
          decoder.push(chunk);
          for (const _ of drain(decoder)) count++;
        }
        decoder.end();
        for (const _ of drain(decoder)) count++;
      });
      holds(error instanceof ProtocolError, `a ProtocolError, got ${printed(error)}`);
      const { message, code: got, side, offset: at } = error as ProtocolError;
      same([message, got, side, at, count], [text, code, "remote", offset, after], "the error");
      for (let again = 0; again < 2; again++) {
        holds(thrown(() => decoder.next()) === error, "the same error again");
      }
    }
  });
  test(`${name}: decodeStream() throws behind the messages that came before`, async () => {
    const stream = streamOf([new Uint8Array(bytes)]).pipeThrough(decodeStream(codec));
    let count = 0;
    let error: unknown;
    try {
      for await (const _ of stream) count++;
    } catch (caught) {
      error = caught;
    }
    holds(error instanceof ProtocolError, `a ProtocolError, got ${printed(error)}`);
    same([(error as ProtocolError).message, count], [text, after], "the error");
  });
}

function glue<In, Out>(
  { contract }: Suite<In, Out>,
): { bytes: Uint8Array<ArrayBuffer>; messages: readonly In[] } {
  const whole = contract.samples.filter(({ unended }) => !unended);
  return {
    bytes: concat(whole.map(bytesOf)),
    messages: whole.flatMap(({ messages }) => messages),
  };
}

function testGlued<In, Out>(suite: Suite<In, Out>): void {
  const { name, contract: { codec }, options: { test } } = suite;
  const { bytes, messages: expected } = glue(suite);

  test(`${name}: next() gives all messages when they arrive glued`, () => {
    same(decodeAll(codec, [bytes]), { messages: expected.map(printed), error: undefined });
  });
  test(`${name}: next() gives messages that own their bytes`, () => {
    for (const size of [1, 2, 3, 5, 7, 64, Math.max(1, bytes.length)]) {
      const decoder = codec.decoder();
      const kept: In[] = [];
      const chunk = new Uint8Array(size);
      for (const part of cutEvery(bytes, size)) {
        chunk.set(part);
        decoder.push(chunk.subarray(0, part.length));
        kept.push(...drain(decoder));
        chunk.fill(0xff);
      }
      decoder.end();
      kept.push(...drain(decoder));
      same(kept, expected, `chunks of ${size}`);
    }
  });
  if (codec.decoder().room) {
    test(`${name}: next() gives the messages when their rest is read straight into room()`, () => {
      for (const size of [1, 2, 3, 5, 8, Math.max(1, bytes.length)]) {
        const decoder = codec.decoder();
        const messages: In[] = [];
        for (let at = 0; at < bytes.length;) {
          const room = decoder.room!(1);
          const chunk = bytes.subarray(at, at + Math.min(size, room?.length ?? size));
          if (room) {
            room.set(chunk);
            decoder.filled!(chunk.length);
          } else decoder.push(chunk);
          at += chunk.length;
          messages.push(...drain(decoder));
        }
        decoder.end();
        messages.push(...drain(decoder));
        same(messages, expected, `in reads of ${size}`);
      }
    });
  }
  test(`${name}: push() takes several chunks, and empty ones, before next() is called`, () => {
    const decoder = codec.decoder();
    for (const chunk of cutEvery(bytes, 3)) {
      decoder.push(new Uint8Array(0));
      decoder.push(chunk);
    }
    same([...drain(decoder)], expected);
  });
  if (codec.decoder().offset === undefined) return;
  test(`${name}: offset says where the stream stands when all is taken`, () => {
    const decoder = codec.decoder();
    decoder.push(bytes);
    for (const _ of drain(decoder));
    const { offset = NaN, messageOffset = offset } = decoder;
    holds(offset <= bytes.length && messageOffset <= offset, `offset ${offset} in the stream`);
  });
}

function testCutShort<In, Out>(suite: Suite<In, Out>): void {
  const { name, contract: { codec, cutShort = "error" }, options: { test } } = suite;
  if (cutShort === "other") return;
  const { bytes } = glue(suite);
  const says = cutShort === "error" ? "throws unexpected-end" : "gives the rest as a message";
  test(`${name}: next() ${says} when the stream ends in the middle`, () => {
    for (let length = 0; length <= bytes.length; length++) {
      const part = bytes.subarray(0, length);
      const twin = codec.decoder();
      twin.push(part);
      const before = Array.from(drain(twin), printed);
      const isWhole = twin.rest!().length === 0;
      const { messages, error } = decodeAll(codec, [part]);
      same(messages.slice(0, before.length), before);
      const extra = messages.length - before.length;
      if (isWhole) same([extra, error], [0, undefined], `after ${length} bytes`);
      else if (cutShort === "message") {
        same([extra, error], [1, undefined], `after ${length} bytes`);
      } else {
        same(extra, 0, `after ${length} bytes`);
        holds(
          /^ProtocolError unexpected-end remote /.test(error ?? ""),
          `unexpected-end, got ${error}`,
        );
      }
    }
  });
}

function testNoise<In, Out>(suite: Suite<In, Out>): void {
  const { name, contract: { codec, limit }, options: { test, rounds = 200, seed = 1 } } = suite;
  const { bytes: sound } = glue(suite);

  function check(bytes: Uint8Array, random: SeededRandom): void {
    const positions = Array.from({ length: random.upTo(12) }, () => random.upTo(bytes.length));
    const chunks = cutAt(bytes, positions);
    same(
      decodeAll(codec, chunks),
      decodeAll(codec, [bytes]),
      `of ${printed(bytes)} cut at ${positions}`,
    );
    checkStorage(codec, { chunks, limit });
  }
  test(`${name}: next() throws only ProtocolError when the bytes are random`, () => {
    const random = new SeededRandom(seed);
    for (let round = 0; round < rounds; round++) check(random.bytes(random.upTo(400)), random);
  });
  test(`${name}: next() throws only ProtocolError when sound bytes are changed`, () => {
    const random = new SeededRandom(seed + 1);
    for (let round = 0; round < rounds; round++) {
      const bytes = new Uint8Array(sound);
      for (let change = random.upTo(4); change > 0 && bytes.length > 0; change--) {
        bytes[random.upTo(bytes.length - 1)] = random.upTo(255);
      }
      const drop = random.upTo(bytes.length);
      check(concat([bytes.subarray(0, drop), bytes.subarray(drop + 1)]), random);
    }
  });
}

function checkStorage(
  codec: Codec<unknown, never>,
  { chunks, limit }: { chunks: readonly Uint8Array[]; limit: number },
): void {
  const decoder = codec.decoder();
  // A codec around another one keeps nothing itself.
  if (!(decoder instanceof BufferedDecoder)) return;
  for (const chunk of chunks) {
    decoder.push(chunk);
    if (thrown(() => [...drain(decoder)]) !== undefined) {
      same(decoder.capacity, 0, "after an error storage of");
    }
    const max = Math.max(SMALLEST_STORAGE, 2 * limit + chunk.length);
    holds(decoder.capacity <= max, `storage of at most ${max} bytes, got ${decoder.capacity}`);
  }
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

function streamOf<Item>(items: readonly Item[]): ReadableStream<Item> {
  return new ReadableStream({
    start(controller) {
      for (const item of items) controller.enqueue(item);
      controller.close();
    },
  });
}

async function collected<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
