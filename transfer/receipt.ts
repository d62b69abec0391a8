import { hmacSha256, sameDigest } from "../codec/hashing.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { hashFile } from "./hash_file.ts";
import { staysBelow } from "./stored_path.ts";

/** The kind and version of a receipt's JSON. */
export const RECEIPT_KIND: Receipt["kind"] = "parley receipt 1";

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
  /** It was piped in: on the side that sent it there is no file. */
  readonly stdin?: true;
}

/** One empty folder of a {@linkcode Receipt}. */
export interface ReceiptFolder {
  /** Its path on the side that sent it. */
  readonly source: string;
  /** Its path below the receiver's folder. */
  readonly path: string;
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
  /** The empty folders, in the order of their paths. @default none */
  readonly folders?: readonly ReceiptFolder[];
  /** The HMAC-SHA-256 of all of the above under the token, in hex. There is none without a token. */
  readonly seal?: string;
}

/** What {@linkcode verifyReceipt} finds out about one file. */
export interface VerifiedEntry {
  /** What the receipt says of it. */
  readonly entry: ReceiptEntry | ReceiptFolder;
  /** The path that was looked at. */
  readonly local: string;
  /**
   * What is there; `other-content` also when it is no file, or no folder. `from-stdin` is nothing wrong: there is nothing to
   * compare.
   */
  readonly verdict:
    | "same"
    | "missing"
    | "other-size"
    | "other-content"
    | "unreadable"
    | "from-stdin";
}

/** Makes a receipt. With a token it is sealed, so that nobody without the token can change it unnoticed. */
export function makeReceipt(
  said: Omit<Receipt, "kind" | "seal">,
  token: string | undefined,
): Receipt {
  // Files are stored in any order, and two receipts of the same files should be the same.
  const files = said.files.toSorted(byPath);
  const folders = said.folders?.toSorted(byPath) ?? [];
  const { receiver, finished } = said;
  const receipt: Receipt = {
    kind: RECEIPT_KIND,
    receiver,
    finished,
    files,
    ...folders.length > 0 && { folders },
  };
  return token === undefined ? receipt : { ...receipt, seal: sealOf(receipt, token) };
}

/**
 * Reads a receipt from its JSON. With a token its seal is checked, and it has to have one.
 *
 * @throws {TypeError} It is no receipt, a path in it leads out of the receiver's folder, or its seal is not that of the
 * token; the message says what is wrong, as a phrase.
 */
export function parseReceipt(text: string, token: string | undefined): Receipt {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TypeError("it is no JSON", { cause });
  }
  if (!isReceipt(value)) throw new TypeError(`it is no "${RECEIPT_KIND}"`);
  for (const { path } of [...value.files, ...value.folders ?? []]) {
    if (staysBelow(path)) continue;
    throw new TypeError(`its path "${escapeControls(path)}" leads out of the receiver's folder`);
  }
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

/**
 * Compares every file of a receipt with what is on this disk: where it was sent from, or below a receiver's `folder`. What
 * was piped in can be compared there alone, and a path that leads out of it is never opened.
 */
export async function* verifyReceipt(
  { files, folders = [] }: Receipt,
  { folder }: { folder?: string | undefined } = {},
): AsyncGenerator<VerifiedEntry, void, void> {
  const localOf = ({ source, path }: ReceiptFolder) =>
    folder === undefined ? source : `${folder.replace(/\/+$/, "")}/${path}`;
  const isOpened = ({ path }: ReceiptFolder) => folder === undefined || staysBelow(path);
  for (const entry of files) {
    const local = localOf(entry);
    if (entry.stdin && folder === undefined) yield { entry, local, verdict: "from-stdin" };
    else {
      const verdict = isOpened(entry) ? await verdictOf(local, entry) : "unreadable";
      yield { entry, local, verdict };
    }
  }
  for (const entry of folders) {
    const local = localOf(entry);
    yield { entry, local, verdict: isOpened(entry) ? await folderVerdictOf(local) : "unreadable" };
  }
}

async function folderVerdictOf(local: string): Promise<VerifiedEntry["verdict"]> {
  try {
    // Whether it is still empty is not asked: what came later is no fault.
    return (await Deno.stat(local)).isDirectory ? "same" : "other-content";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
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

/** What earlier versions did not know of is only sealed where it is there, so that each can check the other's seal. */
function sealOf({ kind, receiver, finished, files, folders }: Receipt, token: string): string {
  const rows = files.map(({ source, path, size, sha256, stdin }) => [
    source,
    path,
    size,
    sha256,
    ...stdin ? ["stdin"] : [],
  ]);
  const more = folders ? [folders.map(({ source, path }) => [source, path])] : [];
  return hmacSha256(token, JSON.stringify([kind, receiver, finished, rows, ...more]));
}

function byPath(one: ReceiptFolder, other: ReceiptFolder): number {
  return one.path < other.path ? -1 : 1;
}

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== "object" || value === null) return false;
  const { kind, receiver, finished, files, folders, seal } = value as Partial<Receipt>;
  return kind === RECEIPT_KIND && typeof receiver === "string" &&
    typeof finished === "string" && (seal === undefined || typeof seal === "string") &&
    Array.isArray(files) && files.every(isEntry) &&
    (folders === undefined || (Array.isArray(folders) && folders.every(isFolder)));
}

function isEntry(value: unknown): value is ReceiptEntry {
  if (!isFolder(value)) return false;
  const { size, sha256, stdin } = value as Partial<ReceiptEntry>;
  return Number.isSafeInteger(size) && typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) && (stdin === undefined || stdin === true);
}

function isFolder(value: unknown): value is ReceiptFolder {
  if (typeof value !== "object" || value === null) return false;
  const { source, path } = value as Partial<ReceiptFolder>;
  return typeof source === "string" && typeof path === "string";
}
