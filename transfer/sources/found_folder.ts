import { readdir } from "node:fs/promises";
import { disk } from "../disk.ts";
import { type Identity, isSame, replaced } from "./open_file.ts";
import { denoErrorOf } from "./read_errors.ts";

/** A folder that was found on the way to what is sent. */
export interface FoundFolder {
  /** Its path. */
  readonly local: string;
  /** What was found there. */
  readonly found: Identity;
  /** Whether its path may be a link, because somebody named it. */
  readonly isNamed: boolean;
  /** The folder that it was found in. */
  readonly within: FoundFolder | undefined;
}

/**
 * Refuses a folder that is another one by now: a link in its place would lead to what nobody named.
 *
 * @throws {FileRefusedError} `changed`: something else is there.
 * @throws The system's error.
 */
export async function requireThere({ local, found, isNamed }: FoundFolder): Promise<void> {
  const now = isNamed ? await Deno.stat(local) : await disk.lstat(local);
  if (!now.isDirectory || !isSame(found, now)) throw replaced();
}

/** The names in a folder. */
export interface FolderNames {
  /** Those that can be sent, sorted. */
  readonly names: readonly string[];
  /** Those that are no UTF-8, with U+FFFD where they are not: neither runtime can open such a file by its name. */
  readonly unreadable: readonly string[];
}

/** Reads the names in a folder. Deno leaves out those that are no UTF-8. @throws The system's error. */
export async function namesIn(local: string): Promise<FolderNames> {
  const names: string[] = [];
  const unreadable: string[] = [];
  for (const bytes of await entriesOf(local)) {
    const name = utf8Of(bytes);
    if (name !== undefined) names.push(name);
    else unreadable.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  }
  return { names: names.sort(), unreadable };
}

async function entriesOf(local: string): Promise<Uint8Array[]> {
  try {
    return await readdir(local, { encoding: "buffer" });
  } catch (error) {
    throw denoErrorOf(error);
  }
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
