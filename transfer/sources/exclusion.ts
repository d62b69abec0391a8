import { globToRegExp } from "@std/path/posix/glob-to-regexp";

/** Says whether something below a named folder is left out; `path` is counted from there, with "/" between its names. */
export type Exclusion = (path: string, options: { isFolder: boolean }) => boolean;

interface Pattern {
  readonly shape: RegExp;
  /** It fits a name in any folder, and else a path from the named folder on. */
  readonly isName: boolean;
  readonly isFolder: boolean;
}

/**
 * Makes an exclusion of shell patterns. One without a slash fits a name in any folder, `*.log`; one with a slash fits the path
 * below what was named, `build/*.o`, where `**` stands for any folders. One that ends in a slash fits folders alone.
 */
export function exclusionOf(globs: readonly string[]): Exclusion {
  const patterns = globs.map(patternOf);
  return (path, { isFolder }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return patterns.some((pattern) =>
      (isFolder || !pattern.isFolder) && pattern.shape.test(pattern.isName ? name : path)
    );
  };
}

function patternOf(glob: string): Pattern {
  const bare = glob.replace(/\/+$/, "");
  return {
    shape: globToRegExp(bare.replace(/^(?:\.?\/)+/, "")),
    isName: !bare.includes("/"),
    isFolder: bare !== glob,
  };
}
