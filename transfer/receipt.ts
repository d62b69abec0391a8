import { hmacSha256, sameDigest } from "../codec/hashing.ts";
import { hashFile } from "./hash_file.ts";

/** One file of a {@linkcode Receipt}. */
export interface ReceiptEntry {
  /** Its path on the side that sent it. */
  readonly source: string;
  /** Its path below the receiver's folder. */
  readonly path: string;
  /** Its bytes. */
  readonly size: number;
  /** Its SHA-256 in hex. */
  readonly sha256: string;
}

/** The files that a receiver has stored, as their sender writes it down; plain JSON. */
export interface Receipt {
  /** The kind and version of this JSON. */
  readonly kind: "parley receipt 1";
  /** The receiver's address. */
  readonly receiver: string;
  /** When the last file was stored, as ISO 8601 writes it. */
  readonly finished: string;
  /** The files, in the order of their paths. */
  readonly files: readonly ReceiptEntry[];
  /** The HMAC-SHA-256 of all of the above under the token, in hex. There is none without a token. */
  readonly seal?: string;
}

/** What {@linkcode verifyReceipt} finds out about one file. */
export interface VerifiedEntry {
  /** What the receipt says of it. */
  readonly entry: ReceiptEntry;
  /** The path that was looked at. */
  readonly local: string;
  /** What is there; `other-content` also when it is no file. */
  readonly verdict: "same" | "missing" | "other-size" | "other-content" | "unreadable";
}

/** Makes a receipt. With a token it is sealed, so that nobody without the token can change it unnoticed. */
export function makeReceipt(
  said: Omit<Receipt, "kind" | "seal">,
  token: string | undefined,
): Receipt {
  // Files are stored in any order, and two receipts of the same files should be the same.
  const files = said.files.toSorted((one, other) => one.path < other.path ? -1 : 1);
  const receipt = { kind: "parley receipt 1", ...said, files } as const;
  return token === undefined ? receipt : { ...receipt, seal: sealOf(receipt, token) };
}

/**
 * Reads a receipt from its JSON. With a token its seal is checked, and it has to have one.
 *
 * @throws {TypeError} It is no receipt, or its seal is not that of the token; the message says what is wrong, as a phrase.
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

/** Compares every file of a receipt with what is on this disk: where it was sent from, or below a receiver's `folder`. */
export async function* verifyReceipt(
  { files }: Receipt,
  { folder }: { folder?: string | undefined } = {},
): AsyncGenerator<VerifiedEntry, void, void> {
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
): Promise<VerifiedEntry["verdict"]> {
  try {
    const found = await Deno.stat(local);
    if (!found.isFile) return "other-content";
    if (found.size !== size) return "other-size";
    const hasher = await hashFile(local, { bytes: size });
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
