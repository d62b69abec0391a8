import { disk } from "../disk.ts";
import { infoOf, type Place, removeIfThere, syncFolder } from "./place.ts";
import { RefusedError } from "../refused_error.ts";

/** What happens to a file whose name is taken. */
export type ExistsPolicy =
  /** It is refused. */
  | "fail"
  /** It gets another name: `photo (1).jpg`. */
  | "rename"
  /** It takes the other one's place. */
  | "overwrite"
  /** It counts as stored where it is the same, and is refused where it is another. */
  | "skip-same";

const MAX_COPIES = 10_000;
/** No file system that is in use takes longer names. */
const MAX_NAME_BYTES = 255;
/** What stands behind a name's last dot and is longer than this belongs to the name. */
const MAX_EXTENSION_BYTES = 32;

/**
 * Gives a finished file its name, in one step that cannot be seen half done, and makes that last. Without `overwrite`
 * no file is ever replaced, also when somebody else takes the name at this moment.
 *
 * @returns The name that it got; undefined when the name is taken, and the policy has no other.
 * @throws {RefusedError} `exists`: a folder has the name, and cannot be overwritten.
 */
export async function publish(
  part: string,
  { place, policy }: { place: Place; policy: ExistsPolicy },
): Promise<string | undefined> {
  const { folder, name, target } = place;
  if (policy === "overwrite") {
    if ((await infoOf(target))?.isDirectory) throw folderThere();
    await Deno.rename(part, target);
    await syncFolder(folder);
    return name;
  }
  const copies = policy === "rename" ? MAX_COPIES : 1;
  for (let copy = 0; copy < copies; copy++) {
    const free = copy === 0 ? name : copyName(name, copy);
    if (!await renameToNew(part, `${folder}/${free}`)) continue;
    await syncFolder(folder);
    return free;
  }
  return undefined;
}

/** Makes the error that says that a folder has the name. */
export function folderThere(): RefusedError {
  return new RefusedError("a folder has that name", { code: "exists" });
}

/** Renames a file to a name that nobody has; says false where somebody has it. */
async function renameToNew(from: string, to: string): Promise<boolean> {
  try {
    // A rename would take the place of what is there; a link does not.
    await disk.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    if (!isWithoutLinks(error)) throw error;
    if (await infoOf(to)) return false;
    await Deno.rename(from, to);
    return true;
  }
  // Only a name goes, however large the file is.
  await removeIfThere(from, (path) => disk.remove(path));
  return true;
}

/** Some file systems (FAT, some networks') have no hard links, and say so in several ways. */
function isWithoutLinks(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(code));
}

/** Returns `photo (2).jpg` for `photo.jpg`. A name that is too long for it loses characters before the dot. */
function copyName(name: string, copy: number): string {
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
