import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateSync, gzipSync } from "node:zlib";
import { ContentCodingError, decodedContent } from "../../../headers/response/content_coding.ts";
import { firstBytes } from "../../../headers/response/first_bytes.ts";

const encoder = new TextEncoder();

/** A body in pieces that counts how much of it was asked for. */
class Body implements AsyncIterable<Uint8Array> {
  /** Bytes that were given. */
  given = 0;
  /** It was left before, or at, its end. */
  isOver = false;
  readonly #bytes: Uint8Array;
  readonly #pieceBytes: number;
  readonly #failure: Error | undefined;

  constructor(bytes: Uint8Array, pieceBytes = 1024, failure?: Error) {
    this.#bytes = bytes;
    this.#pieceBytes = pieceBytes;
    this.#failure = failure;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      while (this.given < this.#bytes.length) {
        const piece = this.#bytes.subarray(this.given, this.given + this.#pieceBytes);
        this.given += piece.length;
        await Promise.resolve();
        yield piece;
      }
      if (this.#failure) throw this.#failure;
    } finally {
      this.isOver = true;
    }
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text;
}

for (const pieceBytes of [1, 3, 1024]) {
  Deno.test(`decodedContent() gives the text when its pieces have ${pieceBytes} bytes`, async () => {
    const once = gzipSync("hello");
    const both = deflateSync(once);
    assertEquals(await textOf(decodedContent(new Body(once, pieceBytes), "GZip")), "hello");
    assertEquals(
      await textOf(decodedContent(new Body(both, pieceBytes), "gzip, deflate")),
      "hello",
    );
    const plain = new Body(encoder.encode("hello"), pieceBytes);
    assertEquals(await textOf(decodedContent(plain, "")), "hello");
  });
}

Deno.test("decodedContent() asks for little of a body that becomes huge when little is wanted", async () => {
  const bomb = gzipSync(new Uint8Array(256 * 1024 ** 2), { level: 9 });
  const body = new Body(bomb);
  const pieces = firstBytes(decodedContent(body, "gzip"), 1000);
  let bytes = 0;
  let next = await pieces.next();
  for (; !next.done; next = await pieces.next()) bytes += next.value.length;
  assertEquals([bytes, next.value], [1000, { bytes: 1000, isCut: true }]);
  assert(body.given < bomb.length / 2, `${body.given} of ${bomb.length}`);
  assert(body.isOver);
});

Deno.test("decodedContent() throws what the body throws, and its own error for what is no such coding", async () => {
  const failure = new Error("the connection broke");
  const broken = new Body(gzipSync("hello").subarray(0, 20), 5, failure);
  assertEquals(await assertRejects(() => textOf(decodedContent(broken, "gzip"))), failure);
  for (
    const [coding, bytes, why] of [
      ["gzip", encoder.encode("hello"), "it is no gzip"],
      ["gzip", gzipSync("hello").subarray(0, 20), "its gzip ends too early"],
      ["br", new Uint8Array(64).fill(255), "it is no br"],
      ["odd", encoder.encode("hello"), "its coding odd is not known here"],
      ["gzip, gzip, gzip, gzip, gzip", encoder.encode("hello"), "it has 5 codings"],
    ] as const
  ) {
    const decoding = textOf(decodedContent(new Body(bytes), coding));
    await assertRejects(() => decoding, ContentCodingError, `Cannot decode the body: ${why}`);
  }
});

Deno.test("decodedContent() gives nothing when there is nothing", async () => {
  assertEquals(await textOf(decodedContent(new Body(new Uint8Array()), "gzip, odd")), "");
});

for (
  const [maxBytes, expected, isCut] of [[4, "hell", true], [5, "hello", false], [
    6,
    "hello",
    false,
  ]] as const
) {
  Deno.test(`firstBytes() gives ${expected} of hello when it may give ${maxBytes}`, async () => {
    const body = new Body(encoder.encode("hello"), 2);
    const pieces = firstBytes(body, maxBytes);
    let text = "";
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) text += new TextDecoder().decode(next.value);
    assertEquals([text, next.value], [expected, { bytes: expected.length, isCut }]);
    assert(body.isOver);
  });
}
