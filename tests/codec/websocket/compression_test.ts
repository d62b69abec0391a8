import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { deflateEngine } from "../../../codec/deflate.ts";
import { LimitError, ProtocolError } from "../../../codec/mod.ts";
import type { CompressionDirection } from "../../../codec/websocket/mod.ts";
import { changedBytes } from "../changed_bytes.ts";
import { CHECK, comparable, hex, joined, utf8Bytes } from "../support.ts";

const MIB = 1024 * 1024;
const TAKEOVER = { windowBits: 15, takeover: true };
const NO_TAKEOVER = { windowBits: 15, takeover: false };

const WINDOWS = [8, 9, 10, 11, 12, 13, 14, 15];
const DIRECTIONS: readonly CompressionDirection[] = WINDOWS.flatMap((windowBits) => [
  { windowBits, takeover: true },
  { windowBits, takeover: false },
]);

/** Inflates messages one behind the other, as one connection does. */
function inflateAll(
  messages: readonly Uint8Array[],
  { direction = TAKEOVER, maxBytes = MIB }: {
    direction?: CompressionDirection;
    maxBytes?: number;
  } = {},
): Uint8Array[] {
  const inflater = deflateEngine.inflater(direction);
  return messages.map((message) => inflater.inflate(message, { maxBytes, offset: 0 }));
}

function named({ windowBits, takeover }: CompressionDirection): string {
  return `a window of ${windowBits} ${takeover ? "with" : "without"} takeover`;
}

interface Sample {
  name: string;
  /** The payload of each message, as hex. */
  messages: string[];
  /** Where it is not "Hello" each time. */
  texts?: string[];
  takeover?: boolean;
}

/** RFC 7692, 7.2.3, and what else a sound message may look like. */
const SOUND: readonly Sample[] = [
  { name: "one block", messages: ["f2 48 cd c9 c9 07 00"] },
  {
    name: "a window that is shared, with the same bytes again",
    messages: ["f2 48 cd c9 c9 07 00", "f2 48 cd c9 c9 07 00"],
  },
  {
    name: "a window that is shared, with a look back",
    messages: ["f2 48 cd c9 c9 07 00", "f2 00 11 00 00"],
    takeover: true,
  },
  { name: "a block that is stored", messages: ["00 05 00 fa ff 48 65 6c 6c 6f 00"] },
  { name: "a last block", messages: ["f3 48 cd c9 c9 07 00 00"] },
  {
    name: "a last block, with other messages behind it",
    messages: ["f3 48 cd c9 c9 07 00 00", "f2 48 cd c9 c9 07 00", "f3 48 cd c9 c9 07 00 00"],
  },
  { name: "two blocks", messages: ["f2 48 05 00 00 00 ff ff ca c9 c9 07 00"] },
  { name: "no bytes", messages: ["00", "00"], texts: ["", ""] },
  { name: "no bytes behind some", messages: ["f2 48 cd c9 c9 07 00", "00"], texts: ["Hello", ""] },
  { name: "several blocks without bytes", messages: ["00 00 00 ff ff 00"], texts: [""] },
  {
    name: "a last block without the byte behind it",
    messages: ["f3 48 cd c9 c9 07 00", "f2 48 cd c9 c9 07 00"],
  },
  {
    name: "a last block that is stored, without bytes, and cut as any other",
    messages: ["00 05 00 fa ff 48 65 6c 6c 6f 01", "f2 48 cd c9 c9 07 00"],
  },
  {
    name: "a block behind the last one",
    messages: ["f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00"],
    texts: ["HelloHello"],
  },
];

for (const { name, messages, texts, takeover } of SOUND) {
  for (const direction of [TAKEOVER, NO_TAKEOVER]) {
    if (takeover && !direction.takeover) continue;
    Deno.test(`inflater gives the text when there is ${name}, ${named(direction)}`, () => {
      const given = inflateAll(messages.map(hex), { direction });
      const decoder = new TextDecoder();
      assertEquals(
        given.map((bytes) => decoder.decode(bytes)),
        texts ?? messages.map(() => "Hello"),
      );
    });
  }
}

