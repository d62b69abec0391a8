import { hmacSha256, sameDigest } from "../codec/hashing.ts";
import { hashPart } from "./inbox/part_file.ts";

/** What a receipt says of a file. */
export interface ReceiptEntry {
  /** Its path where it was sent from. */
  readonly source: string;
  /** Its path at the receiver. */
  readonly path: string;
  /** Its bytes. */
  readonly size: number;
  /** Its digest, in hex. */
  readonly sha256: string;
}

/** What a receiver has stored, as its sender writes it down. */
export interface Receipt {
  /** What this is: `parley receipt 1`. */
  readonly kind: "parley receipt 1";
  /** Where it was sent to. */
  readonly receiver: string;
  /** When, in the form of ISO 8601. */
  readonly finished: string;
  /** What was stored. */
  readonly files: readonly ReceiptEntry[];
  /** HMAC-SHA-256 of all of the above under the token, where there was one. */
  readonly seal?: string;
}

/** How a file of a receipt was found. */
export interface Verdict {
  /** What the receipt says of it. */
  readonly entry: ReceiptEntry;
  /** Where it was looked for. */
  readonly local: string;
  /** How it was found; `other-content` is also what is no file any more. */
  readonly verdict: "same" | "missing" | "other-size" | "other-content" | "unreadable";
}

/** Returns a receipt, sealed where there is a token. */
export function makeReceipt(
  said: Omit<Receipt, "kind" | "seal">,
  token: string | undefined,
): Receipt {
  // They are stored in any order; two receipts of the same files should be the same.
  const files = said.files.toSorted((one, other) => one.path < other.path ? -1 : 1);
  const receipt = { kind: "parley receipt 1", ...said, files } as const;
  return token === undefined ? receipt : { ...receipt, seal: sealOf(receipt, token) };
}

/**
 * Reads a receipt.
 *
 * @throws {TypeError} It is none, or its seal is not that of the token; the message says what is wrong.
 */
export function parseReceipt(text: string, token: string | undefined): Receipt {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError("it is no JSON", { cause });
  }
  if (!isReceipt(value)) throw new TypeError('it is no "parley receipt 1"');
  if (token === undefined) return value;
  if (value.seal === undefined) {
    throw new TypeError("it has no seal, so a token says nothing of it");
  }
  if (!sameDigest(value.seal, sealOf(value, token))) {
    throw new TypeError(
      "its seal is not that of the token: it was changed, or the token is another one",
    );
  }
  return value;
}

/** Looks at every file of a receipt: where it was sent from, or below the receiver's `folder`. */
export async function* verifyReceipt(
  { files }: Receipt,
  { folder }: { folder?: string | undefined } = {},
): AsyncGenerator<Verdict, void, void> {
  for (const entry of files) {
    const local = folder === undefined
      ? entry.source
      : `${folder.replace(/\/+$/, "")}/${entry.path}`;
    yield { entry, local, verdict: await verdictOf(local, entry) };
  }
}

async function verdictOf(
  local: string,
  { size, sha256 }: ReceiptEntry,
): Promise<Verdict["verdict"]> {
  try {
    const found = await Deno.stat(local);
    if (!found.isFile) return "other-content";
    if (found.size !== size) return "other-size";
    const hasher = await hashPart(local, { bytes: size });
    return sameDigest(hasher.digest(), sha256) ? "same" : "other-content";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
  }
}

function sealOf({ kind, receiver, finished, files }: Receipt, token: string): string {
  const rows = files.map(({ source, path, size, sha256 }) => [source, path, size, sha256]);
  return hmacSha256(token, JSON.stringify([kind, receiver, finished, rows]));
}

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== "object" || value === null) return false;
  const { kind, receiver, finished, files, seal } = value as Partial<Receipt>;
  return kind === "parley receipt 1" && typeof receiver === "string" &&
    typeof finished === "string" && (seal === undefined || typeof seal === "string") &&
    Array.isArray(files) && files.every(isEntry);
}

function isEntry(value: unknown): value is ReceiptEntry {
  if (typeof value !== "object" || value === null) return false;
  const { source, path, size, sha256 } = value as Partial<ReceiptEntry>;
  return typeof source === "string" && typeof path === "string" && Number.isSafeInteger(size) &&
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
}
