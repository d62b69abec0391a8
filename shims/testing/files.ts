import * as fsSync from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileFailure, withPath } from "../errors/errors.ts";
import { infoOf } from "../files/file_info.ts";
import type { DirEntry, FileInfo } from "../files/file_types.ts";
import { entryOf } from "../files/files.ts";
import { pathOf } from "../files/paths.ts";

/** Where a temporary file or folder is made. */
export interface MakeTempOptions {
  /** The folder that it is made in. */
  dir?: string;
  /** What its name begins with. */
  prefix?: string;
  /** What its name ends with. */
  suffix?: string;
}

/** Tells about a file before it returns. */
export function statSync(path: string | URL): FileInfo {
  const file = pathOf(path);
  try {
    return infoOf(fsSync.statSync(file, { bigint: true }));
  } catch (error) {
    throw fileFailure(error, `stat '${file}'`);
  }
}

/** Makes a link to a file. */
export async function symlink(oldpath: string | URL, newpath: string | URL): Promise<void> {
  const [target, path] = [pathOf(oldpath), pathOf(newpath)];
  await withPath(`symlink '${target}' -> '${path}'`, () => fs.symlink(target, path));
}

/** Makes a folder that nobody else has. */
export async function makeTempDir(
  { dir = tmpdir(), prefix = "", suffix = "" }: MakeTempOptions = {},
): Promise<string> {
  const path = join(dir, `${prefix}${randomName()}${suffix}`);
  await withPath(`mkdir '${path}'`, () => fs.mkdir(path, { mode: 0o700 }));
  return path;
}

/** Makes an empty file that nobody else has. */
export async function makeTempFile(
  { dir = tmpdir(), prefix = "", suffix = "" }: MakeTempOptions = {},
): Promise<string> {
  const path = join(dir, `${prefix}${randomName()}${suffix}`);
  await withPath(`open '${path}'`, () => fs.writeFile(path, "", { flag: "wx", mode: 0o600 }));
  return path;
}

/** Returns what a folder holds. */
export function readDirSync(path: string | URL): DirEntry[] {
  return fsSync.readdirSync(path, { withFileTypes: true }).map(entryOf);
}

function randomName(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
