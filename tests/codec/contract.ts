import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Codec } from "../../codec/codec.ts";
import { LimitError } from "../../codec/errors.ts";
import { type CodecContract, testCodec } from "../../testing/codec_contract.ts";
import { comparable, cutEvery, decodeChunks } from "./support.ts";

export type {
  BrokenCodecSample as BrokenSample,
  CodecSample as Sample,
} from "../../testing/mod.ts";

/** Registers the tests that every codec has to pass. */
export function testContract<In, Out>(name: string, contract: CodecContract<In, Out>): void {
  testCodec(name, contract, { test: Deno.test });
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
