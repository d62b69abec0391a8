import * as fs from "node:fs";
import { promisify } from "node:util";
import { withPath, withPathSync } from "../errors/errors.ts";
import { FsFile } from "./file_handle.ts";
import type { OpenOptions } from "./file_types.ts";
import { pathOf } from "./paths.ts";
import { systemError } from "../errors/system_errors.ts";

const openDescriptor = promisify(fs.open);
const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;

/** Opens a file, to be read unless told otherwise; a folder can be opened to be read as well, and synced then. */
export async function open(
  path: string | URL,
  options: OpenOptions = { read: true },
): Promise<FsFile> {
  const { file, tried, flags, mode, append } = requestOf(path, options);
  const fd = await withPath(tried, () => openDescriptor(file, flags, mode));
  return new FsFile(fd, { append });
}

/** As {@linkcode open}, before it returns. */
export function openSync(
  path: string | URL,
  options: OpenOptions = { read: true },
): FsFile {
  const { file, tried, flags, mode, append } = requestOf(path, options);
  const fd = withPathSync(tried, () => fs.openSync(file, flags, mode));
  return new FsFile(fd, { append });
}

/** Returns what to ask the system for. */
function requestOf(path: string | URL, options: OpenOptions) {
  requirePossible(options);
  const file = pathOf(path);
  const tried = `open '${file}'`;
  const { append = false, createNew = false, truncate = false, mode = 0o666 } = options;
  if (append && truncate && !createNew) {
    const message = "creating or truncating a file requires write or append access";
    throw systemError("EINVAL", `${message}: ${tried}`);
  }
  const flags = accessOf(options) | creationOf(options);
  return { file, tried, flags, mode: mode & 0o777, append };
}

function requirePossible(options: OpenOptions): void {
  if (!Object.values(options).includes(true)) {
    throw new Error("'options' requires at least one option to be true");
  }
  const { append, create, createNew, truncate, write } = options;
  if (truncate && !write) throw new Error("'truncate' option requires 'write' to be true");
  if ((create || createNew) && !(write || append)) {
    throw new Error("'create' or 'createNew' options require 'write' or 'append' to be true");
  }
}

function accessOf({ read, write, append }: OpenOptions): number {
  if (append) return (read ? O_RDWR : O_WRONLY) | O_APPEND;
  return write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
}

function creationOf({ truncate, create, createNew }: OpenOptions): number {
  if (createNew) return O_CREAT | O_EXCL;
  return (create ? O_CREAT : 0) | (truncate ? O_TRUNC : 0);
}
