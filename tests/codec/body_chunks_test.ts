import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BodyDecoder, ProtocolError, type ReceiveBuffer } from "../../codec/mod.ts";
import { CHECK, cutAt, cutEvery, cuts, fromLatin1, latin1, utf8Bytes } from "./support.ts";

const COLON = 0x3a;

/** How the body behind a head ends, and how many bytes it has where it has a known length. */
type Head = "chunks" | "end" | number;

/**
 * "c" and chunks, "e" and all that comes, or "n" and a digit and so many bytes. A chunk has its length in decimal and a
 * colon in front of it and a newline behind it, which belongs to the head of the next one; the last one is empty.
 */
class MixedDecoder extends BodyDecoder<Head> {
  /** What the hooks saw of each body that is over. */
  readonly bodies: string[] = [];
  #seen = "";
  #isFirstChunk = true;

  protected override decodeHead(buffer: ReceiveBuffer): Head | undefined {
    if (buffer.length === 0) return undefined;
    const letter = String.fromCharCode(buffer.at(0));
    if (letter === "c") {
      buffer.skip(1);
      this.#isFirstChunk = true;
      this.expectChunks();
      return "chunks";
    }
    if (letter === "e") {
      buffer.skip(1);
      this.expectBody(Infinity);
      return "end";
    }
    if (letter !== "n") throw refusal(buffer.offset, letter);
    if (buffer.length < 2) return undefined;
    const bytes = buffer.at(1) - 0x30;
    buffer.skip(2);
    this.expectBody(bytes);
    return bytes;
  }

  protected override decodeChunkHead(buffer: ReceiveBuffer): number | undefined {
    const colon = buffer.indexOf(COLON);
    if (colon < 0) return undefined;
    const text = latin1(buffer.view(0, colon));
    const expected = this.#isFirstChunk ? /^\d+$/ : /^\n\d+$/;
    if (!expected.test(text)) throw refusal(buffer.offset, text);
    buffer.skip(colon + 1);
    this.#isFirstChunk = false;
    return Number(text);
  }

