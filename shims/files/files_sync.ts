import * as fs from "node:fs";
import { withPathSync } from "../errors/errors.ts";
import { infoOf } from "./file_info.ts";
import type { FileInfo, RemoveOptions } from "./file_types.ts";
import { pathOf } from "./paths.ts";

/** Tells about a file, or about a link itself, before it returns. */
export function lstatSync(path: string | URL): FileInfo {
  const file = pathOf(path);
  return infoOf(withPathSync(`lstat '${file}'`, () => fs.lstatSync(file, { bigint: true })));
}

/** Sets the permissions of something before it returns. */
export function chmodSync(path: string | URL, mode: number): void {
  const file = pathOf(path);
  withPathSync(`chmod '${file}'`, () => fs.chmodSync(file, mode & 0o7777));
}

/** Gives a file one more name before it returns. */
export function linkSync(oldpath: string, newpath: string): void {
  withPathSync(`link '${oldpath}' -> '${newpath}'`, () => fs.linkSync(oldpath, newpath));
}

/** Removes a file, a link or a folder before it returns. */
export function removeSync(
  path: string | URL,
  { recursive = false }: RemoveOptions = {},
): void {
  const file = pathOf(path);
  withPathSync(`remove '${file}'`, () => {
    const found = fs.lstatSync(file);
    if (!found.isDirectory()) fs.unlinkSync(file);
    else if (recursive) fs.rmSync(file, { recursive });
    else fs.rmdirSync(file);
  });
}
