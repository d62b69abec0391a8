import { namesIn } from "./found_folder.ts";
import { NAME_IS_NO_TEXT, reasonOf } from "./read_errors.ts";

/** A path that somebody named, and what is there. */
export type Operand =
  | {
    readonly kind: "found";
    readonly local: string;
    /** Its path at the receiver; "" is the root of a disk, which has no name. */
    readonly path: string;
    readonly found: Deno.FileInfo;
  }
  | { readonly kind: "stdin"; readonly local: string; readonly path: string }
  | {
    readonly kind: "unreadable";
    readonly local: string;
    readonly path: string;
    readonly reason: string;
    readonly error?: unknown;
  };

/** How {@linkcode operandsOf} names them. */
export interface OperandsOptions {
  /** The name of `-`. */
  readonly stdin?: { readonly name: string };
  /** The name of the only file. */
  readonly name?: string | undefined;
}

/** Where a name was no UTF-8, a runtime has put this. */
const REPLACEMENT = "\ufffd";

/** Looks at paths that somebody named, one after the other. What is named twice by one name is given once. */
export async function* operandsOf(
  paths: readonly string[],
  { stdin, name }: OperandsOptions,
): AsyncGenerator<Operand, void, void> {
  const given = new Set<string>();
  for (const local of paths) {
    if (local === "-") {
      if (!given.has("-")) yield { kind: "stdin", local: "stdin", path: stdin?.name ?? "" };
      given.add("-");
      continue;
    }
    const path = await baseName(local);
    const operand = await look(local, path);
    if (operand.kind !== "found") {
      yield operand;
      continue;
    }
    const { found } = operand;
    const key = JSON.stringify([path, ...found.ino ? [found.dev, found.ino] : [local]]);
    const isNew = !given.has(key);
    given.add(key);
    if (isNew) yield name !== undefined && found.isFile ? { ...operand, path: name } : operand;
    const isOther = path.includes(REPLACEMENT) && (!isNew || await hasTwin(local, path));
    // The runtime gives a name that is no UTF-8 as one that is, and that one is another file.
    if (isOther) yield { kind: "unreadable", local, path, reason: NAME_IS_NO_TEXT };
  }
}

async function look(local: string, path: string): Promise<Operand> {
  try {
    return { kind: "found", local, path, found: await Deno.stat(local) };
  } catch (error) {
    const isNoText = error instanceof Deno.errors.NotFound && local.includes(REPLACEMENT);
    const reason = isNoText ? NAME_IS_NO_TEXT : reasonOf(error);
    return { kind: "unreadable", local, path, reason, error };
  }
}

/** Says whether beside a file there is one whose name is no UTF-8, and looks like its name. */
async function hasTwin(local: string, path: string): Promise<boolean> {
  try {
    const { unreadable } = await namesIn(local.slice(0, local.lastIndexOf(path)) || ".");
    return unreadable.includes(path);
  } catch {
    // The folder may not be read: nobody can tell.
    return false;
  }
}

/** Returns the last name of a path, or the real folder's when the path ends in `.` or `..`. */
async function baseName(path: string): Promise<string> {
  const name = lastName(path);
  if (name !== "" && name !== "." && name !== "..") return name;
  try {
    return lastName(await Deno.realPath(path));
  } catch {
    // The same path fails again when it is looked at, and is skipped then with the reason.
    return name;
  }
}

function lastName(path: string): string {
  const slash = Deno.build.os === "windows" ? /[/\\]/ : /\//;
  return path.split(slash).findLast((name) => name !== "") ?? "";
}
