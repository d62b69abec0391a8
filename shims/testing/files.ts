import * as fsSync from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileFailure } from "../errors.ts";

type Path = string | URL;

/** What a folder holds. */
export interface DirEntry {
  /** Its name. */
  name: string;
  /** It is a file. */
  isFile: boolean;
  /** It is a folder. */
  isDirectory: boolean;
  /** It is a link. */
  isSymlink: boolean;
}

/** Where a temporary file or folder is made. */
export interface MakeTempOptions {
  /** The folder that it is made in. */
  dir?: string;
  /** What its name begins with. */
  prefix?: string;
  /** What its name ends with. */
  suffix?: string;
}

/** Writes a whole text file. */
export async function writeTextFile(
  path: Path,
  text: string,
  { append = false, createNew = false, create = true, mode }: {
    append?: boolean;
    createNew?: boolean;
    create?: boolean;
    mode?: number;
  } = {},
): Promise<void> {
  const flag = append ? "a" : createNew ? "wx" : create ? "w" : "r+";
  await tried(
    `writefile '${path}'`,
    () => fs.writeFile(path, text, { flag, ...mode !== undefined && { mode } }),
  );
}

/** Tells about a file. */
export async function stat(path: Path) {
  return infoOf(await tried(`stat '${path}'`, () => fs.stat(path)));
}

/** Tells about a file before it returns. */
export function statSync(path: Path) {
  try {
    return infoOf(fsSync.statSync(path));
  } catch (error) {
    throw fileFailure(error, `stat '${path}'`);
  }
}

function infoOf(found: fsSync.Stats) {
  return {
    isFile: found.isFile(),
    isDirectory: found.isDirectory(),
    isSymlink: found.isSymbolicLink(),
    isSocket: found.isSocket(),
    size: found.size,
    mode: found.mode,
    mtime: found.mtime,
  };
}

/** Makes a folder. */
export async function mkdir(
  path: Path,
  options: { recursive?: boolean; mode?: number } = {},
): Promise<void> {
  await tried(`mkdir '${path}'`, () => fs.mkdir(path, options));
}

/** Removes a file or a folder. */
export async function remove(
  path: Path,
  { recursive = false }: { recursive?: boolean } = {},
): Promise<void> {
  await tried(`remove '${path}'`, async () => {
    const found = await fs.lstat(path);
    if (!found.isDirectory()) await fs.unlink(path);
    else if (recursive) await fs.rm(path, { recursive });
    else await fs.rmdir(path);
  });
}

/** Makes a link to a file. */
export async function symlink(target: Path, path: Path): Promise<void> {
  await tried(`symlink '${path}'`, () => fs.symlink(target, path));
}

/** Makes a folder that nobody else has. */
export async function makeTempDir(
  { dir = tmpdir(), prefix = "", suffix = "" }: MakeTempOptions = {},
): Promise<string> {
  const path = join(dir, `${prefix}${randomName()}${suffix}`);
  await tried("tmpdir", () => fs.mkdir(path, { mode: 0o700 }));
  return path;
}

/** Makes an empty file that nobody else has. */
export async function makeTempFile(
  { dir = tmpdir(), prefix = "", suffix = "" }: MakeTempOptions = {},
): Promise<string> {
  const path = join(dir, `${prefix}${randomName()}${suffix}`);
  await tried("tmpfile", () => fs.writeFile(path, "", { flag: "wx", mode: 0o600 }));
  return path;
}

/** Returns what a folder holds, one after the other. */
export async function* readDir(path: Path): AsyncGenerator<DirEntry> {
  const entries = await tried(`readdir '${path}'`, () => fs.readdir(path, { withFileTypes: true }));
  for (const entry of entries) yield entryOf(entry);
}

/** Returns what a folder holds. */
export function readDirSync(path: Path): DirEntry[] {
  return fsSync.readdirSync(path, { withFileTypes: true }).map(entryOf);
}

function entryOf(
  entry: { name: string; isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean },
): DirEntry {
  return {
    name: entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  };
}

function randomName(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}

async function tried<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, what);
  }
}
