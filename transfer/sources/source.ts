import type { BlockSource } from "./block_reader.ts";
import { disk } from "../disk.ts";

/** Something to send. */
export interface FileSource {
  /** What it is. */
  readonly kind: "file" | "folder";
  /** Its path here, for people. */
  readonly local: string;
  /** Where it shall go: names joined with "/". */
  readonly path: string;
  /** Bytes; null where nobody knows before the end. */
  readonly size: number | null;
  /** When it was changed, in milliseconds since 1970; null where nobody knows. */
  readonly mtimeMs: number | null;
  /** Its permission bits, where they shall be kept. */
  readonly mode?: number | undefined;
  /** Opens it for reading. @throws The system's error. */
  readonly open: () => Promise<OpenSource>;
}

/** A source that is open. */
export interface OpenSource extends BlockSource, AsyncDisposable {
  /** Reads from its beginning again; undefined where that cannot be done. */
  readonly rewind?: () => Promise<void>;
  /** Says whether it was changed since it was offered. */
  readonly hasChanged: () => Promise<boolean>;
}

/** What stands in the way of sending something; the rest is sent all the same. */
export interface SkippedSource {
  /** Tells it from what can be sent. */
  readonly kind: "skipped";
  /** Its path here. */
  readonly local: string;
  /** Why, as a phrase that can follow it. */
  readonly reason: string;
  /** Nothing is wrong: there is only nothing to send. */
  readonly isFine: boolean;
}

/** How {@linkcode findSources} looks. */
export interface FindSourcesOptions {
  /** Keep the permission bits. @default {false} */
  keepMode?: boolean;
  /** What stdin (`-`) is. */
  stdin?: { readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>; readonly name: string };
}

/**
 * Finds what is to be sent, one after the other: files as they are, folders with all that they hold, and `-`, which is
 * stdin. Links that are named are followed, links in folders are left out. What cannot be read is told, and the rest goes
 * on.
 */
export async function* findSources(
  paths: readonly string[],
  options: FindSourcesOptions = {},
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  for (const path of paths) {
    if (path === "-") yield stdinSource(options);
    else yield* below(path, { path: await baseName(path), options, isNamed: true });
  }
}

async function* below(
  local: string,
  { path, options, isNamed }: { path: string; options: FindSourcesOptions; isNamed: boolean },
): AsyncGenerator<FileSource | SkippedSource, void, void> {
  try {
    const found = isNamed ? await Deno.stat(local) : await disk.lstat(local);
    if (found.isDirectory) yield* folder(local, { path, found, options });
    else if (found.isFile) yield fileSource(local, { path, found, options });
    else if (found.isSymlink) {
      yield { kind: "skipped", local, reason: "it is a symbolic link", isFine: true };
    } else {
      // Who names one wants it sent; in a folder it only lies around.
      yield { kind: "skipped", local, reason: "it is no file and no folder", isFine: !isNamed };
    }
  } catch (error) {
    yield { kind: "skipped", local, reason: reasonOf(error), isFine: false };
  }
}

async function* folder(
  local: string,
  { path, found, options }: { path: string; found: Deno.FileInfo; options: FindSourcesOptions },
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
  { path, found, options }: { path: string; found: Deno.FileInfo; options: FindSourcesOptions },
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

async function openFile(local: string, found: Deno.FileInfo): Promise<OpenSource> {
  const file = await disk.open(local, { read: true });
  return {
    read: (into) => file.read(into),
    readSync: (into) => file.readSync(into),
    rewind: async () => void await file.seek(0, Deno.SeekMode.Start),
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

function stdinSource({ stdin }: FindSourcesOptions): FileSource | SkippedSource {
  if (!stdin) return { kind: "skipped", local: "-", reason: "there is no stdin", isFine: false };
  return {
    kind: "file",
    local: "stdin",
    path: stdin.name,
    size: null,
    mtimeMs: null,
    open() {
      if (!stdin.stream.locked) return Promise.resolve(new StreamSource(stdin.stream));
      return Promise.reject(new TypeError("stdin can be read only once"));
    },
  };
}

/** What is piped in. */
class StreamSource implements OpenSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#rest = value;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  hasChanged(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** A read that waits for the terminal ends with it. */
  interrupt(): void {
    void this.#cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#cancel();
  }

  async #cancel(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // It broke before, as who read from it has heard.
    }
  }
}

/** Returns the last name of a path; `.` and `..` are asked for theirs. */
async function baseName(path: string): Promise<string> {
  const name = lastName(path);
  if (name !== "" && name !== "." && name !== "..") return name;
  try {
    return lastName(await Deno.realPath(path));
  } catch {
    // What is wrong with it shows when it is looked at.
    return name;
  }
}

function lastName(path: string): string {
  const slash = Deno.build.os === "windows" ? /[/\\]/ : /\//;
  return path.split(slash).findLast((name) => name !== "") ?? "";
}

/** Returns what the system says about a file, in a phrase. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno does not allow to read it; add --allow-read to the command";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow to read it";
  return error instanceof Error ? error.message : String(error);
}
