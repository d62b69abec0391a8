import { sameDigest, sha256 } from "../codec/hashing.ts";

const encoder = new TextEncoder();
/** What a line of 512 bytes has room for beside `PASS :` and CRLF. */
const MAX_PASSWORD_BYTES = 504;

/** Returns why nobody could say a password with PASS; undefined where somebody can. */
export function passwordProblem(password: string): string | undefined {
  if (password === "") return "it is empty";
  if (/[\r\n]/.test(password)) return "it has several lines";
  if (/[\0\p{Surrogate}]/u.test(password)) return "it holds what is no text";
  const { length } = encoder.encode(password);
  if (length <= MAX_PASSWORD_BYTES) return undefined;
  return `it has ${length} bytes, and a line has room for ${MAX_PASSWORD_BYTES} of them`;
}

/** Returns what is kept of a password, and compared. */
export function digestOf(password: string): string {
  const hasher = sha256();
  hasher.update(encoder.encode(password));
  return hasher.digest();
}

/** Says whether a password is the one with this digest, in a time that tells nothing of it. */
export function isPassword(given: string | undefined, digest: string): boolean {
  return given !== undefined && sameDigest(digestOf(given), digest);
}
