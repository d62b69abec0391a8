import { escapeControls } from "../codec/escape_controls.ts";
import { messageOf } from "../net/errors.ts";
import { parseReceipt, type Receipt, RECEIPT_KIND } from "../transfer/receipt.ts";
import { permissionAdvice } from "./permission_advice.ts";
import { readTextWithMark } from "./text_file.ts";
import { UsageError } from "./usage_error.ts";

/** What a receipt begins with, as it is written here; a byte order mark may stand before it. */
const BEGINNING = new RegExp(`^\\ufeff?\\s*\\{\\s*"kind"\\s*:\\s*"${RECEIPT_KIND}"`);
/** So many bytes say whether a file is a receipt. */
const BEGINNING_BYTES = 256;

/**
 * Writes a receipt to a file: a new one beside it takes its place when it is whole. Where the folder may not be written, the
 * file itself is.
 *
 * @throws {Error} It cannot be written; the message says what would help.
 */
export async function writeReceipt(path: string, receipt: Receipt): Promise<void> {
  const text = `${JSON.stringify(receipt, null, 2)}\n`;
  try {
    if (!await replace(path, text)) await Deno.writeTextFile(path, text);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Puts a new file in the place of one; returns false where that cannot be. @throws The system's error. */
async function replace(path: string, text: string): Promise<boolean> {
  let place: string;
  let temporary: string;
  let opened: Deno.FsFile;
  try {
    const found = await infoOf(path);
    if (found && !found.isFile) return false;
    // A link stays, and what it leads to is replaced.
    place = found ? await Deno.realPath(path) : path;
    temporary = `${place}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    const mode = found?.mode ? { mode: found.mode & 0o777 } : {};
    opened = await Deno.open(temporary, { write: true, createNew: true, ...mode });
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
  try {
    using file = opened;
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
    await Deno.rename(temporary, place);
    return true;
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Refuses a path that no receipt should be written to, before anything is sent: what is no receipt stays as it is, and so
 * does what is sent.
 *
 * @throws {UsageError} Something stands there that is no receipt, or it is one of `sources`, or in a folder among them.
 * @throws {Error} It cannot be written; the message says what would help.
 */
export async function requireReceiptPath(path: string, sources: readonly string[]): Promise<void> {
  let found: Deno.FileInfo | undefined;
  try {
    found = await infoOf(path);
    if (!found) {
      await Deno.writeTextFile(path, "", { createNew: true });
      return await Deno.remove(path);
    }
  } catch (cause) {
    throw unwritable(path, cause);
  }
  const shown = escapeControls(path);
  const refused = (what: string) => new UsageError(`Cannot write the receipt ${shown}: ${what}`);
  // What is written there goes away at once: nothing is lost.
  if (found.isCharDevice || found.isFifo) return;
  if (!found.isFile) throw refused("it is no file");
  if (await isAmong(path, { found, sources })) {
    throw refused("it is among what is sent; name another file");
  }
  if (found.size > 0 && !BEGINNING.test(await beginningOf(path))) {
    throw refused("the file that is there is no receipt; name another one, or remove it");
  }
  try {
    using _file = await Deno.open(path, { write: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function isAmong(
  path: string,
  { found, sources }: { found: Deno.FileInfo; sources: readonly string[] },
): Promise<boolean> {
  for (const source of sources) {
    // What cannot be looked at is not sent either.
    const other = source === "-" ? undefined : await infoOf(source).catch(() => undefined);
    if (!other) continue;
    const isSame = found.ino ? found.ino === other.ino && found.dev === other.dev : path === source;
    if (isSame) return true;
    if (!other.isDirectory) continue;
    const folder = (await Deno.realPath(source)).replace(/[/\\]$/, "");
    const place = await Deno.realPath(path);
    if (place.startsWith(folder) && /[/\\]/.test(place.charAt(folder.length))) return true;
  }
  return false;
}

async function beginningOf(path: string): Promise<string> {
  try {
    using file = await Deno.open(path, { read: true });
    const into = new Uint8Array(BEGINNING_BYTES);
    const count = await file.read(into) ?? 0;
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(into.subarray(0, count));
  } catch (cause) {
    const shown = escapeControls(path);
    const what = cause instanceof Deno.errors.NotCapable
      ? `Deno does not allow to look at what is there; ${
        permissionAdvice(cause, { path, flags: `--allow-read=${path}` })
      }`
      : messageOf(cause);
    throw new Error(`Cannot write the receipt ${shown}: ${what}`, { cause });
  }
}

async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
}

function unwritable(path: string, cause: unknown): Error {
  const shown = escapeControls(path);
  const what = cause instanceof Deno.errors.NotCapable
    ? `Deno does not allow it; ${
      permissionAdvice(cause, { path, flags: `${flagsFor(cause)}=${path}` })
    }`
    : messageOf(cause);
  return new Error(`Cannot write the receipt ${shown}: ${what}`, { cause });
}

/** Deno names what it does not allow. */
function flagsFor({ message }: Error): string {
  return message.includes("--allow-read") ? "--allow-read" : "--allow-write";
}

/** Reads a receipt from a file. @throws {Error} There is none, or its seal is wrong. */
export async function readReceipt(path: string, token: string | undefined): Promise<Receipt> {
  try {
    return parseReceipt(await readTextWithMark(path), token);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : messageOf(cause);
    throw new Error(`Cannot use the receipt ${escapeControls(path)}: ${reason}`, { cause });
  }
}
