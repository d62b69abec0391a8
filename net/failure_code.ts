/** Codes of what went wrong where the error has none and no class of `Deno.errors` says it. docs/errors.md explains each. */
export type FailureCode =
  | "bad-certificate"
  | "bug"
  | "failed"
  | "name-too-long"
  | "network-unreachable"
  | "no-space"
  | "no-such-host"
  | "read-only"
  | "too-many-open-files";

/** What the system's own names mean, where Deno has no class for them. */
const SYSTEM_CODES: Readonly<Record<string, FailureCode>> = {
  EHOSTUNREACH: "network-unreachable",
  EMFILE: "too-many-open-files",
  ENAMETOOLONG: "name-too-long",
  ENETUNREACH: "network-unreachable",
  ENFILE: "too-many-open-files",
  ENOSPC: "no-space",
  EROFS: "read-only",
};

/** What errors say that have neither a class nor a code of their own. */
const WORDS: readonly (readonly [RegExp, FailureCode])[] = [
  [/failed to lookup address|getaddrinfo|ENOTFOUND/, "no-such-host"],
  [/unreachable/i, "network-unreachable"],
  [/too many open files/i, "too-many-open-files"],
  [/no space left on device/i, "no-space"],
  [/certificate|UnknownIssuer|BadSignature/i, "bad-certificate"],
];

/** A code of this project's, or of somebody's own protocol. */
const OUR_CODE = /^[a-z]+(?:-[a-z\d]+)*$/;

/**
 * Returns a stable code for what went wrong: the error's own where it has one (`deadline-passed`), else the name of its
 * class in `Deno.errors` in small letters (`connection-refused`, `not-found`), else what its words are known to mean.
 * What nobody foresaw is `failed`, and a mistake in a program `bug`: {@linkcode FailureCode} has these.
 *
 * @example
 * ```ts
 * import { failureCodeOf } from "@parley/sockets/net";
 * import { assert } from "@std/assert";
 * assert(failureCodeOf(new Deno.errors.ConnectionRefused()) === "connection-refused");
 * assert(failureCodeOf(new Error("what was that?")) === "failed");
 * ```
 */
export function failureCodeOf(error: unknown): string {
  return codeOf(error, MAX_CAUSES);
}

/** Causes that are followed; an error may be its own cause. */
const MAX_CAUSES = 8;

function codeOf(error: unknown, causes: number): string {
  if (!(error instanceof Error)) return "failed";
  const code = "code" in error ? String(error.code) : "";
  if (OUR_CODE.test(code)) return code;
  const known = SYSTEM_CODES[code];
  if (known !== undefined) return known;
  const isOfDeno = Object.hasOwn(Deno.errors, error.name);
  // TLS has no class of its own.
  if (isOfDeno && !(error instanceof Deno.errors.InvalidData)) return inWords(error.name);
  const said = WORDS.find(([words]) => words.test(error.message));
  if (said) return said[1];
  if (isOfDeno) return inWords(error.name);
  const isMistake = [TypeError, RangeError, ReferenceError, SyntaxError].some((Class) =>
    error instanceof Class
  );
  if (isMistake) return "bug";
  // Whoever caught an error to say more of it has left the cause.
  return error.cause === undefined || causes === 0 ? "failed" : codeOf(error.cause, causes - 1);
}

/** Returns the name of a class in small letters: `connection-refused`. */
function inWords(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
