import { constants, readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { fileFailure, withPath } from "../errors/errors.ts";
import type { ReadFileOptions, WriteFileOptions } from "./file_types.ts";
import { pathOf } from "./paths.ts";

const { O_APPEND, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;

/** Reads a whole file. */
export async function readFile(
  path: string | URL,
  { signal }: ReadFileOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = pathOf(path);
  const read = await stoppable(
    signal,
    () => withPath(`readfile '${file}'`, () => fs.readFile(file, { ...signal && { signal } })),
  );
  const { buffer, byteOffset, byteLength } = read;
  // A small one may share its memory with others.
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) {
    return new Uint8Array(read);
  }
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Reads a whole text file. */
export async function readTextFile(
  path: string | URL,
  { signal }: ReadFileOptions = {},
): Promise<string> {
  const file = pathOf(path);
  const options = { encoding: "utf8", ...signal && { signal } } as const;
  return await stoppable(
    signal,
    () => withPath(`readfile '${file}'`, () => fs.readFile(file, options)),
  );
}

/** Reads a whole text file before it returns. */
export function readTextFileSync(path: string | URL): string {
  const file = pathOf(path);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw fileFailure(error, `readfile '${file}'`);
  }
}

/** Writes a whole file. */
export async function writeFile(
  path: string | URL,
  data: Uint8Array | ReadableStream<Uint8Array>,
  options?: WriteFileOptions,
): Promise<void> {
  await writeWhole(path, data, options);
}

/** Writes a whole text file. */
export async function writeTextFile(
  path: string | URL,
  data: string | ReadableStream<string>,
  options?: WriteFileOptions,
): Promise<void> {
  await writeWhole(path, data, options);
}

async function writeWhole(
  path: string | URL,
  data: string | Uint8Array | AsyncIterable<string | Uint8Array>,
  { append = false, create = true, createNew = false, mode, signal }: WriteFileOptions = {},
): Promise<void> {
  const file = pathOf(path);
  const flags = O_WRONLY | (append ? O_APPEND : O_TRUNC) |
    (createNew ? O_CREAT | O_EXCL : create ? O_CREAT : 0);
  await stoppable(signal, () =>
    withPath(`writefile '${file}'`, async () => {
      const opened = await fs.open(file, flags, mode === undefined ? 0o666 : mode & 0o777);
      try {
        // As in Deno, a file that was there before gets the mode too.
        if (mode !== undefined) await opened.chmod(mode & 0o7777);
        await fs.writeFile(opened, data, { ...signal && { signal } });
      } finally {
        await opened.close();
      }
    }));
}

/** Does something that a signal can end, which gives its reason then. */
async function stoppable<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
