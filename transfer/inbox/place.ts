import { OWN_NAME_PREFIX, escapeControls, wirePathProblem, wirePathSegments } from "../../codec/mod.ts";
import { sha256 } from "../../codec/hashing.ts";
import { disk } from "../disk.ts";
import { RefusedError } from "../refused_error.ts";

/** What the names of unfinished files end with. */
const PART_SUFFIX = ".part";
/** What stands between: of which path it is, and which of several. */
const PART_KEY = /^[0-9a-f]{24}(?:-[0-9]+)?$/;

/** Where a file or folder of a peer goes: all of it below the root. */
export interface Place {
  /** Its path as the peer gave it. */
  readonly path: string;
  /** The folder that it goes into, without links as far as it is there. */
  readonly folder: string;
  /** Its name there. */
  readonly name: string;
  /** Both. */
  readonly target: string;
}

/**
 * Returns where a path from the wire leads below `root`, which has no links in it.
 *
 * @throws {RefusedError} `bad-name`: it would lead out of it, on this system or on another; `exists`: a file is in the
 * way.
 */
export async function locate(root: string, path: string): Promise<Place> {
  const problem = wirePathProblem(path);
  if (problem) throw new RefusedError(problem.reason, { code: "bad-name" });
  const segments = wirePathSegments(path);
  const name = segments.pop() ?? "";
  let folder = root;
  for (const segment of segments) {
    const next = `${folder}/${segment}`;
    // What is written into a folder is counted by its one path without links.
    folder = await folderAt(root, next) ?? next;
  }
  return { path, folder, name, target: `${folder}/${name}` };
}

/**
 * Makes the folders that lead to a place, as far as they are missing, so that they stay after a power cut.
 *
 * @throws {RefusedError} Something else has come to stand there.
 */
export async function makeFolders(root: string, folder: string): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; path !== root; path = path.slice(0, path.lastIndexOf("/"))) {
    if (await folderAt(root, path) !== undefined) break;
    missing.push(path);
  }
  for (const path of missing.reverse()) {
    try {
      await Deno.mkdir(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      await folderAt(root, path);
    }
    await syncFolder(path.slice(0, path.lastIndexOf("/")));
  }
}

/** How a folder is made to last: the sync that runs, and the one that begins after it. */
interface FolderSync {
  running: Promise<void>;
  waiting: Promise<void> | undefined;
}

const folderSyncs = new Map<string, FolderSync>();

/** Makes what was done in a folder last through a power cut. Who asks while a sync runs shares the one after it. */
export function syncFolder(folder: string): Promise<void> {
  const sync = folderSyncs.get(folder);
  if (!sync) return runSync(folder, { running: Promise.resolve(), waiting: undefined });
  return sync.waiting ??= sync.running.catch(ignore).then(() => runSync(folder, sync));
}

function runSync(folder: string, sync: FolderSync): Promise<void> {
  folderSyncs.set(folder, sync);
  sync.waiting = undefined;
  sync.running = syncNow(folder).finally(() => {
    if (sync.waiting === undefined) folderSyncs.delete(folder);
  });
  return sync.running;
}

async function syncNow(folder: string): Promise<void> {
  // Windows opens no folders; it keeps its own log of such changes.
  if (Deno.build.os === "windows") return;
  using file = await disk.open(folder, { read: true });
  await file.sync();
}

function ignore(): void {}

/** Returns the path of the unfinished file for a place; several of one place are told apart by `copy`, from 1. */
export function partPath({ path, folder }: Place, copy: number): string {
  const hash = sha256();
  hash.update(new TextEncoder().encode(path));
  const key = hash.digest().slice(0, 24);
  return `${folder}/${OWN_NAME_PREFIX}${key}${copy === 1 ? "" : `-${copy}`}${PART_SUFFIX}`;
}

/** Says whether a name is that of an unfinished file. */
export function isPartName(name: string): boolean {
  return name.startsWith(OWN_NAME_PREFIX) && name.endsWith(PART_SUFFIX) &&
    PART_KEY.test(name.slice(OWN_NAME_PREFIX.length, -PART_SUFFIX.length));
}

/** Tells about what has a path, without following it where it is a link; undefined is nothing. */
export async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Removes a file where there is one. */
export async function removeIfThere(
  path: string,
  remove: (path: string) => Promise<void> = Deno.remove,
): Promise<void> {
  try {
    await remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Returns the path of a folder without links; undefined where nothing is there.
 *
 * @throws {RefusedError} It is a file, or a link that leads out of `root`.
 */
async function folderAt(root: string, folder: string): Promise<string | undefined> {
  const path = escapeControls(folder.slice(root.length + 1));
  const found = await infoOf(folder);
  if (!found) return undefined;
  if (found.isDirectory) return folder;
  if (!found.isSymlink) throw notAFolder(path);
  const real = await Deno.realPath(folder).catch(() => undefined);
  if (real === undefined || !(real === root || real.startsWith(`${root}/`))) {
    const reason = `"${path}" is a symbolic link that leads out of the folder`;
    throw new RefusedError(reason, { code: "bad-name" });
  }
  if (!(await Deno.stat(real)).isDirectory) throw notAFolder(path);
  return real;
}

function notAFolder(path: string): RefusedError {
  return new RefusedError(`"${path}" is a file, and cannot hold others`, { code: "exists" });
}
