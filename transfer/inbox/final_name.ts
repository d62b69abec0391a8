import { disk, infoOf, removeIfThere } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { DiskSync } from "./disk_sync.ts";
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
/** The longest name on every file system in use. */
const MAX_NAME_BYTES = 255;
/** A longer end of a name, from its last dot on, is no extension. */
const MAX_EXTENSION_BYTES = 32;

/**
 * Gives a finished file its name, in one step: nobody ever sees half a file under it. Then the folder is synced, so that
 * the name survives a power cut. Unless the policy is `overwrite` no file is ever replaced, not even one that somebody
 * else creates at the same moment.
 *
 * @returns The name that it got; undefined when the name is taken and the policy allows no other.
 * @throws {FileRefusedError} `exists`: a folder has the name, and cannot be overwritten.
 */
export async function giveName(
  part: string,
  { place, policy, diskSync }: { place: Place; policy: ExistsPolicy; diskSync: DiskSync },
): Promise<string | undefined> {
  const { folder, name, target } = place;
  if (policy === "overwrite") {
    if ((await infoOf(target))?.isDirectory) throw folderThere();
    await Deno.rename(part, target);
    await diskSync.folder(folder);
    return name;
  }
  const copies = policy === "rename" ? MAX_COPIES : 1;
  for (let copy = 0; copy < copies; copy++) {
    const free = copy === 0 ? name : copyName(name, copy);
    if (!await renameToNew(part, `${folder}/${free}`)) continue;
    await diskSync.folder(folder);
    return free;
  }
  return undefined;
}

/** Makes the error for a name that a folder has. */
export function folderThere(): FileRefusedError {
  return new FileRefusedError("a folder has that name", { code: "exists" });
}

/** Renames a file if the name is free, and says whether it was. */
async function renameToNew(from: string, to: string): Promise<boolean> {
  try {
    // A rename would replace a file of that name; a link fails.
    await disk.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    if (!isWithoutLinks(error)) throw error;
    if (await infoOf(to)) return false;
    await Deno.rename(from, to);
    return true;
  }
  // The bytes stay under the other name, so this is quick however large the file is.
  await removeIfThere(from, (path) => disk.remove(path));
  return true;
}

/** Says whether the file system has no hard links, as FAT and some network file systems; each says so in its own way. */
function isWithoutLinks(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(code));
}

/** Returns `photo (2).jpg` for `photo.jpg`. If that is too long, characters before the dot are left out. */
export function copyName(name: string, copy: number): string {
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
