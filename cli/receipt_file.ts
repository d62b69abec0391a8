import { escapeControls } from "../codec/escape_controls.ts";
import { messageOf } from "../net/errors.ts";
import { permissionAdvice } from "./permission_advice.ts";
import { parseReceipt, type Receipt } from "../transfer/receipt.ts";
import { readTextWithMark } from "./text_file.ts";

/** Writes a receipt to a file. @throws {Error} It cannot be written; the message says what would help. */
export async function writeReceipt(path: string, receipt: Receipt): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${JSON.stringify(receipt, null, 2)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/**
 * Refuses a path that no receipt can be written to, before anything is sent. A file that stands there stays as it is.
 *
 * @throws {Error} It cannot be written; the message says what would help.
 */
export async function requireWritable(path: string): Promise<void> {
  try {
    if (await isThere(path)) {
      using _file = await Deno.open(path, { write: true });
      return;
    }
    await Deno.writeTextFile(path, "", { createNew: true });
    await Deno.remove(path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function unwritable(path: string, cause: unknown): Error {
  const what = cause instanceof Deno.errors.NotCapable
    ? `Deno does not allow it; ${permissionAdvice(cause, { path, flags: `--allow-write=${path}` })}`
    : messageOf(cause);
  return new Error(`Cannot write the receipt ${escapeControls(path)}: ${what}`, { cause });
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
