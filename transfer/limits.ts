import { requireLimit } from "../codec/limits.ts";

/** How much an inbox takes. `Infinity` lifts a limit and has to be typed. */
export interface InboxLimits {
  /** Bytes of one file that a peer sends. */
  maxFileBytes: number;
  /** Bytes of all files that a peer sends on one connection. */
  maxSessionBytes: number;
  /** Files and folders that a peer sends on one connection. */
  maxSessionFiles: number;
  /** Empty folders that are made for one connection. */
  maxEmptyFolders: number;
  /** Files that a peer sends on one connection in the simple format, where each costs it a few bytes. */
  maxSimpleFiles: number;
}

/** The limits of an inbox that is given none. */
export const DEFAULT_INBOX_LIMITS: Readonly<InboxLimits> = Object.freeze({
  maxFileBytes: 64 * 1024 ** 3,
  maxSessionBytes: 1024 ** 4,
  maxSessionFiles: 1_000_000,
  maxEmptyFolders: 1_000,
  maxSimpleFiles: 1_000,
});

/**
 * Returns an inbox's limits, with the defaults for those that are not given.
 *
 * @throws {RangeError} A value is neither a whole number from 1 nor `Infinity`.
 */
export function inboxLimits(given: Partial<InboxLimits> = {}): Readonly<InboxLimits> {
  return {
    maxFileBytes: checked("maxFileBytes", given),
    maxSessionBytes: checked("maxSessionBytes", given),
    maxSessionFiles: checked("maxSessionFiles", given),
    maxEmptyFolders: checked("maxEmptyFolders", given),
    maxSimpleFiles: checked("maxSimpleFiles", given),
  };
}

function checked(name: keyof InboxLimits, given: Partial<InboxLimits>): number {
  return requireLimit(name, given[name] ?? DEFAULT_INBOX_LIMITS[name]);
}