/** What is no message. */
const UNSOUND: readonly (readonly [name: string, messages: string[]])[] = [
  ["nothing at all", [""]],
  ["a kind of block that there is not", ["ff"]],
  ["text", ["48 65 6c 6c 6f"]],
  ["a length that its complement denies", ["00 05 00 fa fe 48 65 6c 6c 6f 00"]],
  ["an end inside a code", ["f2 48 cd c9"]],
  ["an end in front of the end of a block", ["f2 48 cd c9 c9"]],
  ["an end behind a block, without the next one's head", ["00 05 00 fa ff 48 65 6c 6c 6f"]],
  ["an end inside a block that is stored", ["00 05 00 fa ff 48 65 6c 6c"]],
  ["an end that is the flush's last byte too late", ["00 09 00 f6 ff 48 65 6c 6c 6f"]],
  ["an end that is one more byte too late", ["00 0a 00 f5 ff 48 65 6c 6c 6f"]],
  ["an end inside the head of a block that is stored", ["00 05 00 fa"]],
  ["an end inside the head of a block of its own codes", ["04"]],
  ["the end of a flush", ["f2 48 cd c9 c9 07 00 00 00 ff ff"]],
  ["a byte too many", ["f2 48 cd c9 c9 07 00 00"]],
  ["something else behind a last block", ["f3 48 cd c9 c9 07 00 ff"]],
  ["text behind a last block", ["f3 48 cd c9 c9 07 00 00 48 65 6c 6c 6f"]],
  ["a look back behind everything", ["f2 00 11 00 00"]],
  ["a look back behind a last block", ["f3 48 cd c9 c9 07 00 00", "f2 00 11 00 00"]],
];

for (const [name, messages] of UNSOUND) {
  for (const direction of [TAKEOVER, NO_TAKEOVER]) {
    Deno.test(`inflater refuses a message when it is ${name}, ${named(direction)}`, () => {
      const inflater = deflateEngine.inflater(direction);
      const last = hex(messages.at(-1)!);
      for (const message of messages.slice(0, -1)) {
        inflater.inflate(hex(message), { maxBytes: MIB, offset: 0 });
      }
      const error = assertThrows(
        () => inflater.inflate(last, { maxBytes: MIB, offset: 7 }),
        ProtocolError,
      );
      assertEquals(
        error.message,
        "Cannot inflate message at offset 7: expected raw deflate, got something else",
      );
      assertEquals([error.code, error.side, error.offset], ["bad-compression", "remote", 7]);
    });
  }
}

Deno.test("inflater without takeover refuses a look back into the message before", () => {
  const messages = ["f2 48 cd c9 c9 07 00", "f2 00 11 00 00"].map(hex);
  assertThrows(() => inflateAll(messages, { direction: NO_TAKEOVER }), ProtocolError);
  assertEquals(inflateAll(messages.slice(0, 1), { direction: NO_TAKEOVER }).length, 1);
});

/** Bytes that look like what programs send: words again and again, and noise between. */
function wordsAndNoise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length;) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    const word = `{"key${state >>> 28}":${state >>> 12 & 0xff},"name":"${state >>> 20 & 0xf}"}`;
    for (let index = 0; index < word.length && at < length; index++) {
      bytes[at++] = word.charCodeAt(index);
    }
    if (at < length) bytes[at++] = state >>> 8;
  }
  return bytes;
}

const LENGTHS = [0, 1, 2, 125, 126, 255, 256, 257, 1024, 32_768, 65_535, 65_536, 65_537, 300_000];

for (const direction of DIRECTIONS) {
  Deno.test(`inflater gives what deflater was given when there is ${named(direction)}`, () => {
    const deflater = deflateEngine.deflater(direction);
    const inflater = deflateEngine.inflater(direction);
    for (const length of [...LENGTHS, ...LENGTHS.toReversed()]) {
      const message = wordsAndNoise(length, length + 1);
      const packed = deflater.deflate(message);
      const given = inflater.inflate(packed, { maxBytes: MIB, offset: 0 });
      assertEquals(comparable(given), comparable(message), `${length} bytes`);
    }
  });
}

