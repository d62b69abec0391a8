import { disk, infoOf } from "../disk.ts";
import { isPartName } from "./part_name.ts";

/** Which unfinished files {@linkcode removeForgottenParts} removes. */
export interface RemoveForgottenPartsOptions {
  /** Those that were last written before this moment. */
  readonly before: Date;
  /** Says whether a connection writes one; those stay. */
  readonly isClaimed: (part: string) => boolean;
}

/** Removes the unfinished files in a folder that no later try has gone on with, and returns how many. */
export async function removeForgottenParts(
  folder: string,
  options: RemoveForgottenPartsOptions,
): Promise<number> {
  let removed = 0;
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (!isFile || !isPartName(name)) continue;
    try {
      if (!await isForgotten(path, options)) continue;
      await disk.wait(() => Deno.remove(path));
      removed++;
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
  const mtime = (await infoOf(part))?.mtime;
  return mtime != null && mtime < before && !isClaimed(part);
}
