import * as fs from "node:fs";
import { promisify } from "node:util";
import { escapeControls } from "../../codec/escape_controls.ts";
import { systemCodeOf } from "../../net/errors.ts";
import { nextTurn } from "../../net/turn.ts";
import { disk, infoOf } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { DiskSync } from "./disk_sync.ts";

const openDescriptor = promisify(fs.open);
const closeDescriptor = promisify(fs.close);
/** Opens a folder itself, and fails where it is a link to one. */
const FOLDER_FLAGS = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;

/** So often is looked for what landed elsewhere. */
export const REMOVE_TURNS = 200;

/** A folder of an inbox in which names are about to be given. */
export interface OpenFolder extends AsyncDisposable {
  /** What to put in front of a name; not for people. */
  readonly path: string;
  /** Whether `path` means this very folder, whatever comes to stand in its place. */
  readonly isHeld: boolean;
  /** Says whether the folder's own path leads to it without links, as it did when it was opened. */
  readonly isInPlace: () => Promise<boolean>;
}

/**
 * Opens and makes the folders of an inbox. Another program of this machine that may write there can put a link in place of
 * a folder at any moment. Where the system lets a program go by an open folder (Linux with /proc, on Node, and on Deno with
 * all permissions), such a link is never followed. Elsewhere each folder is looked at before and after something is done in it.
 */
export class InboxFolders {
  readonly #root: string;
  readonly #diskSync: DiskSync;
  #canHold: Promise<boolean> | undefined;

  /** Knows the folders below `root`, whose path has no links. With `canHold: false` none is held, which is for tests. */
  constructor(
    root: string,
    { diskSync, canHold }: { diskSync: DiskSync; canHold?: false | undefined },
  ) {
    this.#root = root;
    this.#diskSync = diskSync;
    if (canHold === false) this.#canHold = Promise.resolve(false);
  }

  /**
   * Opens a folder, and makes what is missing of it. Each new name is synced, so that a power cut does not undo it.
   *
   * @throws {FileRefusedError} `exists`: a file stands in the way; `storage-failed`: a link came to stand there.
   * @throws The system's error.
   */
  async open(folder: string): Promise<OpenFolder> {
    const names = folder === this.#root ? [] : folder.slice(this.#root.length + 1).split("/");
    // The root is no peer's to choose, and nobody below it can move it.
    if (names.length === 0) return freeOf(this.#root);
    this.#canHold ??= canHold(this.#root);
    return await this.#canHold ? await this.#hold(names) : await this.#lookAt(names);
  }

  async #hold(names: readonly string[]): Promise<OpenFolder> {
    let path = this.#root;
    let held: number | undefined;
    try {
      for (const name of names) {
        const above = path;
        path = `${path}/${name}`;
        // Nobody who may write in the root can move the root itself.
        const next = await this.#step(held === undefined ? path : `${pathOf(held)}/${name}`, {
          path,
          above,
        });
        if (held !== undefined) await close(held, above);
        held = next;
      }
    } catch (error) {
      if (held !== undefined) await close(held, path);
      throw error;
    }
    // There is a name at least.
    const last = held!;
    return {
      path: pathOf(last),
      isHeld: true,
      isInPlace: () => Promise.resolve(true),
      [Symbol.asyncDispose]: () => close(last, path),
    };
  }

  /** Opens a folder by way of the one above, and makes it where it is missing. */
  async #step(
    through: string,
    { path, above }: { path: string; above: string },
  ): Promise<number> {
    try {
      return await openFolder(through, above);
    } catch (error) {
      if (systemCodeOf(error) !== "ENOENT") throw await this.#inTheWay(error, { through, path });
    }
    await make(through);
    await this.#diskSync.folder(above);
    try {
      return await openFolder(through, above);
    } catch (error) {
      throw await this.#inTheWay(error, { through, path });
    }
  }

  async #lookAt(names: readonly string[]): Promise<OpenFolder> {
    let path = this.#root;
    for (const name of names) {
      const above = path;
      path = `${path}/${name}`;
      const found = await infoOf(path);
      if (found?.isDirectory) continue;
      if (found) throw await this.#inTheWay(undefined, { through: path, path });
      const isMade = await make(path);
      if (await this.#isInPlace(path) && await this.#isInPlace(path)) {
        await this.#diskSync.folder(above);
        continue;
      }
      if (isMade) await removeEmpty(path);
      throw changedMeanwhile();
    }
    return {
      path,
      isHeld: false,
      isInPlace: () => this.#isInPlace(path),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async #isInPlace(folder: string): Promise<boolean> {
    for (let end = this.#root.length; end !== -1 && end < folder.length;) {
      end = folder.indexOf("/", end + 1);
      const path = end === -1 ? folder : folder.slice(0, end);
      if ((await infoOf(path))?.isDirectory !== true) return false;
    }
    return true;
  }

  /** Returns what to say of something that is no folder. */
  async #inTheWay(
    error: unknown,
    { through, path }: { through: string; path: string },
  ): Promise<unknown> {
    const found = await infoOf(through, path.slice(0, path.lastIndexOf("/")));
    if (found?.isSymlink) return changedMeanwhile();
    return found && !found.isDirectory ? notAFolder(path.slice(this.#root.length + 1)) : error;
  }
}

/** Says that a link came to stand where a folder was. */
export function changedMeanwhile(): FileRefusedError {
  const reason = "something else changes the receiver's folders";
  return new FileRefusedError(reason, { code: "storage-failed" });
}

/** Says that a path cannot hold others. */
export function notAFolder(path: string): FileRefusedError {
  const reason = `"${escapeControls(path)}" is a file, and cannot hold others`;
  return new FileRefusedError(reason, { code: "exists" });
}

function freeOf(root: string): OpenFolder {
  return {
    path: root,
    isHeld: true,
    isInPlace: () => Promise.resolve(true),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Says whether the system, and Deno's permissions, let this program go through an open folder. */
async function canHold(root: string): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  // Where that is not clear, Deno would ask whoever sits there.
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return false;
  let held: number | undefined;
  try {
    held = await openFolder(root, root);
    const [there, through] = [await infoOf(root), await infoOf(`${pathOf(held)}/.`)];
    return there !== undefined && there.ino === through?.ino && there.dev === through.dev;
  } catch {
    return false;
  } finally {
    if (held !== undefined) await close(held, root);
  }
}

function pathOf(held: number): string {
  return `/proc/self/fd/${held}`;
}

/** Opens a folder; `folder` says whose disk is asked. */
function openFolder(path: string, folder: string): Promise<number> {
  return disk.ask(
    folder,
    () => fs.openSync(path, FOLDER_FLAGS),
    () => openDescriptor(path, FOLDER_FLAGS),
  );
}

function close(held: number, folder: string): Promise<void> {
  return disk.ask(folder, () => fs.closeSync(held), () => closeDescriptor(held));
}

/** Makes a folder, and says whether it did: another connection may have made it just now. */
async function make(path: string): Promise<boolean> {
  try {
    await disk.wait(() => Deno.mkdir(path));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Removes a folder that was made a moment ago where a link led: as soon as the link is there again. */
async function removeEmpty(path: string): Promise<void> {
  for (let turn = 0; turn < REMOVE_TURNS; turn++) {
    try {
      return await disk.remove(path);
    } catch {
      // It is out of sight, or no longer empty and so no longer ours.
    }
    await new Promise<void>(nextTurn);
  }
}