for (const windowBits of WINDOWS) {
  Deno.test(`deflater looks back over no more than its window when that is ${windowBits}`, () => {
    const deflater = deflateEngine.deflater({ windowBits, takeover: true });
    const message = wordsAndNoise(2 ** windowBits * 3, 1);
    const flush = hex("00 00 ff ff");
    const stream = joined([
      ...Array.from({ length: 3 }, () => [deflater.deflate(message), flush]).flat(),
      hex("01 00 00 ff ff"),
    ]);
    // What comes out in such small pieces is found nowhere but in the window.
    const given = inflateRawSync(stream, { windowBits, chunkSize: 64 });
    assertEquals(given.length, 3 * message.length);
  });
}

Deno.test("deflater writes the end of no flush, and one byte where there is nothing", () => {
  for (const direction of [TAKEOVER, NO_TAKEOVER]) {
    const deflater = deflateEngine.deflater(direction);
    for (const text of ["Hello", "", "Hello", "", ""]) {
      const packed = deflater.deflate(utf8Bytes(text));
      if (text === "") assertEquals(comparable(packed), "00");
      else assertEquals(packed.at(-1), 0);
    }
  }
});

Deno.test("deflater gives the bytes of RFC 7692 when the text is Hello", () => {
  assertEquals(
    comparable(deflateEngine.deflater(TAKEOVER).deflate(utf8Bytes("Hello"))),
    "f2 48 cd c9 c9 07 00",
  );
});

Deno.test("deflater refers to the messages before only with takeover", () => {
  const message = wordsAndNoise(1000, 1);
  const first = deflateEngine.deflater(NO_TAKEOVER).deflate(message);
  const alone = deflateEngine.deflater(NO_TAKEOVER);
  const taking = deflateEngine.deflater(TAKEOVER);
  assertEquals(comparable(taking.deflate(message)), comparable(first));
  assertEquals(comparable(alone.deflate(message)), comparable(first));
  assertEquals(comparable(alone.deflate(message)), comparable(first));
  assertLess(taking.deflate(message).length, first.length / 10);
});

Deno.test("deflater and inflater of several connections know nothing of each other", () => {
  for (const direction of DIRECTIONS) {
    const connections = Array.from({ length: 3 }, (_, seed) => ({
      deflater: deflateEngine.deflater(direction),
      inflater: deflateEngine.inflater(direction),
      message: wordsAndNoise(700, seed + 1),
    }));
    for (let round = 0; round < 3; round++) {
      for (const { deflater, inflater, message } of connections) {
        const packed = deflater.deflate(message);
        const given = inflater.inflate(packed, { maxBytes: 700, offset: 0 });
        assertEquals(comparable(given), comparable(message));
      }
    }
  }
});

Deno.test("inflater goes on for others when one message was refused", () => {
  const [sound, broken] = [hex("f2 48 cd c9 c9 07 00"), hex("ff ff")];
  const refusing = deflateEngine.inflater(NO_TAKEOVER);
  for (const message of [broken, sound.subarray(0, 4)]) {
    assertThrows(() => refusing.inflate(message, { maxBytes: 9, offset: 0 }), ProtocolError);
    assertEquals(inflateAll([sound], { direction: NO_TAKEOVER })[0]!.length, 5);
  }
  assertThrows(() => refusing.inflate(sound, { maxBytes: 4, offset: 0 }), LimitError);
  assertEquals(inflateAll([sound], { direction: NO_TAKEOVER })[0]!.length, 5);
});

Deno.test("deflater and inflater take bytes that stand inside others, and leave them alone", () => {
  const bytes = hex("ff ff f2 48 cd c9 c9 07 00 ff ff");
  const [given] = inflateAll([bytes.subarray(2, 9)]);
  assertEquals(comparable(given), comparable(utf8Bytes("Hello")));
  const packed = deflateEngine.deflater(TAKEOVER).deflate(utf8Bytes("xHellox").subarray(1, 6));
  assertEquals(comparable(packed), "f2 48 cd c9 c9 07 00");
  assertEquals(comparable(bytes), "ff ff f2 48 cd c9 c9 07 00 ff ff");
});

