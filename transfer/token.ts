import { hmacSha256, sameDigest } from "../codec/hashing.ts";

/** What both sides said to prove themselves against. */
export interface Nonces {
  /** The sender's, of its hello. */
  readonly sender: string;
  /** The receiver's, of its welcome. */
  readonly receiver: string;
}

/** Returns 16 random bytes in hex. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns what proves that a side knows the token, without saying it. */
export function proofOf(
  token: string,
  { side, nonces }: { side: "sender" | "receiver"; nonces: Nonces },
): string {
  return hmacSha256(token, `parcel ${side} ${nonces.sender}${nonces.receiver}`);
}

/** Says whether a proof is that of the side that gives it. */
export function isProof(
  mac: string,
  { token, ...said }: { token: string; side: "sender" | "receiver"; nonces: Nonces },
): boolean {
  return sameDigest(mac, proofOf(token, said));
}
