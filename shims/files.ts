import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileFailure } from "./errors.ts";

/** Reads a whole text file. */
export async function readTextFile(
  path: string | URL,
  { signal }: { signal?: AbortSignal } = {},
): Promise<string> {
  try {
    return await readFile(path, { encoding: "utf8", ...signal && { signal } });
  } catch (error) {
    signal?.throwIfAborted();
    throw fileFailure(error, `readfile '${path}'`);
  }
}

/** Reads a whole text file before it returns. */
export function readTextFileSync(path: string | URL): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileFailure(error, `readfile '${path}'`);
  }
}
