import * as fs from "node:fs";
import { rmdir } from "node:fs/promises";
import { promisify } from "node:util";
import { escapeControls } from "../../codec/escape_controls.ts";
import { OWN_NAME_PREFIX } from "../../codec/wire_path.ts";
import { systemCodeOf } from "../../net/errors.ts";
import { disk, infoOf, isSameFile } from "../disk.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { DiskSync } from "./disk_sync.ts";
import { hasLanded, takeBack } from "./landing.ts";

const openDescriptor = promisify(fs.open);
const closeDescriptor = promisify(fs.close);
/** Opens a folder itself, and fails where it is a link to one. */
const FOLDER_FLAGS = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW;

/** A folder of an inbox in which names are about to be given. */
export interface OpenFolder extends AsyncDisposable {
  /** What to put in front of a name; not for people. */
  readonly path: string;
  /** Whether `path` means this very folder, whatever comes to stand in its place. */
  readonly isHeld: boolean;
  /** Says whether the folder's own path leads to it without links, as it did when it was opened. */
  readonly isInPlace: () => Promise<boolean>;
  /** Removes what was made of it, where that is still empty: it may have landed elsewhere. Not for a folder that is held. */
  readonly takeBack: () => Promise<void>;
}

/** A folder that was made, and what the system knows it by. */
interface Made {
  readonly path: string;
  readonly info: Deno.FileInfo;
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
  /** Settles when no folder is being made. */
  #making: Promise<unknown> = Promise.resolve();

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
      takeBack: () => Promise.resolve(),
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
    const made: Made[] = [];
    let path = this.#root;
    try {
      for (const name of names) {
        const above = path;
        path = `${path}/${name}`;
        const found = await infoOf(path);
        if (found?.isDirectory) continue;
        if (found) throw await this.#inTheWay(undefined, { through: path, path });
        const one = await this.#makeKnown(path);
        if (one) made.push(one);
        if (!await hasLanded(() => this.#isInPlace(path))) throw changedMeanwhile();
        await this.#diskSync.folder(above);
      }
    } catch (error) {
      if (isChange(error)) await removeMade(made);
      throw error;
    }
    return {
      path,
      isHeld: false,
      isInPlace: () => this.#isInPlace(path),
      takeBack: () => removeMade(made),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  /**
   * Makes a folder, and returns what the system knows it by wherever it lands; undefined where another connection has made it.
   * Only one that has another name at first, where nobody swaps a link, is known for certain. A rename replaces an empty
   * folder, so one is made after the other: nobody's is replaced who is about to put something into it.
   */
  #makeKnown(path: string): Promise<Made | undefined> {
    const made = this.#making.then(() => this.#makeNow(path));
    this.#making = made.then(ignore, ignore);
    return made;
  }

  async #makeNow(path: string): Promise<Made | undefined> {
    if ((await infoOf(path))?.isDirectory) return undefined;
    const first = `${this.#root}/${OWN_NAME_PREFIX}${crypto.randomUUID()}`;
    await disk.wait(() => Deno.mkdir(first));
    const info = await infoOf(first);
    try {
      await disk.wait(() => Deno.rename(first, path));
      return info && { path, info };
    } catch (error) {
      await disk.wait(() => rmdir(first)).catch(ignore);
      if ((await infoOf(path))?.isDirectory) return undefined;
      if (systemCodeOf(error) !== "EXDEV") throw error;
      // Another disk is mounted there.
      if (!await make(path)) return undefined;
      const there = await infoOf(path);
      return there && { path, info: there };
    }
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
class ChangedMeanwhileError extends FileRefusedError {
  constructor(cause: unknown) {
    super("something else changes the receiver's folders", { code: "storage-failed", cause });
  }
}

/** Makes the error for a folder in whose place something else came to stand, which may have been the cause of another one. */
export function changedMeanwhile(cause?: unknown): FileRefusedError {
  return new ChangedMeanwhileError(cause);
}

/** Says whether an error may come of somebody who swaps or removes folders while they are used. */
export function isChange(error: unknown): boolean {
  return error instanceof ChangedMeanwhileError ||
    ["ENOENT", "ENOTDIR", "EXDEV"].includes(String(systemCodeOf(error)));
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
    takeBack: () => Promise.resolve(),
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

/** Removes folders that were made a moment ago, perhaps where a link led: as soon as that is there again. Nothing else goes. */
async function removeMade(made: readonly Made[]): Promise<void> {
  const left = new Set(made.toReversed());
  await takeBack(async () => {
    for (const one of left) if (await isTakenBack(one)) left.delete(one);
    return left.size === 0;
  });
}

/** Says whether nothing is left to take back: it is removed, or others have put something into it, whose it is then. */
async function isTakenBack({ path, info }: Made): Promise<boolean> {
  const there = await infoOf(path).catch(() => undefined);
  if (there === undefined || !isSameFile(there, info)) return false;
  try {
    // It removes empty folders alone, whatever has come to stand there meanwhile.
    await disk.wait(() => rmdir(path));
    return true;
  } catch (error) {
    return ["ENOTEMPTY", "EEXIST"].includes(String(systemCodeOf(error)));
  }
}

function ignore(): void {}
