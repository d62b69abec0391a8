import { escapeControls } from "../../codec/escape_controls.ts";
import { type NamePolicy, wirePathProblem, wirePathSegments } from "../../codec/wire_path.ts";
import { disk, infoOf } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { notAFolder } from "./inbox_folders.ts";

/** How a refusal ends whose name this system could have, and another one could not. */
export const PORTABLE_ONLY = "the receiver takes only names that every system can have";

/** Where a peer's file or folder goes, always below the inbox's root. */
export interface Place {
  /** The inbox's path. */
  readonly root: string;
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
export async function locate(
  root: string,
  path: string,
  { names = "portable" }: { names?: NamePolicy } = {},
): Promise<Place> {
  const problem = wirePathProblem(path, { names });
  if (problem) throw badName(problem.reason, { path, names });
  const segments = wirePathSegments(path, { names });
  const name = segments.pop() ?? "";
  let folder = root;
  for (const segment of segments) {
    const next = `${folder}/${segment}`;
    // Two paths to one folder must not stand for two: claims and syncs go by the path without links.
    folder = await folderAt(root, next) ?? next;
  }
  return { root, path, folder, name, target: `${folder}/${name}` };
}

/** Makes the error for a name; says so where only the receiver's policy stands in its way. */
function badName(
  reason: string,
  { path, names }: { path: string; names: NamePolicy },
): FileRefusedError {
  const isPossible = names === "portable" && wirePathProblem(path, { names: "any" }) === undefined;
  return new FileRefusedError(isPossible ? `${reason}; ${PORTABLE_ONLY}` : reason, {
    code: "bad-name",
  });
}

/**
 * Returns the path of a folder without links, or undefined when nothing is there.
 *
 * @throws {FileRefusedError} It is a file, or a link that leads out of `root`.
 */
export async function folderAt(root: string, folder: string): Promise<string | undefined> {
  const path = folder.slice(root.length + 1);
  const found = await infoOf(folder);
  if (!found) return undefined;
  if (found.isDirectory) return folder;
  if (!found.isSymlink) throw notAFolder(path);
  const real = await disk.wait(() => Deno.realPath(folder)).catch(() => undefined);
  if (real === undefined || !(real === root || real.startsWith(`${root}/`))) {
    const reason = `"${escapeControls(path)}" is a symbolic link that leads out of the folder`;
    throw new FileRefusedError(reason, { code: "bad-name" });
  }
  if (!(await disk.wait(() => Deno.stat(real))).isDirectory) throw notAFolder(path);
  return real;
}

/** Returns the path that a peer gave with another name at its end. */
export function pathWith({ path, name }: Place, other: string): string {
  return path.slice(0, -name.length) + other;
}
