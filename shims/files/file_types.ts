/** What the system knows about a file, a folder or whatever else has a path; null is what it does not know. */
export interface FileInfo {
  /** It is a file. */
  isFile: boolean;
  /** It is a folder. */
  isDirectory: boolean;
  /** It is a link, which `Deno.lstat` alone can see. */
  isSymlink: boolean;
  /** How many bytes it holds. */
  size: number;
  /** When it was last written to; like every time here, cut down to milliseconds. */
  mtime: Date | null;
  /** When it was last read. */
  atime: Date | null;
  /** When it was made. */
  birthtime: Date | null;
  /** When it or what is known about it last changed. */
  ctime: Date | null;
  /** The device that it is on. */
  dev: number;
  /** Its number on that device. */
  ino: number | null;
  /** Its kind and its permissions. */
  mode: number | null;
  /** How many names it has. */
  nlink: number | null;
  /** The user who owns it. */
  uid: number | null;
  /** The group that owns it. */
  gid: number | null;
  /** The device that it stands for. */
  rdev: number | null;
  /** How many bytes the system likes to read of it at once. */
  blksize: number | null;
  /** How much room it takes, in blocks of 512 bytes: a file with holes takes less than its size. */
  blocks: number | null;
  /** It is a device that is read in blocks. */
  isBlockDevice: boolean | null;
  /** It is a device that is read in bytes. */
  isCharDevice: boolean | null;
  /** It is a named pipe. */
  isFifo: boolean | null;
  /** It is a Unix socket. */
  isSocket: boolean | null;
}

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

/** What a file is opened for; at least one of the booleans has to be true. */
export interface OpenOptions {
  /** It can be read. */
  read?: boolean;
  /** It can be written. */
  write?: boolean;
  /** It can be written at its end alone, wherever that is then. */
  append?: boolean;
  /** What it held is gone; only with `write`, and not with `append`. */
  truncate?: boolean;
  /** It is made where it is missing; only with `write` or `append`. */
  create?: boolean;
  /** It is made, and nothing may have its path, not even a link to nowhere. */
  createNew?: boolean;
  /** The permissions of a file that is made, less what the system takes away; 0o666 unless told otherwise. */
  mode?: number;
}

/** How a folder is made. */
export interface MkdirOptions {
  /** The folders above it are made as well, and that it is there already is no error. */
  recursive?: boolean;
  /** The permissions of each, less what the system takes away; 0o777 unless told otherwise. */
  mode?: number;
}

/** How something is removed. */
export interface RemoveOptions {
  /** A folder goes with all that it holds. */
  recursive?: boolean;
}

/** How a whole file is read. */
export interface ReadFileOptions {
  /** Ends it before its time. */
  signal?: AbortSignal;
}

/** How a whole file is written. */
export interface WriteFileOptions {
  /** It is written behind what the file holds, which is lost otherwise. */
  append?: boolean;
  /** It is made where it is missing; so it is unless told otherwise. */
  create?: boolean;
  /** Nothing may have its path. */
  createNew?: boolean;
  /** The permissions of the file, whether it is new or not, and with nothing taken away. */
  mode?: number;
  /** Ends it before its time. */
  signal?: AbortSignal;
}
