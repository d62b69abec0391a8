import { disk } from "../disk.ts";
import { type Exclusion, exclusionOf } from "./exclusion.ts";
import type { FileSource, OpenFileSource, SkippedSource } from "./file_source.ts";
import { type FoundFolder, namesIn, requireThere } from "./found_folder.ts";
import { type Identity, isSame, openFile, replaced } from "./open_file.ts";
import { type Operand, operandsOf } from "./operands.ts";
import { NAME_IS_NO_TEXT, reasonOf } from "./read_errors.ts";
import { stdinSource } from "./stdin_source.ts";

/** How {@linkcode findFiles} looks. */
export interface FindFilesOptions {
  /** Whether to send the permission bits. @default {false} */
  keepMode?: boolean;
  /** What the path `-` stands for, and its name at the receiver. @default nothing: `-` is skipped */
  stdin?: { readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>; readonly name: string };
  /** What the only file among the paths is called at the receiver. @default its own name */
  name?: string | undefined;
  /**
   * Shell patterns of what is left out: without a slash for names in any folder (`*.log`), with one for paths below what
   * was named (`build/**`), with one at the end for folders alone (`cache/`).
   *
   * @default nothing
   */
  exclude?: readonly string[];
}

/** The most bytes of a file that are read to see whether the system tells its size. */
const MAX_PROBED_BYTES = 64 * 1024;

/**
 * Finds the files to send below some paths, one after the other: a file is itself, a folder all that it holds, and `-`
 * what is piped in. What is named twice is found once. Links among the paths are followed, links in folders are skipped.
 * What cannot be read is given as a {@linkcode SkippedSource}, and the search goes on. Two paths may still give the same
 * name to different files: {@linkcode findClash} says so.
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
  const search: Search = { options, isExcluded: exclusionOf(options.exclude ?? []) };
  for await (const operand of operandsOf(paths, options)) yield* named(operand, search);
}

/** What holds for all that is found. */
interface Search {
  readonly options: FindFilesOptions;
  readonly isExcluded: Exclusion;
}

/** Something that was found in a folder, or named. */
interface Place {
  readonly local: string;
  /** Its path at the receiver. */
  readonly path: string;
  /** Its path below the folder that was named. */
  readonly below: string;
  readonly found: Deno.FileInfo;
  readonly within: FoundFolder | undefined;
}

async function* named(
  operand: Operand,
  search: Search,
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  const { local, path } = operand;
  switch (operand.kind) {
    case "stdin": {
      const { stdin } = search.options;
      if (stdin) yield stdinSource({ ...stdin, name: path });
      else yield skipped("-", "there is no stdin");
      return;
    }
    case "unreadable":
      return yield skipped(local, operand.reason, operand.error);
    case "found": {
      const { found } = operand;
      if (path !== "" && search.isExcluded(path, { isFolder: found.isDirectory })) return;
      return yield* at({ local, path, below: "", found, within: undefined }, search);
    }
  }
}

async function* at(
  place: Place,
  search: Search,
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  const { local, found, within } = place;
  try {
    if (found.isDirectory) yield* folder(place, search);
    else if (found.isFile) yield await fileSource(place, search);
    else if (found.isSymlink) {
      yield { kind: "skipped", local, reason: "it is a symbolic link", isFine: true };
    } else {
      // Who names a device or a pipe wants it sent; in a folder it only lies around.
      const isFine = within !== undefined;
      yield { kind: "skipped", local, reason: "it is no file and no folder", isFine };
    }
  } catch (error) {
    yield skipped(local, reasonOf(error), error);
  }
}

async function* folder(
  { local, path, below, found, within }: Place,
  search: Search,
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  const base = local.replace(/\/+$/, "");
  const self: FoundFolder = { local, found, isNamed: within === undefined, within };
  const { names, unreadable } = await namesIn(local);
  for (let there: FoundFolder | undefined = self; there; there = there.within) {
    await requireThere(there);
  }
  for (const name of unreadable) yield skipped(`${base}/${name}`, NAME_IS_NO_TEXT);
  if (names.length === 0 && unreadable.length === 0) {
    const mtimeMs = found.mtime?.getTime() ?? null;
    yield { kind: "folder", local, path, size: 0, mtimeMs, open: () => openFile(local, { found }) };
  }
  for (const name of names) {
    const place = {
      local: `${base}/${name}`,
      // The root of a disk has no name.
      path: path === "" ? name : `${path}/${name}`,
      below: below === "" ? name : `${below}/${name}`,
      within: self,
    };
    try {
      const found = await disk.lstat(place.local);
      if (search.isExcluded(place.below, { isFolder: found.isDirectory })) continue;
      yield* at({ ...place, found }, search);
    } catch (error) {
      yield skipped(place.local, reasonOf(error), error);
    }
  }
}

async function fileSource(
  { local, path, found, within }: Place,
  { options }: Search,
): Promise<FileSource> {
  const mode = options.keepMode && found.mode !== null ? found.mode & 0o777 : undefined;
  const file = { local, found, within };
  const isSized = await tellsSize(file);
  return {
    kind: "file",
    local,
    path,
    size: isSized ? found.size : null,
    mtimeMs: found.mtime?.getTime() ?? null,
    mode,
    open: () => open({ ...file, isSized }),
  };
}

/** Opens what was found at a path, through the folder that it was found in. */
async function open(
  { local, found, within, isSized }: {
    local: string;
    found: Identity;
    within: FoundFolder | undefined;
    isSized: boolean;
  },
): Promise<OpenFileSource> {
  const file = await openFile(local, { found, isLink: within === undefined, isSized });
  if (within === undefined) return file;
  try {
    // A link that stood there only for a moment would have to come and go between each two of these.
    await requireThere(within);
    if (!isSame(found, await disk.lstat(local))) throw replaced();
    await requireThere(within);
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
  return file;
}

/** Says whether a file's size is what can be read of it: what the system makes up as it is read has none, or a wrong one. */
async function tellsSize(
  { local, found, within }: {
    local: string;
    found: Deno.FileInfo;
    within: FoundFolder | undefined;
  },
): Promise<boolean> {
  const { size, blocks } = found;
  if (size > 0 && (blocks !== 0 || size > MAX_PROBED_BYTES)) return true;
  try {
    await using file = await open({ local, found, within, isSized: false });
    const into = new Uint8Array(size + 1);
    let count = 0;
    for (let read; count <= size && (read = await file.read(into.subarray(count))) !== null;) {
      count += read;
    }
    return count === size;
  } catch {
    // It fails again, and is told, when it is opened to be sent.
    return true;
  }
}

function skipped(local: string, reason: string, error?: unknown): SkippedSource {
  return {
    kind: "skipped",
    local,
    reason,
    isFine: false,
    ...error !== undefined && { error },
  };
}
