import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type FileOffer,
  FileRefusedError,
  Inbox,
  type InboxOptions,
  type IncomingFile,
  type StoredFile,
} from "../../transfer/mod.ts";
import { partKey, partName } from "../../transfer/inbox/part_name.ts";
import { locate } from "../../transfer/inbox/place.ts";
import { sha256 } from "../../codec/hashing.ts";
import { inFolder } from "../contract/folder.ts";
import { rejectionOf } from "../../testing/turns.ts";
import { noSync } from "./no_sync.ts";

/** An inbox, and where it stands. */
export interface Standing {
  readonly inbox: Inbox;
  /** Its folder. */
  readonly root: string;
  /** The folder around it, which nobody may write to. */
  readonly outside: string;
}

/** Runs a test with an inbox of its own. */
export async function withInbox(
  options: InboxOptions,
  test: (standing: Standing) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const outside = await Deno.realPath(folder);
    const root = `${outside}/inbox`;
    const inbox = await Inbox.open(root, { minFreeBytes: 0, sync: noSync, ...options });
    await test({ inbox, root, outside });
  });
}

/** How {@linkcode takeFile} takes a file. */
export interface TakeOptions {
  size?: number | null;
  mtimeMs?: number;
  mode?: number;
}

/** Takes a file as from a peer, from its offer to its name. */
export async function takeFile(
  inbox: Inbox,
  { path, text, size = text.length, mtimeMs, mode }: { path: string; text: string } & TakeOptions,
): Promise<StoredFile> {
  const offer = { path, size, mtimeMs: mtimeMs ?? null, mode };
  const digests = await digestsFor(inbox, { offer, text });
  const same = await inbox.findSame(offer, { digests });
  if (same) return same;
  await using upload = await inbox.begin(offer, { digests });
  await upload.start();
  if (upload.size < text.length) await upload.writeBytes(bytesOf(text.slice(upload.size)));
  return await upload.finish({ size: text.length, sha256: digestOf(text) });
}

/** Begins a file as its sender does that has it, and shows that to the inbox. */
export async function goOn(
  inbox: Inbox,
  { path, size, text }: { path: string; size: number; text: string },
): Promise<IncomingFile> {
  const offer = { path, size, mtimeMs: null };
  return await inbox.begin(offer, { digests: await digestsFor(inbox, { offer, text }) });
}

async function digestsFor(
  inbox: Inbox,
  { offer, text }: { offer: FileOffer; text: string },
): Promise<Map<number, string>> {
  const offsets = await inbox.offsetsToCompare(offer);
  return new Map(offsets.map((offset) => [offset, digestOf(text.slice(0, offset))]));
}

/** Offers a file, begins it, and lets go of it after its first bytes. */
export async function leaveFile(
  inbox: Inbox,
  { path, text, size }: { path: string; text: string; size: number },
): Promise<void> {
  await using upload = await inbox.begin({ path, size, mtimeMs: null });
  await upload.start();
  await upload.writeBytes(bytesOf(text));
}

/** Returns where the unfinished file of a path is. */
export async function partOf({ root }: Inbox, path: string, copy = 1): Promise<string> {
  const place = await locate(root, path);
  return `${root}/${partName(place.name, { key: partKey(root, place), copy })}`;
}

/** Asserts that a file is refused, with this code. */
export async function assertRefused(
  taking: Promise<unknown>,
  code: FileRefusedError["code"],
): Promise<FileRefusedError> {
  const error = await rejectionOf(taking);
  assertInstanceOf(error, FileRefusedError);
  assertEquals(error.code, code, error.message);
  return error;
}

/** Returns what stands in a folder and below it: folders, links, and files with what they hold. */
export async function treeOf(folder: string, below = ""): Promise<string[]> {
  const lines: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${below}${name}`;
    if (isFile) lines.push(`${path}: ${await Deno.readTextFile(`${folder}/${name}`)}`);
    else lines.push(isDirectory ? `${path}/` : `${path} ->`);
    if (isDirectory) lines.push(...await treeOf(`${folder}/${name}`, `${path}/`));
  }
  return lines.sort();
}

/** Returns text as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Returns the digest of text. */
export function digestOf(text: string): string {
  const hasher = sha256();
  hasher.update(bytesOf(text));
  return hasher.digest();
}
