import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { dirname } from "node:path";
import { withPath } from "../errors/errors.ts";
import { lengthOf } from "./file_handle.ts";
import { infoOf, timeOf } from "./file_info.ts";
import type { DirEntry, FileInfo, MkdirOptions, RemoveOptions } from "./file_types.ts";
import { pathOf } from "./paths.ts";

/** Tells about a file, or about what a link leads to. */
export async function stat(path: string | URL): Promise<FileInfo> {
  const file = pathOf(path);
  return infoOf(await withPath(`stat '${file}'`, () => fs.stat(file, { bigint: true })));
}

/** Tells about a file, or about a link itself. */
export async function lstat(path: string | URL): Promise<FileInfo> {
  const file = pathOf(path);
  return infoOf(await withPath(`lstat '${file}'`, () => fs.lstat(file, { bigint: true })));
}

/** Makes a folder. */
export async function mkdir(
  path: string | URL,
  { recursive = false, mode = 0o777 }: MkdirOptions = {},
): Promise<void> {
  const folder = pathOf(path);
  const options = { mode: mode & 0o777 };
  await withPath(
    `mkdir '${folder}'`,
    () => recursive ? mkdirAll(folder, options) : fs.mkdir(folder, options),
  );
}

/** Node's own way to do it never ends where a folder says that what it cannot hold is missing, as /proc does. */
async function mkdirAll(folder: string, options: { mode: number }): Promise<void> {
  if (folder === "") return;
  const above = dirname(folder);
  try {
    await mkdirOrFind(folder, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || above === folder) throw error;
    await mkdirAll(above === "." ? "" : above, options);
    await mkdirOrFind(folder, options);
  }
}

async function mkdirOrFind(folder: string, options: { mode: number }): Promise<void> {
  try {
    await fs.mkdir(folder, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
    const found = await fs.stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) throw error;
  }
}

/** Gives a file or a folder another path; a file that had it is replaced at once. */
export async function rename(oldpath: string | URL, newpath: string | URL): Promise<void> {
  const [from, to] = [pathOf(oldpath), pathOf(newpath)];
  await withPath(`rename '${from}' -> '${to}'`, () => fs.rename(from, to));
}

/** Removes a file, a link or a folder. */
export async function remove(
  path: string | URL,
  { recursive = false }: RemoveOptions = {},
): Promise<void> {
  const file = pathOf(path);
  await withPath(`remove '${file}'`, async () => {
    const found = await fs.lstat(file);
    if (!found.isDirectory()) await fs.unlink(file);
    else if (recursive) await fs.rm(file, { recursive });
    else await fs.rmdir(file);
  });
}

/** Gives a file one more name. */
export async function link(oldpath: string, newpath: string): Promise<void> {
  await withPath(`link '${oldpath}' -> '${newpath}'`, () => fs.link(oldpath, newpath));
}

/** Returns what a folder holds, in no order; each time it is gone through, the folder is read again. */
export function readDir(path: string | URL): AsyncIterable<DirEntry> {
  const folder = pathOf(path);
  return {
    async *[Symbol.asyncIterator]() {
      const entries = await withPath(
        `readdir '${folder}'`,
        () => fs.readdir(folder, { withFileTypes: true }),
      );
      for (const entry of entries) yield entryOf(entry);
    },
  };
}

/** Returns what Deno says about what a folder holds. */
export function entryOf(
  entry: { name: string; isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean },
): DirEntry {
  return {
    name: entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  };
}

/** Returns the path of something without links, `.` and `..`. */
export async function realPath(path: string | URL): Promise<string> {
  const file = pathOf(path);
  return await withPath(`realpath '${file}'`, () => fs.realpath(file));
}

/** Sets the permissions of something. */
export async function chmod(path: string | URL, mode: number): Promise<void> {
  const file = pathOf(path);
  await withPath(`chmod '${file}'`, () => fs.chmod(file, mode & 0o7777));
}

/** Sets when something was last read and written; numbers are in seconds, and cut to milliseconds as dates are. */
export async function utime(
  path: string | URL,
  atime: number | Date,
  mtime: number | Date,
): Promise<void> {
  const file = pathOf(path);
  await withPath(`utime '${file}'`, () => fs.utimes(file, timeOf(atime), timeOf(mtime)));
}

/** Cuts a file, or has it end in zeros. */
export async function truncate(name: string, len?: number): Promise<void> {
  await withPath(`truncate '${name}'`, async () => {
    const opened = await fs.open(name, constants.O_WRONLY);
    try {
      await opened.truncate(lengthOf(len));
    } finally {
      await opened.close();
    }
  });
}
