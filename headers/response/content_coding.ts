import type { Transform } from "node:stream";
import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import { escapeControls } from "../../codec/escape_controls.ts";
import { listItems } from "../../codec/http/mod.ts";
import { systemCodeOf } from "../../net/errors.ts";

/** Codings that one body may have on top of one another. */
const MAX_CODINGS = 4;
const MAX_SHOWN_CHARS = 40;
/** Bytes that zlib puts in front (RFC 1950, 2.2). */
const HEADER_BYTES = 2;

/** Stable, so programs may branch on it; docs/errors.md has a paragraph for it. */
export type ContentCodingErrorCode = "bad-coding";

/** Says that a body cannot be decoded, and why. */
export class ContentCodingError extends Error {
  /** The class's name. */
  override readonly name = "ContentCodingError";
  /** What is wrong. */
  readonly code: ContentCodingErrorCode = "bad-coding";
}

/**
 * Decodes a body by its `Content-Encoding` (RFC 9110, 8.4): gzip, deflate, br, and zstd where the runtime has it. It gives
 * what is decoded in small pieces, and decodes no more than is asked for: a body that becomes huge costs nothing.
 *
 * @throws {ContentCodingError} A coding is not known here, or the body is not in it.
 * @throws What `body` throws.
 */
export async function* decodedContent(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string,
): AsyncGenerator<Uint8Array, void> {
  const codings = listItems(contentEncoding.toLowerCase()).filter((one) => one !== "identity");
  if (codings.length > MAX_CODINGS) {
    throw new ContentCodingError(
      `Cannot decode the body: it has ${codings.length} codings, and at most ${MAX_CODINGS} are undone`,
    );
  }
  // The last one was put on last.
  let decoded = body;
  for (const coding of codings.toReversed()) decoded = withoutCoding(decoded, coding);
  yield* decoded;
}

async function* withoutCoding(
  body: AsyncIterable<Uint8Array>,
  coding: string,
): AsyncGenerator<Uint8Array, void> {
  const [{ Readable }, zlib] = await Promise.all([import("node:stream"), import("node:zlib")]);
  const source = body[Symbol.asyncIterator]();
  const first = await beginningOf(source);
  // What is sent to nobody, as the answer to HEAD, has no coding either.
  if (first.length === 0) return;
  let failure: unknown;
  async function* all(): AsyncGenerator<Uint8Array, void> {
    try {
      yield first;
      for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const input = Readable.from(all(), { objectMode: false });
  const output = makeDecoder(coding, { zlib, first });
  input.on("error", (error) => output.destroy(error));
  input.pipe(output);
  try {
    for await (const piece of output) yield piece;
  } catch (cause) {
    if (failure !== undefined) throw failure;
    const why = systemCodeOf(cause) === "Z_BUF_ERROR"
      ? `its ${shown(coding)} ends too early`
      : `it is no ${shown(coding)}`;
    throw new ContentCodingError(`Cannot decode the body: ${why}`, { cause });
  } finally {
    output.destroy();
    input.destroy();
    await source.return?.();
  }
}

/** Returns the first bytes of a body: as many as tell how it is packed, or all of fewer. */
async function beginningOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const beginning = new ByteWriter();
  while (beginning.length < HEADER_BYTES) {
    const next = await source.next();
    if (next.done) break;
    beginning.bytes(next.value);
  }
  return beginning.finish();
}

function makeDecoder(
  coding: string,
  { zlib, first }: { zlib: typeof import("node:zlib"); first: Uint8Array },
): Transform {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "deflate":
      // It should have zlib's two bytes in front; many servers leave them out.
      return hasZlibHeader(first) ? zlib.createInflate() : zlib.createInflateRaw();
    case "br":
      return zlib.createBrotliDecompress();
    case "zstd": {
      // Newer runtimes have it, Node 20 has not.
      const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
      if (createZstdDecompress) return createZstdDecompress();
    }
  }
  throw new ContentCodingError(
    `Cannot decode the body: its coding ${shown(coding)} is not known here`,
  );
}

function hasZlibHeader([method = 0, flags = 0]: Uint8Array): boolean {
  return (method & 15) === 8 && (method * 256 + flags) % 31 === 0;
}

function shown(text: string): string {
  return escapeControls(text, { maxChars: MAX_SHOWN_CHARS });
}
