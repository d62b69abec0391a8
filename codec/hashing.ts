// One of the two files of codec/ that need the runtime: both Deno and Node have node:crypto. Nothing that codec/mod.ts
// exports imports it, so the codecs run in a browser.

import { createHash, createHmac, type Hash, timingSafeEqual } from "node:crypto";

/** Takes bytes, and says what their digest is. */
export interface Hasher {
  /** Adds bytes. */
  update(bytes: Uint8Array): void;
  /** Returns another one that has taken the same bytes. */
  copy(): Hasher;
  /** Returns the digest in hex; nothing may follow. */
  digest(): string;
}

/** Returns a hasher of SHA-256 (FIPS 180-4). */
export function sha256(): Hasher {
  return hasherOver(createHash("sha256"));
}

function hasherOver(hash: Hash): Hasher {
  return {
    update: (bytes) => void hash.update(bytes),
    copy: () => hasherOver(hash.copy()),
    digest: () => hash.digest("hex"),
  };
}

/** Returns the HMAC-SHA-256 (RFC 2104) under a key that is text, in hex, of texts and bytes as if they were one. */
export function hmacSha256(key: string, ...data: readonly (string | Uint8Array)[]): string {
  const hmac = createHmac("sha256", key);
  for (const one of data) hmac.update(one);
  return hmac.digest("hex");
}

/** Says whether two digests in hex are the same, in a time that tells nothing about where they differ. */
export function sameDigest(one: string, other: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
