import { OWN_NAME_PREFIX } from "../../codec/wire_path.ts";
import { systemCodeOf } from "../../net/errors.ts";
import { disk, infoOf, isSameFile, removeIfThere } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { DiskSync } from "./disk_sync.ts";
import { changedMeanwhile, type InboxFolders, isChange, type OpenFolder } from "./inbox_folders.ts";
import { hasLanded, takeBack } from "./landing.ts";
import type { Place } from "./place.ts";

/** What happens to a file whose name is taken. */
export type ExistsPolicy =
  /** It is refused. */
  | "fail"
  /** It gets another name: `photo (1).jpg`. */
  | "rename"
  /** It replaces the file that has the name. */
  | "overwrite"
  /** It counts as stored if that file is the same, and is refused otherwise. */
  | "skip-same";

const POLICIES: readonly ExistsPolicy[] = ["fail", "rename", "overwrite", "skip-same"];

/** Returns what is a policy. @throws {TypeError} It is none. */
export function requirePolicy(policy: ExistsPolicy): ExistsPolicy {
  if (POLICIES.includes(policy)) return policy;
  throw new TypeError(`Cannot set exists: ${policy} is none of ${POLICIES.join(", ")}`);
}

/** Names that are tried with the policy `rename`. */
const MAX_COPIES = 10_000;
/** So many of them are tried one after the other. */
const ASKED_COPIES = 8;
/** The longest name on every file system in use. */
const MAX_NAME_BYTES = 255;
/** A longer end of a name, from its last dot on, is no extension. */
const MAX_EXTENSION_BYTES = 32;

/** How {@linkcode giveName} gives a name. */
export interface GiveNameOptions {
  /** What the system knows the finished file by. */
  readonly info: Deno.FileInfo;
  /** Where it goes. */
  readonly place: Place;
  /** What happens when the name is taken. */
  readonly policy: ExistsPolicy;
  /** Opens the folder that it goes into, and makes it. */
  readonly folders: InboxFolders;
  /** Puts the name on the disk. */
  readonly diskSync: DiskSync;
}

/**
 * Gives a finished file its name, in one step: nobody ever sees half a file under it. Then the folder is synced, so that
 * the name survives a power cut. Unless the policy is `overwrite` no file is ever replaced, not even one that somebody
 * else creates at the same moment.
 *
 * @returns The name that it got; undefined when the name is taken and the policy allows no other.
 * @throws {FileRefusedError} `exists`: a folder has the name, and cannot be overwritten; `storage-failed`: somebody put
 * something else in the place of the folder meanwhile. The file has its old name then, and no other.
 */
export async function giveName(
  part: string,
  options: GiveNameOptions,
): Promise<string | undefined> {
  try {
    return await giveNameOnce(part, options);
  } catch (error) {
    // Somebody may have removed the folder, or made it anew, in that moment.
    if (systemCodeOf(error) !== "ENOENT") throw error;
    return await giveNameOnce(part, options);
  }
}

async function giveNameOnce(
  part: string,
  { info, place, policy, folders, diskSync }: GiveNameOptions,
): Promise<string | undefined> {
  await using into = await folders.open(place.folder);
  const file = { part, info, place, into };
  let name: string | undefined;
  try {
    name = policy === "overwrite"
      ? await replaceName(file)
      : await takeFreeName(file, policy === "rename" ? MAX_COPIES : 1);
  } catch (error) {
    if (into.isHeld || !isChange(error)) throw error;
    const isChanged = !await into.isInPlace();
    await into.takeBack();
    // A disk that is mounted there fails alike, and has its own words.
    throw isChanged && !(error instanceof FileRefusedError) ? changedMeanwhile(error) : error;
  }
  if (name !== undefined) await diskSync.folder(place.folder);
  return name;
}

/** Makes the error for a name that a folder has. */
export function folderThere(): FileRefusedError {
  return new FileRefusedError("a folder has that name", { code: "exists" });
}

/** A finished file, and the folder that it goes into. */
interface Finished extends Pick<GiveNameOptions, "info" | "place"> {
  readonly part: string;
  readonly into: OpenFolder;
}

