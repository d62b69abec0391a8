// This module is browser compatible.

import { requireBytes, requireNames, requireWord, shown } from "./arguments.ts";
import { BufferedDecoder } from "./buffered_decoder.ts";
import { type Codec, defineCodec } from "./codec.ts";
import { LimitError, ProtocolError } from "./errors.ts";
import { DEFAULT_CODEC_LIMITS, requireLimit } from "./limits.ts";
import type { ReceiveBuffer } from "./bytes/receive_buffer.ts";

/** How {@linkcode delimited} cuts. */
export interface DelimitedOptions {
  /** Bytes that a message may have without its delimiter. @default {8388608} */
  maxBytes?: number;
  /**
   * What bytes behind the last delimiter are when the stream ends: a `message`, or an `error` (`unexpected-end`).
   *
   * @default {"message"}
   */
  unended?: "message" | "error";
}

/**
 * Cuts a stream at one delimiter or at any of several, each one byte or longer; text stands for its UTF-8. The
 * earliest one ends the message, and of two that begin together the longer. It refuses messages over `maxBytes`
 * (8 MiB), and to encode one that holds a delimiter. The first delimiter is the one that is written.
 *
 * ```text
 *   61 62 0d 0a 0d 0a 63 ...     delimiter "\r\n\r\n"
 *   `---' `---------'
 *   message delimiter
 * ```
 *
 * @throws {RangeError} No delimiter, an empty one, or a first one that begins another: what follows a message could
 * then be taken for its delimiter.
 *
 * @example
 * ```ts
 * import { delimited } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const decoder = delimited("--").decoder();
 * decoder.push(new TextEncoder().encode("a-b--c"));
 * assert(new TextDecoder().decode(decoder.next()) === "a-b");
 * ```
 */
export function delimited(
  delimiters: string | Uint8Array | readonly (string | Uint8Array)[],
  options: DelimitedOptions = {},
): Codec<Uint8Array> {
  requireNames(options, { what: "options of delimited()", names: ["maxBytes", "unended"] });
  const { unended = "message" } = options;
  requireWord(unended, { what: "unended", words: ["message", "error"] });
  const list = typeof delimiters === "string" || delimiters instanceof Uint8Array
    ? [delimiters]
    : delimiters;
  const isList = Array.isArray(list) &&
    list.every((one) => typeof one === "string" || one instanceof Uint8Array);
  if (!isList) throw new TypeError(`Cannot cut at ${shown(delimiters)}: it is no text or bytes`);
  const encoder = new TextEncoder();
  const all = list.map((one) =>
    typeof one === "string" ? encoder.encode(one) : new Uint8Array(one)
  );
  const written = all[0];
  if (written === undefined || all.some(({ length }) => length === 0)) {
    throw new RangeError("Cannot cut at an empty delimiter");
  }
  if (
    all.some((one) =>
      one.length > written.length &&
      matches(one, { at: 0, one: written, count: written.length })
    )
  ) {
    throw new RangeError(
      "Cannot write the first delimiter: it begins another one, which must stand before it",
    );
  }
  const settings: Settings = {
    finder: new Finder(all),
    maxBytes: requireLimit(
      "maxMessageBytes",
      options.maxBytes ?? DEFAULT_CODEC_LIMITS.maxMessageBytes,
    ),
    unended,
  };
  return defineCodec<Uint8Array>(
    () => new DelimitedDecoder(settings),
    (message, writer) => {
      const start = writer.length;
      writer.bytes(requireBytes(message));
      writer.bytes(written);
      const { length } = message;
      const joined = writer.buffer.subarray(start, writer.length);
      // What follows could still make a delimiter of the last bytes, one that begins inside the message.
      const at = settings.finder.find(joined, { from: 0, ended: false })?.at;
      if (at !== length) {
        throw new ProtocolError(
          `Cannot encode message: it holds a delimiter at ${at}, which would cut it there`,
          {
            code: "delimiter-inside",
            side: "local",
            offset: at ?? length,
            expected: "a message without a delimiter",
            received: `a delimiter at ${at}`,
          },
        );
      }
      if (length > settings.maxBytes) {
        throw new LimitError("Cannot encode message", {
          limit: "maxMessageBytes",
          max: settings.maxBytes,
          got: length,
          unit: "bytes",
          side: "local",
        });
      }
    },
  );
}

interface Settings {
  finder: Finder;
  maxBytes: number;
  unended: "message" | "error";
}

class DelimitedDecoder extends BufferedDecoder<Uint8Array> {
  readonly #settings: Settings;
  /** No delimiter begins before this position. */
  #scanned = 0;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  override rest(): Uint8Array {
    this.#scanned = 0;
    return super.rest();
  }

  protected override missing(): string {
    return "its delimiter";
  }

  protected override decode(
    buffer: ReceiveBuffer,
    ended: boolean,
  ): Uint8Array | undefined {
    const { finder, maxBytes, unended } = this.#settings;
    const view = buffer.view();
    const found = finder.find(view, { from: this.#scanned, ended });
    if (found === undefined) {
      this.#scanned = view.length;
      if (view.length > maxBytes) throw this.#tooLong(buffer);
      if (!ended || view.length === 0 || unended === "error") return undefined;
      this.#scanned = 0;
      return buffer.take(view.length);
    }
    this.#scanned = found.at;
    if (found.at > maxBytes) throw this.#tooLong(buffer);
    if (found.width === 0) return undefined;
    this.#scanned = 0;
    const message = buffer.take(found.at);
    buffer.skip(found.width);
    return message;
  }

  #tooLong(buffer: ReceiveBuffer): LimitError {
    const { maxBytes } = this.#settings;
    return new LimitError("Cannot decode message", {
      limit: "maxMessageBytes",
      max: maxBytes,
      got: maxBytes + 1,
      atLeast: true,
      unit: "bytes",
      offset: buffer.offset,
    });
  }
}

/** Finds the earliest of several delimiters, looking at each byte once. */
class Finder {
  readonly #delimiters: readonly Uint8Array[];
  /** 1 where a delimiter begins with that byte. */
  readonly #begins = new Uint8Array(256);

  constructor(delimiters: readonly Uint8Array[]) {
    this.#delimiters = delimiters.toSorted((a, b) => b.length - a.length);
    for (const one of delimiters) this.#begins[one[0]!] = 1;
  }

  /**
   * Returns where the first delimiter begins and how wide it is. A width of 0 says that one may begin there, or a
   * longer one, which the bytes that are still to come will decide.
   */
  find(
    bytes: Uint8Array,
    { from, ended }: { from: number; ended: boolean },
  ): { at: number; width: number } | undefined {
    const begins = this.#begins;
    for (let at = from; at < bytes.length; at++) {
      if (begins[bytes[at]!] === 0) continue;
      const width = this.#match(bytes, { at, ended });
      if (width !== undefined) return { at, width };
    }
    return undefined;
  }

  #match(
    bytes: Uint8Array,
    { at, ended }: { at: number; ended: boolean },
  ): number | undefined {
    let undecided = false;
    for (const one of this.#delimiters) {
      const there = Math.min(one.length, bytes.length - at);
      if (!matches(bytes, { at, one, count: there })) continue;
      if (there === one.length) return undecided ? 0 : one.length;
      if (!ended) undecided = true;
    }
    return undecided ? 0 : undefined;
  }
}

function matches(
  bytes: Uint8Array,
  { at, one, count }: { at: number; one: Uint8Array; count: number },
): boolean {
  for (let index = 0; index < count; index++) {
    if (bytes[at + index] !== one[index]) return false;
  }
  return true;
}
