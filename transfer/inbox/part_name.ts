import { sha256 } from "../../codec/hashing.ts";
import { OWN_NAME_PREFIX } from "../../codec/wire_path.ts";
import type { Place } from "./place.ts";

/** What the name of an unfinished file ends with. */
const PART_SUFFIX = ".part";
/** What stands before that: the beginning of its path's digest, and a number when there are several. */
const PART_KEY = /^[0-9a-f]{24}(?:-[0-9]+)?$/;

/**
 * Returns the path of the unfinished file for a place: always the same, so that a later try finds it. When several
 * connections send to one place, `copy` numbers them from 1.
 */
export function partPath({ path, root }: Place, copy: number): string {
  const hash = sha256();
  hash.update(new TextEncoder().encode(path));
  const key = hash.digest().slice(0, 24);
  return `${root}/${OWN_NAME_PREFIX}${key}${copy === 1 ? "" : `-${copy}`}${PART_SUFFIX}`;
}

/** Says whether a name is that of an unfinished file. No name from the wire is. */
export function isPartName(name: string): boolean {
  return name.startsWith(OWN_NAME_PREFIX) && name.endsWith(PART_SUFFIX) &&
    PART_KEY.test(name.slice(OWN_NAME_PREFIX.length, -PART_SUFFIX.length));
}