  protected override onBody(bytes: Uint8Array): void {
    assert(bytes.length > 0);
    this.#seen += latin1(bytes);
    if (this.#seen.includes("!")) throw refusal(this.offset, "!");
  }

  protected override onBodyEnd(): void {
    this.bodies.push(this.#seen);
    this.#seen = "";
  }

  protected override missing(): string {
    return "its head";
  }
}

function refusal(offset: number, received: string): ProtocolError {
  return new ProtocolError(`Cannot decode at offset ${offset}: got ${received}`, {
    code: "bad-letter",
    side: "remote",
    offset,
    expected: "something else",
    received,
  });
}

/** What came out: heads, and whole bodies with a "=" in front. */
type Story = (Head | string)[];

interface Case {
  name: string;
  bytes: string;
  story: Story;
  /** The bodies that were announced as whole. */
  whole: string[];
}

const CASES: readonly Case[] = [
  { name: "no chunks", bytes: "c0:", story: ["chunks", "="], whole: [""] },
  { name: "one chunk", bytes: "c3:abc\n0:", story: ["chunks", "=abc"], whole: ["abc"] },
  {
    name: "chunks of all lengths, of what could be heads",
    bytes: "c1:c\n12:0:\n1:nn1ce:0\n2:n0\n0:n2ab",
    story: ["chunks", "=c0:\n1:nn1ce:0n0", 2, "=ab"],
    whole: ["c0:\n1:nn1ce:0n0", "ab"],
  },
  {
    name: "empty bodies of each kind but the last",
    bytes: "n0c0:n0n1xc0:c1:y\n0:n0",
    story: [0, "=", "chunks", "=", 0, "=", 1, "=x", "chunks", "=", "chunks", "=y", 0, "="],
    whole: ["", "x", "", "y"],
  },
  { name: "nothing until the end", bytes: "e", story: ["end", "="], whole: [""] },
  {
    name: "all that comes until the end",
    bytes: "n2hie1:c\n0:n1xe",
    story: [2, "=hi", "end", "=1:c\n0:n1xe"],
    whole: ["hi", "1:c\n0:n1xe"],
  },
];

/** How bodies are taken; `size` is how much `takeBody` may give. */
interface Way {
  readonly size: number;
  readonly passes: boolean;
}

const WAYS: Readonly<Record<string, Way>> = {
  "next()": { size: 0, passes: false },
  "takeBody() into 1 byte": { size: 1, passes: false },
  "takeBody() into 4 bytes": { size: 4, passes: false },
  "takeBody() into 100 bytes": { size: 100, passes: false },
  "takeBody() and passBody()": { size: 4, passes: true },
};

/** Reads a stream as a connection does, overwriting each chunk as soon as the decoder must have copied it. */
class Reader {
  readonly decoder = new MixedDecoder();
  readonly story: Story = [];
  readonly #chunks: Uint8Array[];
  readonly #way: Way;
  #at = 0;
  #lent: Uint8Array | undefined;
  /** A head that came instead of a piece of a body that was over. */
  #early: Head | undefined;

  constructor(chunks: readonly Uint8Array[], way: Way) {
    this.#chunks = chunks.map((chunk) => new Uint8Array(chunk));
    this.#way = way;
  }

  run(): void {
    for (let head = this.#head(); head !== undefined; head = this.#head()) {
      this.story.push(head);
      this.story.push(`=${this.#body()}`);
    }
    assertEquals(this.decoder.next(), undefined);
    assertEquals(this.decoder.takeBody(new Uint8Array(9)), 0);
  }

  #head(): Head | undefined {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) return early;
    while (true) {
      const message = this.decoder.next();
      if (message !== undefined) {
        assert(typeof message !== "object", "a head was to come");
        return message;
      }
      if (!this.#more()) return undefined;
    }
  }

  #body(): string {
    const { decoder } = this;
    let text = "";
    while (decoder.inBody) {
      const { messages, bytes } = this.#step();
      text += latin1(bytes);
      if (messages > 0) continue;
      if (this.#early !== undefined || !decoder.inBody) break;
      this.#release();
      const chunk = this.#chunks[this.#at];
      const { bodyBytes } = decoder;
      if (this.#way.passes && chunk && bodyBytes > 0 && chunk.length <= bodyBytes) {
        this.#at++;
        decoder.passBody(chunk);
        text += latin1(chunk);
      } else assert(this.#more(), "nothing says that the stream ended in the body");
    }
    return text;
  }

  /** Takes what there is of the body. */
  #step(): { messages: number; bytes: Uint8Array } {
    const { decoder } = this;
    const { size } = this.#way;
    const { offset } = decoder;
    if (size === 0) {
      const message = decoder.next();
      if (message === undefined) return { messages: 0, bytes: new Uint8Array(0) };
      if (typeof message !== "object") {
        assert(this.#early === undefined);
        this.#early = message;
        return { messages: 0, bytes: new Uint8Array(0) };
      }
      assertEquals(decoder.messageOffset, decoder.offset - message.bytes.length);
      return { messages: 1, bytes: message.bytes };
    }
    const into = new Uint8Array(size);
    const count = decoder.takeBody(into);
    assert(decoder.offset - offset >= count);
    return { messages: count, bytes: into.subarray(0, count) };
  }

  /** The decoder has given all that it can, so the chunk is the caller's again. */
  #release(): void {
    this.#lent?.fill(0x21);
    this.#lent = undefined;
  }

  #more(): boolean {
    this.#release();
    const chunk = this.#chunks[this.#at++];
    if (chunk) {
      this.#lent = chunk;
      this.decoder.push(chunk);
    } else if (this.#at === this.#chunks.length + 1) this.decoder.end();
    else return false;
    return true;
  }
}

for (const [name, way] of Object.entries(WAYS)) {
  for (const { name: what, bytes: text, story, whole } of CASES) {
    Deno.test(`BodyDecoder gives ${what} by ${name} when cut anywhere`, () => {
      const bytes = utf8Bytes(text);
      function check(chunks: readonly Uint8Array[]): void {
        const reader = new Reader(chunks, way);
        reader.run();
        assertEquals([reader.story, reader.decoder.bodies], [story, whole]);
        assertEquals(reader.decoder.offset, bytes.length);
        assert(!reader.decoder.inBody);
      }
      check([bytes]);
      check(cutEvery(bytes, 1));
      for (let at = 0; at <= bytes.length; at++) check(cutAt(bytes, [at]));
      const anywhere = fc.property(
        cuts(bytes.length),
        (positions) => check(cutAt(bytes, positions)),
      );
      fc.assert(anywhere, { ...CHECK, numRuns: 50 });
    });
  }

  Deno.test(`BodyDecoder throws by ${name} when the stream ends too early`, () => {
    const expected: Record<string, string> = {
      "c": "the rest of the body",
      "c1": "the rest of the body",
      "c3:": "the 3 bytes left of the body",
      "c3:ab": "the 1 bytes left of the body",
      "c3:abc": "the rest of the body",
      "c3:abc\n": "the rest of the body",
      "c3:abc\n0": "the rest of the body",
      "n2a": "the 1 bytes left of the body",
      "n2": "the 2 bytes left of the body",
      "n": "its head",
    };
    for (const [text, missing] of Object.entries(expected)) {
      for (const chunks of [[utf8Bytes(text)], cutEvery(utf8Bytes(text), 1)]) {
        const reader = new Reader(chunks, way);
        const error = assertThrows(() => reader.run(), ProtocolError);
        assertEquals([error.code, error.expected], ["unexpected-end", missing], text);
        assertEquals(reader.decoder.bodies, []);
        assertStrictEquals(assertThrows(() => reader.decoder.next()), error);
        assertStrictEquals(assertThrows(() => reader.decoder.takeBody(new Uint8Array(1))), error);
      }
    }
  });

  Deno.test(`BodyDecoder throws by ${name} when a chunk's head or a body is broken`, () => {
    const expected: Record<string, { offset: number; received: string }> = {
      "cx:": { offset: 1, received: "x" },
      "c1:a2:": { offset: 4, received: "2" },
      "c1:a\n\n2:": { offset: 4, received: "\n\n2" },
      "c2:a!\n0:": { offset: 5, received: "!" },
      "n2a!": { offset: 4, received: "!" },
      "n1ax": { offset: 3, received: "x" },
    };
    for (const [text, { offset, received }] of Object.entries(expected)) {
      const bytes = utf8Bytes(text);
      const all = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
      for (const chunks of [...all, cutEvery(bytes, 1)]) {
        const reader = new Reader(chunks, way);
        const error = assertThrows(() => reader.run(), ProtocolError);
        assertEquals([error.code, error.received], ["bad-letter", received], text);
        assertEquals(error.offset, offset, text);
        assertStrictEquals(assertThrows(() => reader.decoder.next()), error);
        assertStrictEquals(assertThrows(() => reader.decoder.takeBody(new Uint8Array(1))), error);
        assertEquals(reader.decoder.capacity, 0);
      }
    }
  });
}

Deno.test("takeBody() keeps half a chunk's head when the chunk of the caller changes behind it", () => {
  const decoder = new MixedDecoder();
  const chunk = utf8Bytes("c2:ab\n1");
  decoder.push(chunk);
  assertEquals(decoder.next(), "chunks");
  const into = new Uint8Array(10);
  assertEquals([decoder.takeBody(into), decoder.takeBody(into)], [2, 0]);
  chunk.fill(0x21);
  decoder.push(utf8Bytes("2:cdefghijklmn\n0:"));
  assertEquals(decoder.takeBody(into), 10);
  assertEquals(decoder.takeBody(into), 2);
  assertEquals([decoder.takeBody(into), decoder.inBody], [0, false]);
  assertEquals(decoder.bodies, ["abcdefghijklmn"]);
});

Deno.test("BodyDecoder says what may come past push(): the rest of a chunk, all, or nothing", () => {
  const decoder = new MixedDecoder();
  assertEquals([decoder.inBody, decoder.bodyBytes], [false, 0]);
  decoder.push(utf8Bytes("c"));
  decoder.next();
  assertEquals([decoder.inBody, decoder.bodyBytes], [true, 0]);
  assertThrows(() => decoder.passBody(utf8Bytes("a")), TypeError, "0 wait, 0 are to come");
  decoder.push(utf8Bytes("3:"));
  assertEquals(decoder.next(), undefined);
  assertEquals([decoder.inBody, decoder.bodyBytes], [true, 3]);
  decoder.passBody(utf8Bytes("abc"));
  assertEquals([decoder.inBody, decoder.bodyBytes, decoder.bodies], [true, 0, []]);
  decoder.push(utf8Bytes("\n0:e"));
  assertEquals([decoder.next(), decoder.bodies], ["end", ["abc"]]);
  assertEquals([decoder.inBody, decoder.bodyBytes], [true, Infinity]);
  decoder.passBody(fromLatin1("x".repeat(1000)));
  assertEquals([decoder.bodyBytes, decoder.offset], [Infinity, 1010]);
  decoder.end();
  assertEquals([decoder.next(), decoder.inBody, decoder.bodyBytes], [undefined, false, 0]);
  assertEquals(decoder.bodies[1]?.length, 1000);
});

Deno.test("BodyDecoder says what is missing when a format expects chunks and cannot read their heads", () => {
  class Half extends BodyDecoder<string> {
    protected override decodeHead(buffer: ReceiveBuffer): string | undefined {
      if (buffer.length === 0) return undefined;
      this.expectChunks();
      return latin1(buffer.take(1));
    }
  }
  const decoder = new Half();
  decoder.push(utf8Bytes("a"));
  decoder.next();
  assertThrows(() => decoder.next(), TypeError, "the decoder has no decodeChunkHead()");
});

Deno.test("next() gives the pieces of chunks as they arrived, and where each begins", () => {
  const decoder = new MixedDecoder();
  const pieces: [string, number][] = [];
  for (const chunk of cutAt(utf8Bytes("c3:abc\n2:de\n0:n0"), [5, 10])) {
    decoder.push(chunk);
    for (let one; (one = decoder.next()) !== undefined;) {
      const text = typeof one === "object" ? latin1(one.bytes) : String(one);
      pieces.push([text, decoder.messageOffset]);
    }
  }
  assertEquals(pieces, [["chunks", 0], ["ab", 3], ["c", 5], ["d", 9], ["e", 10], ["0", 14]]);
});

Deno.test("takeBody() gives a body of 100000 chunks of one byte, one at a time", () => {
  const chunks = 100_000;
  const bytes = utf8Bytes(`c${"1:a\n".repeat(chunks)}0:`);
  const decoder = new MixedDecoder();
  decoder.push(bytes);
  decoder.next();
  const into = new Uint8Array(16);
  let taken = 0;
  for (let count; (count = decoder.takeBody(into)) > 0;) taken += count;
  assertEquals([taken, decoder.inBody, decoder.offset], [chunks, false, bytes.length]);
});