Deno.test("deflater and inflater give memory that the next message does not change", () => {
  const deflater = deflateEngine.deflater(NO_TAKEOVER);
  const packed = deflater.deflate(utf8Bytes("Hello"));
  deflater.deflate(utf8Bytes("another"));
  assertEquals(comparable(packed), "f2 48 cd c9 c9 07 00");
  const inflater = deflateEngine.inflater(NO_TAKEOVER);
  const given = inflater.inflate(packed, { maxBytes: 9, offset: 0 });
  inflater.inflate(deflater.deflate(utf8Bytes("another")), { maxBytes: 9, offset: 0 });
  assertEquals(comparable(given), comparable(utf8Bytes("Hello")));
});

Deno.test("inflater refuses when more than maxBytes come out", () => {
  for (const length of [1, 5, 1000, 65_535, 65_536, 65_537, 200_000]) {
    const packed = deflateEngine.deflater(NO_TAKEOVER).deflate(wordsAndNoise(length, 1));
    for (const direction of [TAKEOVER, NO_TAKEOVER]) {
      for (const maxBytes of [length, length + 1, Infinity]) {
        assertEquals(inflateAll([packed], { direction, maxBytes })[0]!.length, length);
      }
      if (length === 1) continue;
      const inflater = deflateEngine.inflater(direction);
      const error = assertThrows(
        () => inflater.inflate(packed, { maxBytes: length - 1, offset: 7 }),
        LimitError,
      );
      assertEquals([error.limit, error.max, error.offset], ["maxMessageBytes", length - 1, 7]);
      assert(error.got > error.max && error.got <= length);
      assert(error.message.startsWith("Cannot decode message at offset 7: at least "));
    }
  }
});

Deno.test("inflater stops early when a message is a bomb", () => {
  // A gigabyte of zeros inside a megabyte.
  const bomb = bombOf(1024);
  assertLess(bomb.length, 1.1 * MIB);
  for (const direction of [TAKEOVER, NO_TAKEOVER]) {
    const inflater = deflateEngine.inflater(direction);
    const error = assertThrows(
      () => inflater.inflate(bomb, { maxBytes: MIB, offset: 0 }),
      LimitError,
    );
    assert(error.got > MIB && error.got <= MIB + 64 * 1024);
  }
});

Deno.test("inflater refuses when a message ends more streams than anybody needs", () => {
  const ends = (count: number) => new Uint8Array(2 * count).map((_, at) => at % 2 === 0 ? 3 : 0);
  const inflater = deflateEngine.inflater(NO_TAKEOVER);
  const options = { maxBytes: MIB, offset: 0 };
  assertEquals(inflater.inflate(joined([ends(1024), hex("00")]), options).length, 0);
  assertThrows(() => inflater.inflate(joined([ends(1025), hex("00")]), options), ProtocolError);
  assertThrows(() => inflater.inflate(ends(MIB), options), ProtocolError);
});

Deno.test("inflater refuses every sound message when it is cut short", () => {
  const direction = NO_TAKEOVER;
  const packed = deflateEngine.deflater(direction).deflate(wordsAndNoise(300, 1));
  for (let length = 0; length < packed.length; length++) {
    assertThrows(() => inflateAll([packed.subarray(0, length)], { direction }), ProtocolError);
  }
});

Deno.test("inflater gives bytes or a ProtocolError when a message is changed", () => {
  const sound = deflateEngine.deflater(NO_TAKEOVER).deflate(wordsAndNoise(500, 1));
  const noise = fc.oneof(fc.uint8Array({ maxLength: 200 }), changedBytes(sound));
  for (const direction of [TAKEOVER, NO_TAKEOVER]) {
    const inflates = fc.property(fc.array(noise, { maxLength: 4 }), (messages) => {
      try {
        for (const given of inflateAll(messages, { direction, maxBytes: 1000 })) {
          assert(given.length <= 1000);
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    });
    fc.assert(inflates, CHECK);
  }
});

/** Returns zeros, so many mebibytes of them, as one message. */
function bombOf(mebibytes: number): Uint8Array {
  // Each part ends its stream.
  const part = deflateRawSync(new Uint8Array(64 * MIB), { level: 9 });
  return joined([...Array.from({ length: mebibytes / 64 }, () => part), hex("00")]);
}
