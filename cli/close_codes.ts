/** What the codes of closes mean (RFC 6455, 7.4, and the registry of IANA). */
const MEANINGS: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "unsupported data",
  1005: "no code",
  1006: "no close frame",
  1007: "invalid data",
  1008: "policy violation",
  1009: "message too big",
  1010: "extension needed",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
  1014: "bad gateway",
  3000: "unauthorized",
  3003: "forbidden",
  3008: "timeout",
};

/** Codes of what would come to the same end another time. */
const FINAL: readonly number[] = [1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 3000, 3003];

/** Returns a code with what it means: `1001 (going away)`. */
export function closeCodeText(code: number): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? String(code) : `${code} (${meaning})`;
}

/** Says whether a close with this code is a good end. */
export function isGoodClose(code: number): boolean {
  return code === 1000 || code === 1005;
}

/** Says whether it is worth a try to connect again after a close with this code. */
export function isWorthRetry(code: number): boolean {
  return !FINAL.includes(code);
}
