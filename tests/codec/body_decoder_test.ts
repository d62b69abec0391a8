import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  BodyDecoder,
  type BodyPiece,
  type Decoder,
  defineCodec,
  ProtocolError,
  type ReceiveBuffer,
} from "../../codec/mod.ts";
import { testContract } from "./contract.ts";
import {
  CHECK,
  comparable,
  cutAt,
  cutEvery,
  cuts,
  drain,
  hex,
  joined,
  utf8Bytes,
} from "./support.ts";
import { workOf } from "./work.ts";

const MAGIC = 0xb0;
const HEAD_BYTES = 4;
const LARGE_BYTES = 128 * 1024;

/** The byte MAGIC, the body's length in two bytes, and the XOR of all its bytes. */
interface Head {
  type: "head";
  length: number;
}

class XorDecoder extends BodyDecoder<Head> {
  /** How often a body was said to be whole. */
  ends = 0;
  #sum = 0;
  #bodyStart = 0;

  protected override decodeHead(buffer: ReceiveBuffer): Head | undefined {
    if (buffer.length > 0 && buffer.at(0) !== MAGIC) {
      throw broken("head", { offset: buffer.offset, expected: MAGIC, received: buffer.at(0) });
    }
    if (buffer.length < HEAD_BYTES) return undefined;
    const length = buffer.at(1) << 8 | buffer.at(2);
    this.#sum = buffer.at(3);
    buffer.skip(HEAD_BYTES);
    this.#bodyStart = buffer.offset;
    this.expectBody(length);
    return { type: "head", length };
  }

  protected override missing(): string {
    return "its head";
  }

  protected override onBody(bytes: Uint8Array): void {
    for (const byte of bytes) this.#sum ^= byte;
  }

