import { hexOf } from "../../codec/bytes/hex.ts";
import { hmacSha256, sameDigest } from "../../codec/hashing.ts";

/** The random words of a session that a proof is made for, so that it is good for no other session. */
export interface Nonces {
  /** The sender's, from its `hello`. */
  readonly sender: string;
  /** The receiver's, from its `welcome`. */
  readonly receiver: string;
}

/** Returns 16 random bytes in hex. */
export function newNonce(): string {
  return hexOf(crypto.getRandomValues(new Uint8Array(16)));
}

/** Returns the proof that a side knows the token, which does not give the token away (docs/parcel.md, "The dialogue"). */
export function proofOf(
  token: string,
  { side, nonces }: { side: "sender" | "receiver"; nonces: Nonces },
): string {
  return hmacSha256(token, `parcel ${side} ${nonces.sender}${nonces.receiver}`);
}

/** Says whether `mac` is the proof of that side. */
export function isProof(
  mac: string,
  { token, ...said }: { token: string; side: "sender" | "receiver"; nonces: Nonces },
): boolean {
  return sameDigest(mac, proofOf(token, said));
}
