import type { BigIntStats } from "node:fs";
import type { FileInfo } from "./file_types.ts";

const NS_PER_MS = 1_000_000n;

/** Returns what Deno says about a file. */
export function infoOf(found: BigIntStats): FileInfo {
  return {
    isFile: found.isFile(),
    isDirectory: found.isDirectory(),
    isSymlink: found.isSymbolicLink(),
    size: Number(found.size),
    mtime: dateOf(found.mtimeNs),
    atime: dateOf(found.atimeNs),
    // Where the system does not know it, libuv says 0.
    birthtime: found.birthtimeNs === 0n ? null : dateOf(found.birthtimeNs),
    ctime: dateOf(found.ctimeNs),
    dev: Number(found.dev),
    ino: Number(found.ino),
    mode: Number(found.mode),
    nlink: Number(found.nlink),
    uid: Number(found.uid),
    gid: Number(found.gid),
    rdev: Number(found.rdev),
    blksize: Number(found.blksize),
    blocks: Number(found.blocks),
    isBlockDevice: found.isBlockDevice(),
    isCharDevice: found.isCharacterDevice(),
    isFifo: found.isFIFO(),
    isSocket: found.isSocket(),
  };
}

/** Node's own dates are rounded, Deno's are cut. */
function dateOf(ns: bigint): Date {
  return new Date(Number(ns / NS_PER_MS));
}

/** Returns a time as Node's `utimes` takes it, cut to milliseconds as in Deno; a number is in seconds. */
export function timeOf(time: number | Date): string {
  const ms = Math.trunc(typeof time === "number" ? time * 1000 : time.getTime()) || 0;
  // Half a microsecond keeps the millisecond whole where Node rounds; as a number, it takes less than 0 for now.
  return String((ms + Math.sign(ms) * 0.0005) / 1000);
}