  protected override onBodyEnd(): void {
    this.ends++;
    if (this.#sum === 0) return;
    throw broken("body", { offset: this.#bodyStart, expected: 0, received: this.#sum });
  }
}

function broken(
  what: string,
  { offset, expected, received }: { offset: number; expected: number; received: number },
): ProtocolError {
  return new ProtocolError(
    `Cannot decode ${what} at offset ${offset}: expected ${expected}, got ${received}`,
    {
      code: "bad-checksum",
      side: "remote",
      offset,
      expected: `${expected}`,
      received: `${received}`,
    },
  );
}

/** Returns a head and its body. */
function framed(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const xor = body.reduce((sum, byte) => sum ^ byte, 0);
  return joined([Uint8Array.of(MAGIC, body.length >> 8, body.length & 0xff, xor), body]);
}

/** Joins the pieces of a body into one message, so that messages are the same however the bytes were cut. */
class WholeDecoder implements Decoder<Uint8Array> {
  #decoder = new XorDecoder();
  /** What came of the body under way. */
  #parts: Uint8Array[] | undefined;
  /** Its head, without the checksum. */
  #head = hex("");

  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  end(): void {
    this.#decoder.end();
  }

  next(): Uint8Array | undefined {
    for (let one; (one = this.#decoder.next()) !== undefined;) {
      if (one.type === "head") {
        this.#parts = [];
        this.#head = Uint8Array.of(MAGIC, one.length >> 8, one.length & 0xff, 0);
      } else this.#parts!.push(one.bytes);
      if (this.#decoder.bodyBytes > 0) continue;
      const body = joined(this.#parts!);
      this.#parts = undefined;
      return body;
    }
    return undefined;
  }

  rest(): Uint8Array {
    const waiting = this.#decoder.rest();
    const rest = joined([...(this.#parts ? [this.#head, ...this.#parts] : []), waiting]);
    this.#parts = undefined;
    this.#decoder = new XorDecoder();
    return rest;
  }
}

testContract("BodyDecoder", {
  codec: defineCodec(() => new WholeDecoder(), (body, to) => to.bytes(framed(body))),
  samples: [
    { name: "hi", bytes: "b0 00 02 01 68 69", messages: [utf8Bytes("hi")] },
    { name: "an empty body", bytes: "b0 00 00 00", messages: [hex("")] },
    {
      name: "two empty bodies around one",
      bytes: "b0 00 00 00  b0 00 01 07 07  b0 00 00 00",
      messages: [hex(""), hex("07"), hex("")],
    },
    {
      name: "a body like a head",
      bytes: "b0 00 04 b0 b0 00 00 00",
      messages: [hex("b0 00 00 00")],
    },
    {
      name: "a body of 300 bytes",
      bytes: framed(new Uint8Array(300).fill(9)),
      messages: [new Uint8Array(300).fill(9)],
    },
  ],
  tail: "b0 00",
  limit: HEAD_BYTES + 0xffff,
  broken: [
    {
      name: "no head",
      bytes: "b0 00 01 61 61 ff",
      code: "bad-checksum",
      offset: 5,
      error: "Cannot decode head at offset 5: expected 176, got 255",
      after: 1,
    },
    {
      name: "a broken body",
      bytes: "b0 00 01 61 61 b0 00 02 03 01 03",
      code: "bad-checksum",
      offset: 9,
      error: "Cannot decode body at offset 9: expected 0, got 1",
      after: 1,
    },
    {
      name: "cut in a head",
      bytes: "b0 00 00 00 b0 00",
      code: "unexpected-end",
      offset: 4,
      error:
        "Cannot decode message at offset 4: the stream ended after 2 bytes of it, before its head",
      after: 1,
    },
    {
      name: "cut in a body",
      bytes: "b0 00 05 00 01 02",
      code: "unexpected-end",
      offset: 6,
      error:
        "Cannot decode message at offset 6: the stream ended after 0 bytes of it, before the 3 bytes left of the body",
    },
  ],
});

/** Bodies of 0, 1, 2, 5, 0, 300 and 40 bytes, and the stream of them. */
const BODIES = [0, 1, 2, 5, 0, 300, 40].map((length, at) =>
  Uint8Array.from({ length }, (_, index) => index * 7 + at)
);
const STREAM = joined(BODIES.map(framed));

function headOf(decoder: XorDecoder): Head | undefined {
  const head = decoder.next();
  assert(head?.type !== "body", "a head was to come");
  return head;
}

/**
 * Takes every head by `next` and every body by `takeBody`, or what arrives inside a body by `passBody`; checks each
 * number on the way.
 */
function takeBodies(
  chunks: readonly Uint8Array[],
  { size, passes = false }: { size: number; passes?: boolean },
): unknown[] {
  const decoder = new XorDecoder();
  const into = new Uint8Array(size);
  const bodies: unknown[] = [];
  const arriving = chunks.values();
  for (let head = headOf(decoder);; head = headOf(decoder)) {
    if (head === undefined) {
      const { done, value } = arriving.next();
      if (done) break;
      decoder.push(value);
      continue;
    }
    const start = decoder.offset;
    assertEquals(decoder.messageOffset, start - HEAD_BYTES);
    const parts: Uint8Array[] = [];
    for (let left = head.length; left > 0; left = decoder.bodyBytes) {
      into.fill(0xee);
      const count = decoder.takeBody(into);
      assert(count <= Math.min(left, size));
      assert(into.subarray(count).every((byte) => byte === 0xee), "nothing is written behind them");
      parts.push(into.slice(0, count));
      if (count === 0) {
        const chunk = arriving.next().value!;
        if (passes && chunk.length <= left) {
          decoder.passBody(chunk);
          parts.push(chunk);
        } else decoder.push(chunk);
      }
      const taken = parts.reduce((sum, { length }) => sum + length, 0);
      const { bodyBytes, offset } = decoder;
      // It is looked at a hundred thousand times, for which assertEquals is too slow.
      assert(
        bodyBytes === head.length - taken && offset === start + taken,
        `${bodyBytes} bytes to come at ${offset}, after ${taken} of ${head.length} from ${start}`,
      );
    }
    assertEquals([decoder.bodyBytes, decoder.takeBody(into)], [0, 0]);
    bodies.push(comparable(joined(parts)));
  }
  decoder.end();
  assertEquals(decoder.next(), undefined);
  return bodies;
}

for (const [size, passes] of [[1, false], [3, false], [1000, false], [3, true]] as const) {
  const and = passes ? " and passBody()" : "";
  Deno.test(`takeBody()${and} into ${size} bytes gives the bodies when cut anywhere`, () => {
    const expected = BODIES.map(comparable);
    for (let at = 0; at <= STREAM.length; at++) {
      assertEquals(takeBodies(cutAt(STREAM, [at]), { size, passes }), expected, `cut at ${at}`);
    }
    assertEquals(takeBodies(cutEvery(STREAM, 1), { size, passes }), expected);
    const check = (positions: readonly number[]) =>
      assertEquals(takeBodies(cutAt(STREAM, positions), { size, passes }), expected);
    fc.assert(fc.property(cuts(STREAM.length), check), CHECK);
  });
}

Deno.test("takeBody() stops at the body's end and leaves the next head", () => {
  const decoder = new XorDecoder();
  decoder.push(joined([framed(hex("01 02")), framed(hex("")), framed(hex("03"))]));
  assertEquals(headOf(decoder)?.length, 2);
  const into = new Uint8Array(100);
  assertEquals([decoder.takeBody(into), into[0], into[1], into[2]], [2, 1, 2, 0]);
  assertEquals([decoder.takeBody(into), decoder.offset], [0, 6]);
  assertEquals([headOf(decoder)?.length, decoder.messageOffset], [0, 6]);
  assertEquals([decoder.bodyBytes, decoder.takeBody(into)], [0, 0]);
  assertEquals([headOf(decoder)?.length, decoder.messageOffset], [1, 10]);
  assertEquals([decoder.takeBody(into), into[0]], [1, 3]);
});

Deno.test("takeBody() gives nothing when no head came, no byte waits or there is no room", () => {
  const decoder = new XorDecoder();
  const into = new Uint8Array(4);
  assertEquals([decoder.takeBody(into), decoder.bodyBytes], [0, 0]);
  decoder.push(framed(hex("01 02")).subarray(0, 5));
  assertEquals(decoder.takeBody(into), 0);
  headOf(decoder);
  assertEquals([decoder.takeBody(new Uint8Array(0)), decoder.bodyBytes], [0, 2]);
  assertEquals([decoder.takeBody(into), decoder.takeBody(into), decoder.bodyBytes], [1, 0, 1]);
  decoder.end();
  const error = assertThrows(() => decoder.takeBody(into), ProtocolError);
  assertStringIncludes(error.message, "before the 1 bytes left of the body");
  assertStrictEquals(assertThrows(() => decoder.next()), error);
});

Deno.test("takeBody() needs no chunk any more once it has given all of it", () => {
  const decoder = new XorDecoder();
  const chunk = framed(hex("01 02 03"));
  decoder.push(chunk.subarray(0, 6));
  headOf(decoder);
  assertEquals(decoder.takeBody(new Uint8Array(9)), 2);
  chunk.fill(0xff, 0, 6);
  decoder.push(hex("03"));
  const into = new Uint8Array(1);
  assertEquals([decoder.takeBody(into), into[0], decoder.next()], [1, 3, undefined]);
});

Deno.test("next() gives the pieces of a body as they arrived", () => {
  const decoder = new XorDecoder();
  const pieces: string[] = [];
  for (const chunk of cutAt(framed(utf8Bytes("abcdef")), [4, 5, 8])) {
    decoder.push(chunk);
    for (const one of drain(decoder)) {
      pieces.push(one.type === "body" ? new TextDecoder().decode(one.bytes) : `${one.length}`);
    }
  }
  assertEquals(pieces, ["6", "a", "bcd", "ef"]);
});

Deno.test("next() goes on where takeBody() stopped", () => {
  const decoder = new XorDecoder();
  decoder.push(framed(hex("01 02 03 04")));
  headOf(decoder);
  assertEquals(decoder.takeBody(new Uint8Array(1)), 1);
  const piece = decoder.next() as BodyPiece;
  assertEquals([piece.type, piece.bytes.join(), decoder.messageOffset], ["body", "2,3,4", 5]);
});

Deno.test("passBody() counts bytes that came past push()", () => {
  const decoder = new XorDecoder();
  const body = hex("01 02 03 04 05");
  decoder.push(framed(body).subarray(0, 5));
  headOf(decoder);
  assertEquals(decoder.takeBody(new Uint8Array(8)), 1);
  decoder.passBody(body.subarray(1, 3));
  assertEquals([decoder.bodyBytes, decoder.offset, decoder.ends], [2, 7, 0]);
  decoder.passBody(body.subarray(3));
  assertEquals([decoder.bodyBytes, decoder.offset, decoder.ends], [0, 9, 1]);
  decoder.push(framed(hex("")));
  assertEquals([headOf(decoder)?.length, decoder.messageOffset, decoder.offset], [0, 9, 13]);
});

Deno.test("passBody() of no bytes changes nothing, and ends no body a second time", () => {
  const decoder = new XorDecoder();
  decoder.passBody(hex(""));
  decoder.push(framed(hex("01")).subarray(0, HEAD_BYTES));
  headOf(decoder);
  decoder.passBody(hex(""));
  assertEquals([decoder.bodyBytes, decoder.offset, decoder.ends], [1, 4, 0]);
  decoder.passBody(hex("01"));
  decoder.passBody(hex(""));
  assertEquals([decoder.bodyBytes, decoder.offset, decoder.ends], [0, 5, 1]);
});

Deno.test("passBody() refuses bytes when others wait, and more than are to come", () => {
  const decoder = new XorDecoder();
  assertEquals(
    assertThrows(() => decoder.passBody(hex("01")), TypeError).message,
    "Cannot pass 1 bytes of body: 0 wait, 0 are to come",
  );
  decoder.push(framed(hex("01 02 03")).subarray(0, 6));
  headOf(decoder);
  assertThrows(() => decoder.passBody(hex("03")), TypeError, "1 bytes of body: 2 wait, 3 are");
  assertEquals(decoder.takeBody(new Uint8Array(2)), 2);
  assertThrows(() => decoder.passBody(hex("03 b0")), TypeError, "2 bytes of body: 0 wait, 1 are");
  // The refusal is the caller's fault, and the stream goes on.
  decoder.passBody(hex("03"));
  assertEquals([decoder.bodyBytes, decoder.offset, decoder.next()], [0, 7, undefined]);
});

/** Three ways to come to the end of a body; each throws where it is broken. */
const WAYS: Record<string, (decoder: XorDecoder, body: Uint8Array) => void> = {
  next: (decoder, body) => {
    decoder.push(body);
    drain(decoder);
  },
  takeBody: (decoder, body) => {
    decoder.push(body);
    while (decoder.takeBody(new Uint8Array(2)) > 0);
  },
  passBody: (decoder, body) => {
    for (const byte of body) decoder.passBody(Uint8Array.of(byte));
  },
};

for (const [name, run] of Object.entries(WAYS)) {
  Deno.test(`${name}() throws when the body is broken, and so does each later call`, () => {
    const decoder = new XorDecoder();
    decoder.push(hex("b0 00 03 ff"));
    headOf(decoder);
    const error = assertThrows(() => run(decoder, hex("01 02 03")), ProtocolError);
    assertEquals(
      [error.message, error.code, error.offset],
      ["Cannot decode body at offset 4: expected 0, got 255", "bad-checksum", 4],
    );
    decoder.push(framed(hex("")));
    assertEquals(decoder.capacity, 0);
    for (let round = 0; round < 2; round++) {
      assertStrictEquals(assertThrows(() => decoder.next()), error);
      assertStrictEquals(assertThrows(() => decoder.takeBody(new Uint8Array(4))), error);
      assertStrictEquals(assertThrows(() => decoder.passBody(hex("01"))), error);
    }
    assertEquals(decoder.rest(), hex(""));
  });

  Deno.test(`${name}() says once that a body is whole`, () => {
    const decoder = new XorDecoder();
    decoder.push(framed(hex("01 02 03")).subarray(0, HEAD_BYTES));
    headOf(decoder);
    run(decoder, hex("01 02 03"));
    decoder.takeBody(new Uint8Array(1));
    decoder.passBody(hex(""));
    assertEquals([decoder.next(), decoder.ends], [undefined, 1]);
  });
}

Deno.test("takeBody() and passBody() throw what next() threw when the stream ended in a body", () => {
  for (const length of [0, 1, 4]) {
    const decoder = new XorDecoder();
    decoder.push(framed(hex("01 02 03 04 05")).subarray(0, HEAD_BYTES + length));
    headOf(decoder);
    if (length > 0) assertEquals(decoder.takeBody(new Uint8Array(9)), length);
    decoder.end();
    const error = assertThrows(() => decoder.next(), ProtocolError);
    assertEquals([error.code, error.side, error.offset], ["unexpected-end", "remote", 4 + length]);
    assertEquals(error.expected, `the ${5 - length} bytes left of the body`);
    assertEquals(error.received, "the end after 0 bytes");
    assertStrictEquals(assertThrows(() => decoder.takeBody(new Uint8Array(1))), error);
    assertStrictEquals(assertThrows(() => decoder.passBody(hex("01"))), error);
    assertStrictEquals(assertThrows(() => decoder.next()), error);
  }
});

Deno.test("BodyDecoder keeps nothing of a body that was taken", () => {
  const body = new Uint8Array(50_000).fill(3);
  for (const [name, run] of Object.entries(WAYS)) {
    const decoder = new XorDecoder();
    decoder.push(framed(body).subarray(0, HEAD_BYTES));
    assertEquals(drain(decoder).length, 1);
    for (const chunk of cutEvery(body, 7000)) {
      run(decoder, chunk);
      assertEquals(decoder.capacity, 0, name);
    }
    assertEquals([decoder.bodyBytes, decoder.next()], [0, undefined]);
  }
});

Deno.test("BodyDecoder gives 5000 bodies when they arrive glued", () => {
  const bodies = Array.from({ length: 5000 }, (_, at) => new Uint8Array(at % 4).fill(at));
  const stream = joined(bodies.map(framed));
  assertEquals(takeBodies([stream], { size: 2 }), bodies.map(comparable));
  const decoder = new XorDecoder();
  decoder.push(stream);
  const pieces = drain(decoder).filter((one) => one.type === "body");
  assertEquals(pieces.length, 3750);
  assertEquals(decoder.offset, stream.length);
});

/** One byte, and a body of {@linkcode LARGE_BYTES} behind it. */
class LargeDecoder extends BodyDecoder<number> {
  protected override decodeHead(buffer: ReceiveBuffer): number | undefined {
    if (buffer.length === 0) return undefined;
    this.expectBody(LARGE_BYTES);
    return buffer.take(1)[0];
  }
}

const tiny = new Uint8Array(3);

function takeOnce(decoder: LargeDecoder): void {
  if (decoder.bodyBytes === 0) decoder.next();
  decoder.takeBody(tiny);
}

function takeAll(decoder: LargeDecoder): void {
  if (decoder.bodyBytes === 0) decoder.next();
  while (decoder.takeBody(tiny) > 0);
}

for (
  const [name, chunk, take] of [
    ["next(), byte by byte", 1, drain],
    ["next() of one chunk", 2 * LARGE_BYTES, drain],
    ["takeBody() into 3 bytes, byte by byte", 1, takeAll],
    ["takeBody() into 3 bytes of one chunk", 2 * LARGE_BYTES, takeAll],
    ["takeBody() into 3 bytes, more of which arrive than are taken", 4, takeOnce],
  ] as const
) {
  Deno.test(`${name}: the work is linear in the body`, () => {
    const bytes = new Uint8Array(1 + LARGE_BYTES).fill(5);
    const decoder = new LargeDecoder();
    const work = workOf(() => {
      for (let at = 0; at < bytes.length; at += chunk) {
        decoder.push(bytes.subarray(at, at + chunk));
        take(decoder);
      }
      takeAll(decoder);
    });
    assertEquals([decoder.bodyBytes, decoder.offset], [0, bytes.length]);
    const { copied, read } = work;
    assert(copied >= LARGE_BYTES && copied <= 4 * LARGE_BYTES, `${copied} bytes are copied`);
    assert(read <= 10, `${read} bytes are looked at one by one`);
  });
}
