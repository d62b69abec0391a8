import { isPartName } from "./part_name.ts";

/** Folders deeper than this are not looked through. */
const MAX_DEPTH = 64;

/** Which unfinished files {@linkcode removeForgottenParts} removes. */
export interface RemoveForgottenPartsOptions {
  /** Those that were last written before this moment. */
  readonly before: Date;
  /** Says whether a connection writes one; those stay. */
  readonly isClaimed: (part: string) => boolean;
}

/** Removes the unfinished files below a folder that no later try has gone on with, and returns how many. */
export async function removeForgottenParts(
  folder: string,
  options: RemoveForgottenPartsOptions,
): Promise<number> {
  return await removeBelow(folder, { ...options, depth: 0 });
}

async function removeBelow(
  folder: string,
  options: RemoveForgottenPartsOptions & { readonly depth: number },
): Promise<number> {
  let removed = 0;
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    try {
      if (isDirectory && options.depth < MAX_DEPTH) {
        removed += await removeBelow(path, { ...options, depth: options.depth + 1 });
      } else if (isFile && isPartName(name) && await isForgotten(path, options)) {
        await Deno.remove(path);
        removed++;
      }
    } catch {
      // It is gone, or may not be read or removed here: it stays, and does no harm.
    }
  }
  return removed;
}

async function isForgotten(
  part: string,
  { before, isClaimed }: RemoveForgottenPartsOptions,
): Promise<boolean> {
  const { mtime } = await Deno.lstat(part);
  return mtime !== null && mtime < before && !isClaimed(part);
}
