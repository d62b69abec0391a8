// This module is browser compatible.

import type { Codec } from "./codec.ts";

/** Refuses what is no codec, as JavaScript may pass it. @throws {TypeError} It has no sessions. */
export function requireCodec<In, Out>(codec: Codec<In, Out>): Codec<In, Out> {
  if (typeof codec?.session === "function") return codec;
  // For the compiler it is a codec here, whatever JavaScript passed.
  const given: unknown = codec;
  const problem = typeof given === "function"
    ? `it is the function ${given.name || "that makes one"}; call it, as in lines()`
    : `${shown(given)} has no session()`;
  throw new TypeError(`Cannot use codec: ${problem}`);
}

/**
 * Refuses options that nobody would look at, such as a misspelt one.
 *
 * @throws {TypeError} One of them has none of the names, or they are no object.
 */
export function requireNames(
  given: object,
  { what, names }: { what: string; names: readonly string[] },
): void {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`Cannot set ${what}: ${shown(given)} is no object`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`Cannot set ${unknown}: the ${what} are ${names.join(", ")}`);
}

/** Refuses a message that is no bytes. @throws {TypeError} It is something else. */
export function requireBytes(bytes: Uint8Array): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  throw new TypeError(`Cannot encode message: ${shown(bytes)} is no Uint8Array`);
}

/** Refuses a message that is no text. @throws {TypeError} It is something else. */
export function requireText(text: string): string {
  if (typeof text === "string") return text;
  throw new TypeError(`Cannot encode message: ${shown(text)} is no string`);
}

/** Refuses a word that is none of those that are known. @throws {TypeError} It is another one. */
export function requireWord<Word extends string>(
  word: Word,
  { what, words }: { what: string; words: readonly Word[] },
): Word {
  if (words.includes(word)) return word;
  throw new TypeError(`Cannot set ${what} to ${shown(word)}: it is one of ${words.join(", ")}`);
}

/** Refuses what cannot be called. @throws {TypeError} It is no function. */
export function requireFunction<F>(given: F, what: string): F {
  if (typeof given === "function") return given;
  throw new TypeError(`Cannot use ${what}: ${shown(given)} is no function`);
}

/** Returns a value as a message names it: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "function") return `the function ${value.name}`;
  if (typeof value === "object" && value !== null) {
    return `an object (${value.constructor?.name ?? "Object"})`;
  }
  return String(value);
}
