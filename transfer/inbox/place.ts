import { escapeControls } from "../../codec/escape_controls.ts";
import { wirePathProblem, wirePathSegments } from "../../codec/wire_path.ts";
import { infoOf } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { DiskSync } from "./disk_sync.ts";

/** Where a peer's file or folder goes, always below the inbox's root. */
export interface Place {
  /** Its path as the peer gave it. */
  readonly path: string;
  /** The path of the folder that it goes into; the part of it that exists has no links. */
  readonly folder: string;
  /** Its name in that folder, unless the name is taken. */
  readonly name: string;
  /** Its own path: the folder and the name. */
  readonly target: string;
}

/**
 * Returns where a path from the wire leads below `root`, which must have no links in it.
 *
 * @throws {FileRefusedError} `bad-name`: the path leads out of the root, on this system or another; `exists`: a file
 * stands where it needs a folder.
 */
export async function locate(root: string, path: string): Promise<Place> {
  const problem = wirePathProblem(path);
  if (problem) throw new FileRefusedError(problem.reason, { code: "bad-name" });
  const segments = wirePathSegments(path);
  const name = segments.pop() ?? "";
  let folder = root;
  for (const segment of segments) {
    const next = `${folder}/${segment}`;
    // Two paths to one folder must not stand for two: claims and syncs go by the path without links.
    folder = await folderAt(root, next) ?? next;
  }
  return { path, folder, name, target: `${folder}/${name}` };
}

/**
 * Makes the missing folders of a path below the root, and syncs them, so that a power cut does not undo it.
 *
 * @throws {FileRefusedError} `exists`: a file stands in the way; `bad-name`: a link that leads out does.
 */
export async function makeFolders(
  folder: string,
  { root, diskSync }: { root: string; diskSync: DiskSync },
): Promise<void> {
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
    await diskSync.folder(path.slice(0, path.lastIndexOf("/")));
  }
}

/**
 * Returns the path of a folder without links, or undefined when nothing is there.
 *
 * @throws {FileRefusedError} It is a file, or a link that leads out of `root`.
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
    throw new FileRefusedError(reason, { code: "bad-name" });
  }
  if (!(await Deno.stat(real)).isDirectory) throw notAFolder(path);
  return real;
}

function notAFolder(path: string): FileRefusedError {
  return new FileRefusedError(`"${path}" is a file, and cannot hold others`, { code: "exists" });
}
