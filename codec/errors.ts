// This module is browser compatible.

/**
 * What can be wrong with bytes or with a message, as far as the contract and the framings know it; stable, so programs may
 * branch on it. Each code has a paragraph in docs/errors.md, as have those of the protocols.
 */
export type ProtocolErrorCode =
  | "bad-checksum"
  | "bad-json"
  | "bad-length"
  | "bad-magic"
  | "bad-message"
  | "bad-utf8"
  | "delimiter-inside"
  | "limit-exceeded"
  | "other-protocol"
  | "unexpected-end"
  | "unexpected-message";

/** A code of ours, or any other: a protocol that somebody else writes has codes of its own. */
export type AnyErrorCode = ProtocolErrorCode | (string & Record<never, never>);

/** Whose fault it is: `local` asked for something illegal, `remote` sent something illegal. */
export type ProtocolErrorSide = "local" | "remote";

/** What a {@linkcode ProtocolError} says beside its message. */
export interface ProtocolErrorOptions extends ErrorOptions {
  /** What is wrong. */
  code: AnyErrorCode;
  /** Whose fault it is. */
  side: ProtocolErrorSide;
  /** Where: bytes from the start of the stream for `remote`, from the start of the message for `local`. */
  offset: number;
  /** What the protocol wanted there. */
  expected: string;
  /** What was there. */
  received: string;
}

/**
 * Says that bytes or a message break the protocol. It is the only error that a decoder's `next()` throws.
 *
 * @example
 * ```ts
 * import { netstring, ProtocolError } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const decoder = netstring().decoder();
 * decoder.push(new TextEncoder().encode("x:"));
 * let error: unknown;
 * try {
 *   decoder.next();
 * } catch (thrown) {
 *   error = thrown;
 * }
 * assert(error instanceof ProtocolError);
 * assert(error.code === "bad-length" && error.offset === 0);
 * ```
 */
export class ProtocolError extends Error {
  /** The class's name. */
  override readonly name: string = "ProtocolError";
  /** What is wrong. */
  readonly code: AnyErrorCode;
  /** Whose fault it is. */
  readonly side: ProtocolErrorSide;
  /** Where: bytes from the start of the stream for `remote`, from the start of the message for `local`. */
  readonly offset: number;
  /** What the protocol wanted there. */
  readonly expected: string;
  /** What was there. */
  readonly received: string;

  /** Makes an error whose message should begin with what was tried. */
  constructor(message: string, options: ProtocolErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.side = options.side;
    this.offset = options.offset;
    this.expected = options.expected;
    this.received = options.received;
  }
}

/** What a {@linkcode LimitError} needs to know. */
export interface LimitErrorOptions {
  /** The limit that was exceeded, by its name: `maxLineBytes`. */
  limit: string;
  /** Its maximum. */
  max: number;
  /** What came. */
  got: number;
  /** `got` is a lower bound: the rest was not waited for. */
  atLeast?: boolean;
  /** Whose fault it is; `remote` unless told. */
  side?: ProtocolErrorSide;
  /** Where it began, as in {@linkcode ProtocolError}; 0 unless told. */
  offset?: number;
}

/**
 * Says which limit was exceeded, what its maximum is and what came. It is a {@linkcode ProtocolError} whose code is
 * `limit-exceeded`.
 *
 * @example
 * ```ts
 * import { LimitError, lines } from "@parley/sockets";
 * import { assertThrows } from "@std/assert";
 *
 * const decoder = lines({ maxBytes: 3 }).decoder();
 * decoder.push(new TextEncoder().encode("abcd\n"));
 * const message = "Cannot decode line: at least 4 bytes exceed maxLineBytes 3";
 * assertThrows(() => decoder.next(), LimitError, message);
 * ```
 */
export class LimitError extends ProtocolError {
  /** The class's name. */
  override readonly name: string = "LimitError";
  /** The limit that was exceeded. */
  readonly limit: string;
  /** Its maximum. */
  readonly max: number;
  /** What came, or as much as was looked at. */
  readonly got: number;

  /** Makes the error; `tried` opens the message: `Cannot decode line`, and `unit` is what is counted: `bytes`. */
  constructor(
    tried: string,
    options: LimitErrorOptions & { unit: string },
  ) {
    const { limit, max, got, unit, atLeast = false } = options;
    const received = `${atLeast ? "at least " : ""}${got} ${unit}`;
    super(`${tried}: ${received} exceed ${limit} ${max}`, {
      code: "limit-exceeded",
      side: options.side ?? "remote",
      offset: options.offset ?? 0,
      expected: `at most ${max} ${unit}`,
      received,
    });
    this.limit = limit;
    this.max = max;
    this.got = got;
  }
}
