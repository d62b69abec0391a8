import { infoOf } from "../disk.ts";
import { type Exclusion, exclusionOf } from "./exclusion.ts";
import type { FindFilesOptions } from "./find_files.ts";
import { namesIn } from "./found_folder.ts";
import { isSame } from "./open_file.ts";
import { operandsOf } from "./operands.ts";

/** Two files that would have one path at the receiver. */
export interface Clash {
  /** That path. */
  readonly path: string;
  /** Their paths on this side; `-` is stdin. */
  readonly locals: readonly [string, string];
}

/** Something that may have the path of another one. */
interface Rival {
  readonly local: string;
  /** What is there; undefined until somebody looks. */
  readonly found?: Deno.FileInfo;
  /** The names that follow, where stdin is to be called as if it were in a folder. */
  readonly rest?: readonly string[];
  /** Its path below what was named; "" is what was named itself, which is sent whatever it is. */
  readonly below: string;
}

/**
 * Looks whether two of the files below some paths would have one path at the receiver, where the later one takes the place
 * of the other. Only folders that have a path in common are read. Names that differ in case alone are two names.
 *
 * @returns The first such two; undefined where there are none.
 *
 * @example
 * ```ts
 * import { findClash } from "@parley/sockets/transfer";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * for (const name of ["a", "b"]) {
 *   await Deno.mkdir(`${folder}/${name}`);
 *   await Deno.writeTextFile(`${folder}/${name}/x.txt`, name);
 * }
 * const clash = await findClash([`${folder}/a/x.txt`, `${folder}/b/x.txt`]);
 * assertEquals(clash?.path, "x.txt");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function findClash(
  paths: readonly string[],
  options: FindFilesOptions = {},
): Promise<Clash | undefined> {
  const isExcluded = exclusionOf(options.exclude ?? []);
  const groups = new Groups();
  for await (const operand of operandsOf(paths, options)) {
    const { kind, local, path } = operand;
    if (kind === "stdin") groups.addStdin(path.split("/"));
    if (kind !== "found") continue;
    const { found } = operand;
    const rival = { local, found, below: "" };
    // The root of a disk has no name: what it holds stands beside what was named.
    if (path === "") await groups.addContent(rival);
    else if (!isExcluded(path, { isFolder: found.isDirectory })) groups.add(path, rival);
  }
  return await clashIn(groups, { above: "", isExcluded });
}

/** What has one name, by that name. */
class Groups {
  readonly rivals = new Map<string, Rival[]>();

  add(name: string, rival: Rival): void {
    const others = this.rivals.get(name);
    if (others) others.push(rival);
    else this.rivals.set(name, [rival]);
  }

  addStdin([name = "", ...rest]: readonly string[]): void {
    this.add(name, { local: "-", below: "", ...rest.length > 0 && { rest } });
  }

  /** Adds what a folder holds. What cannot be read is told when it is to be sent. */
  async addContent({ local, below, rest }: Rival): Promise<void> {
    if (rest) return this.addStdin(rest);
    const base = local.replace(/\/+$/, "");
    const { names } = await namesIn(local).catch(() => ({ names: [] }));
    for (const name of names) {
      this.add(name, { local: `${base}/${name}`, below: below === "" ? name : `${below}/${name}` });
    }
  }
}

async function clashIn(
  groups: Groups,
  { above, isExcluded }: { above: string; isExcluded: Exclusion },
): Promise<Clash | undefined> {
  for (const [name, all] of groups.rivals) {
    if (all.length === 1) continue;
    const [first, ...others] = await sentOf(all, isExcluded);
    if (first === undefined || others.length === 0) continue;
    const path = above + name;
    const other = others.find((one) => !isFolder(one) || !isFolder(first));
    if (other) return { path, locals: [first.local, other.local] };
    const inside = new Groups();
    for (const rival of [first, ...others]) await inside.addContent(rival);
    const clash = await clashIn(inside, { above: `${path}/`, isExcluded });
    if (clash) return clash;
  }
  return undefined;
}

function isFolder({ found, rest }: Rival): boolean {
  return found?.isDirectory === true || rest !== undefined;
}

/** Returns those that are sent, and of what is the same file only one: it is no other content. */
async function sentOf(rivals: readonly Rival[], isExcluded: Exclusion): Promise<Rival[]> {
  const sent: Rival[] = [];
  for (const rival of rivals) {
    const { local, below } = rival;
    if (below === "") {
      sent.push(rival);
      continue;
    }
    const found = await infoOf(local).catch(() => undefined);
    if (!found?.isDirectory && !found?.isFile) continue;
    if (isExcluded(below, { isFolder: found.isDirectory })) continue;
    const isKnown = sent.some((other) => found.ino && other.found && isSame(other.found, found));
    if (!isKnown) sent.push({ ...rival, found });
  }
  return sent;
}
