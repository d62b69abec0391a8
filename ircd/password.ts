import { sameDigest, sha256 } from "../codec/hashing.ts";

const encoder = new TextEncoder();

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
