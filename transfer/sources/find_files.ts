import { messageOf } from "../../net/errors.ts";
import { disk } from "../disk.ts";
import type { FileSource, OpenFileSource, SkippedSource } from "./file_source.ts";
import { stdinSource } from "./stdin_source.ts";

/** How {@linkcode findFiles} looks. */
export interface FindFilesOptions {
  /** Whether to send the permission bits. @default {false} */
  keepMode?: boolean;
  /** What the path `-` stands for, and its name at the receiver. @default nothing: `-` is skipped */
  stdin?: { readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>; readonly name: string };
}

/**
 * Finds the files to send below some paths, one after the other: a file is itself, a folder all that it holds, and `-`
 * what is piped in. Links among the paths are followed, links in folders are skipped. What cannot be read is given as a
 * {@linkcode SkippedSource}, and the search goes on.
 *
 * @example
 * ```ts
 * import { findFiles } from "@parley/sockets/transfer";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/a.txt`, "hello");
 * for await (const source of findFiles([`${folder}/a.txt`])) {
 *   assert(source.kind === "file" && source.path === "a.txt" && source.size === 5);
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function* findFiles(
  paths: readonly string[],
  options: FindFilesOptions = {},
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  const { stdin } = options;
  for (const path of paths) {
    if (path !== "-") yield* below(path, { path: await baseName(path), options, isNamed: true });
    else if (stdin) yield stdinSource(stdin);
    else yield { kind: "skipped", local: "-", reason: "there is no stdin", isFine: false };
  }
}

async function* below(
  local: string,
  { path, options, isNamed }: { path: string; options: FindFilesOptions; isNamed: boolean },
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  try {
    const found = isNamed ? await Deno.stat(local) : await disk.lstat(local);
    if (found.isDirectory) yield* folder(local, { path, found, options });
    else if (found.isFile) yield fileSource(local, { path, found, options });
    else if (found.isSymlink) {
      yield { kind: "skipped", local, reason: "it is a symbolic link", isFine: true };
    } else {
      // Who names a device or a pipe wants it sent; in a folder it only lies around.
      yield { kind: "skipped", local, reason: "it is no file and no folder", isFine: !isNamed };
    }
  } catch (error) {
    yield { kind: "skipped", local, reason: reasonOf(error), isFine: false, error };
  }
}

async function* folder(
  local: string,
  { path, found, options }: { path: string; found: Deno.FileInfo; options: FindFilesOptions },
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(local)) names.push(name);
  if (names.length === 0) {
    const mtimeMs = found.mtime?.getTime() ?? null;
    yield { kind: "folder", local, path, size: 0, mtimeMs, open: () => openFile(local, found) };
  }
  const base = local.replace(/\/+$/, "");
  // The root of a disk has no name.
  const prefix = path === "" ? "" : `${path}/`;
  for (const name of names.sort()) {
    yield* below(`${base}/${name}`, { path: prefix + name, options, isNamed: false });
  }
}

function fileSource(
  local: string,
  { path, found, options }: { path: string; found: Deno.FileInfo; options: FindFilesOptions },
): FileSource {
  const mode = options.keepMode && found.mode !== null ? found.mode & 0o777 : undefined;
  return {
    kind: "file",
    local,
    path,
    size: found.size,
    mtimeMs: found.mtime?.getTime() ?? null,
    mode,
    open: () => openFile(local, found),
  };
}

async function openFile(local: string, found: Deno.FileInfo): Promise<OpenFileSource> {
  const file = await disk.open(local, { read: true });
  return {
    read: (into) => file.read(into),
    readSync: (into) => file.readSync(into),
    seek: async (offset) => void await file.seek(offset, Deno.SeekMode.Start),
    async hasChanged() {
      const { size, mtime } = await disk.stat(file);
      return size !== found.size || mtime?.getTime() !== found.mtime?.getTime();
    },
    [Symbol.asyncDispose]() {
      file.close();
      return Promise.resolve();
    },
  };
}

/** Returns the last name of a path, or the real folder's when the path ends in `.` or `..`. */
async function baseName(path: string): Promise<string> {
  const name = lastName(path);
  if (name !== "" && name !== "." && name !== "..") return name;
  try {
    return lastName(await Deno.realPath(path));
  } catch {
    // The same path fails again when it is looked at, and is skipped then with the reason.
    return name;
  }
}

function lastName(path: string): string {
  const slash = Deno.build.os === "windows" ? /[/\\]/ : /\//;
  return path.split(slash).findLast((name) => name !== "") ?? "";
}

/** Returns why a file cannot be read, as a phrase. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) return "Deno has no permission to read it";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow to read it";
  return messageOf(error);
}
