import { sha256 } from "../../codec/hashing.ts";
import type { Place } from "./place.ts";

const SUFFIX = ".part";
/** Hex digits of the digest of a file's path in the name of its unfinished file. */
const KEY_CHARS = 24;
const PART_NAME = /\.([0-9a-f]{24})-([1-9][0-9]?)\.part$/;
/** The longest name on every file system in use. */
const MAX_NAME_BYTES = 255;

/** What the name of an unfinished file says. */
export interface PartName {
  /** The key of the path that it was sent for. */
  readonly key: string;
  /** Which one of the unfinished files for that path it is, from 1. */
  readonly copy: number;
}

/** Returns the key of a place below `root`: the same for each file that is sent there. */
export function partKey(root: string, { target }: Place): string {
  const hash = sha256();
  hash.update(new TextEncoder().encode(target.slice(root.length)));
  return hash.digest().slice(0, KEY_CHARS);
}

/** Returns the name of an unfinished file: it begins with that of the file, so that people know it. */
export function partName(name: string, { key, copy }: PartName): string {
  const end = `.${key}-${copy}${SUFFIX}`;
  const kept = Array.from(name);
  while (new TextEncoder().encode(kept.join("") + end).length > MAX_NAME_BYTES) kept.pop();
  return kept.join("") + end;
}

/** Reads the name of an unfinished file; undefined when it is none. */
export function parsePartName(name: string): PartName | undefined {
  const [, key, copy] = PART_NAME.exec(name) ?? [];
  return key === undefined ? undefined : { key, copy: Number(copy) };
}

/** Says whether a name is that of an unfinished file, or some system could take it for one. No name from the wire may be. */
export function isPartName(name: string): boolean {
  return parsePartName(name.normalize("NFKC").toLowerCase()) !== undefined;
}
