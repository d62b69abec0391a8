// Becomes _dnt.polyfills.ts in a package whose files ask whether they are the main module.
import { realpathSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";

/** Says whether a module is the file that Node was started with, under its own name or through a link. */
export function dntIsMain(url: string): boolean {
  const [, started] = process.argv;
  if (started === undefined) return false;
  try {
    return pathToFileURL(realpathSync(started)).href === url;
  } catch {
    // `node --eval` and the like: what is there is no file.
    return false;
  }
}