async function replaceName(file: Finished): Promise<string> {
  const { part, place: { folder, name }, into } = file;
  const target = `${into.path}/${name}`;
  if ((await infoOf(target, folder))?.isDirectory) throw folderThere();
  let from = part;
  if (!into.isHeld) {
    // A rename replaces what has the name wherever the folder's path leads to. Within one folder, both names lead there.
    from = `${into.path}/${OWN_NAME_PREFIX}${crypto.randomUUID()}`;
    if (await linkToNew(part, { to: from, folder }) !== "linked") from = part;
    else await requireLanded(file, from);
  }
  try {
    // The bytes of what is replaced go, which takes a while.
    await disk.wait(() => Deno.rename(from, target));
  } catch (error) {
    if (from !== part) await takeBackName(file, from);
    throw error;
  }
  await requireLanded(file, target);
  if (from !== part) await removePart(part);
  return name;
}

async function takeFreeName(file: Finished, copies: number): Promise<string | undefined> {
  const { part, place: { folder, name }, into } = file;
  for (let copy = 0; copy < copies; copy = await nextFree(file, { from: copy + 1, copies })) {
    const free = copyName(name, copy);
    const to = `${into.path}/${free}`;
    const linked = await linkToNew(part, { to, folder });
    if (linked === "taken") continue;
    if (linked === "impossible") {
      if (await infoOf(to, folder)) continue;
      await disk.wait(() => Deno.rename(part, to));
    }
    await requireLanded(file, to);
    // The bytes stay under the other name, so this is quick however large the file is.
    if (linked === "linked") await removePart(part);
    return free;
  }
  return undefined;
}

/**
 * Returns the number of a copy that seems to be free, from `from` on; `copies` when none is. After the first ones it does
 * not ask for each: a thousand files of one name would ask half a million times.
 */
async function nextFree(
  { place: { folder, name }, into }: Finished,
  { from, copies }: { from: number; copies: number },
): Promise<number> {
  if (from < ASKED_COPIES) return from;
  const isTaken = async (copy: number) =>
    await infoOf(`${into.path}/${copyName(name, copy)}`, folder) !== undefined;
  let [taken, free] = [from - 1, from];
  for (let step = 1; free < copies && await isTaken(free); step *= 2) {
    taken = free;
    free = Math.min(copies, free + step);
  }
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (await isTaken(middle)) taken = middle;
    else free = middle;
  }
  return free;
}

/** Gives a file one more name if that is free; a rename would replace a file of that name. */
async function linkToNew(
  part: string,
  { to, folder }: { to: string; folder: string },
): Promise<"linked" | "taken" | "impossible"> {
  try {
    await disk.ask(folder, () => Deno.linkSync(part, to), () => Deno.link(part, to));
    return "linked";
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return "taken";
    if (isWithoutLinks(error)) return "impossible";
    throw error;
  }
}

function removePart(part: string): Promise<void> {
  return removeIfThere(part, (path) => disk.remove(path));
}

/** Looks again, because a folder can have become a link just before. @throws {FileRefusedError} `storage-failed`. */
async function requireLanded(file: Finished, to: string): Promise<void> {
  const { info, into } = file;
  if (into.isHeld) return;
  if (await hasLanded(async () => await isFile(to, info) && await into.isInPlace())) return;
  await takeBackName(file, to);
  throw changedMeanwhile();
}

/** Takes one more name from a file, wherever that landed; the one that it had at first stays. */
function takeBackName({ part, info }: Finished, to: string): Promise<void> {
  return takeBack(async () => {
    if (await isFile(to, info)) await removeIfThere(to, (path) => disk.remove(path));
    const left = await infoOf(part);
    return left === undefined || !isSameFile(left, info) || (left.nlink ?? 1) === 1;
  });
}

async function isFile(path: string, info: Deno.FileInfo): Promise<boolean> {
  const there = await infoOf(path).catch(() => undefined);
  return there !== undefined && isSameFile(there, info);
}

/** Says whether the file system has no hard links, as FAT and some network file systems; each says so in its own way. */
function isWithoutLinks(error: unknown): boolean {
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(systemCodeOf(error)));
}

/** Returns `photo (2).jpg` for `photo.jpg`, and the name itself for copy 0. If that is too long, characters before the dot are left out. */
export function copyName(name: string, copy: number): string {
  if (copy === 0) return name;
  const dot = name.lastIndexOf(".");
  const hasExtension = dot > 0 && byteLength(name.slice(dot)) <= MAX_EXTENSION_BYTES;
  const stem = Array.from(hasExtension ? name.slice(0, dot) : name);
  const end = ` (${copy})${hasExtension ? name.slice(dot) : ""}`;
  while (byteLength(stem.join("") + end) > MAX_NAME_BYTES) stem.pop();
  return stem.join("") + end;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
