import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withPath } from "../errors/errors.ts";

/** Where a temporary file or folder is made. */
export interface MakeTempOptions {
  /** The folder that it is made in. */
  dir?: string;
  /** What its name begins with. */
  prefix?: string;
  /** What its name ends with. */
  suffix?: string;
}

/** Makes a folder that nobody else has. */
export async function makeTempDir(options: MakeTempOptions = {}): Promise<string> {
  const path = temporaryPath(options);
  await withPath(`mkdir '${path}'`, () => fs.mkdir(path, { mode: 0o700 }));
  return path;
}

/** Returns a path that nobody guesses. */
export function temporaryPath(
  { dir = tmpdir(), prefix = "", suffix = "" }: MakeTempOptions,
): string {
  const name = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  return join(dir, `${prefix}${name}${suffix}`);
}
