import * as fsSync from "node:fs";
import * as fs from "node:fs/promises";
import { fileFailure, withPath } from "../errors/errors.ts";
import { infoOf } from "../files/file_info.ts";
import type { DirEntry, FileInfo } from "../files/file_types.ts";
import { entryOf } from "../files/files.ts";
import { pathOf } from "../files/paths.ts";
import { type MakeTempOptions, temporaryPath } from "../files/temporary.ts";

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

/** Makes an empty file that nobody else has. */
export async function makeTempFile(options: MakeTempOptions = {}): Promise<string> {
  const path = temporaryPath(options);
  await withPath(`open '${path}'`, () => fs.writeFile(path, "", { flag: "wx", mode: 0o600 }));
  return path;
}

/** Returns what a folder holds. */
export function readDirSync(path: string | URL): DirEntry[] {
  return fsSync.readdirSync(path, { withFileTypes: true }).map(entryOf);
}
