// This module is browser compatible.

import { escapeControls } from "./escape_controls.ts";

/** What the names of a receiver's own files begin with, such as files still on their way; no peer may name one. */
export const OWN_NAME_PREFIX = ".parley-";

/** Why a path from the wire is refused; stable, so programs may branch on it. */
export type WirePathProblem =
  /** It holds half a character (a lone surrogate), which UTF-8 cannot say. */
  | "bad-unicode"
  /** It has more UTF-8 bytes than `maxPathBytes`, or one of its names more than `maxSegmentBytes`. */
  | "too-long"
  /** It has more names than `maxSegments`. */
  | "too-deep"
  /** It holds NUL, another C0 control, DEL or a C1 control. */
  | "control"
  /** It begins with two separators: a name on another computer, or of a device. */
  | "unc"
  /** It begins with a separator: at the root of a disk, not in the folder. */
  | "absolute"
  /** It holds a backslash, which parts names on Windows. */
  | "backslash"
  /** It is empty, ends in a slash, or has nothing between two slashes. */
  | "empty"
  /** One of its names is `.`, or some system could take it for that. */
  | "dot"
  /** One of its names is `..`, or some system could take it for that. */
  | "parent"
  /** One of its names begins with a letter and a colon: another disk on Windows. */
  | "drive"
  /** One of its names holds another colon: a hidden stream inside a file on NTFS. */
  | "stream"
  /** One of its names holds `<`, `>`, `"`, `|`, `?` or `*`, which no file on Windows can have. */
  | "bad-character"
  /** One of its names holds what {@linkcode escapeControls} escapes, so it looks like another, or shows nothing at all. */
  | "hidden-character"
  /** One of its names ends in a dot, which Windows drops, or in white space, which Windows drops or nobody sees. */
  | "trailing"
  /** One of its names is a device's on Windows, such as `CON` or `nul.txt`. */
  | "reserved-name"
  /** One of its names begins with {@linkcode OWN_NAME_PREFIX}, or some system could take it for such a name. */
  | "own-name";

/** What is wrong with a path from the wire. */
export interface WirePathRefusal {
  /** Why it is refused. */
  problem: WirePathProblem;
  /** The same for people, on one line and safe for a terminal: `"../x" holds ".."`. */
  reason: string;
}

/** Which names a path may hold. */
export type NamePolicy =
  /** Those that every system can have, and that mean the same on each. */
  | "portable"
  /** Whatever Linux takes for a name, but for those that the receiver keeps for its own files. */
  | "any";

/** What a path from the wire may be. `Infinity` lifts a limit. */
export interface WirePathOptions {
  /** Which names it may hold. @default {"portable"} */
  names?: NamePolicy;
  /** UTF-8 bytes of the whole path. @default {4096} */
  maxPathBytes?: number;
  /** UTF-8 bytes of one name; more than 255 fit on hardly any system. @default {255} */
  maxSegmentBytes?: number;
  /** Names, the folders among them. @default {64} */
  maxSegments?: number;
}

/** A name between two slashes. */
interface Segment {
  text: string;
  /** Without what shows nothing: HFS+, and ext4 where it ignores case, take the two for one name. */
  bare: string;
}

interface Rule<T> {
  problem: WirePathProblem;
  breaks: (subject: T) => boolean;
  /** What follows the path in the reason. */
  phrase: string;
}

/** Characters of the path that a reason shows. */
const MAX_SHOWN_CHARS = 80;

const SHOWS_NOTHING = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * With an extension they are still devices before Windows 11, and spaces do not help
 * (https://learn.microsoft.com/windows/win32/fileio/naming-a-file). Windows reads ¹, ² and ³ as digits.
 */
const DEVICE = /^ *(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;

/** What NTFS and FAT may call a file of ours for short, the second form once several begin alike. */
const SHORT_OWN_NAME = /^(?:parley|parle|parl|pa[0-9a-f]{4})~[0-9]+(?:\.|$)/i;

const PATH_RULES: readonly Rule<string>[] = [
  {
    problem: "control",
    // deno-lint-ignore no-control-regex
    breaks: (path) => /[\u0000-\u001f\u007f-\u009f]/.test(path),
    phrase: "holds a control character",
  },
  {
    problem: "unc",
    breaks: (path) => /^[/\\]{2}/.test(path),
    phrase: "begins like a name on another computer",
  },
  {
    problem: "absolute",
    breaks: (path) => /^[/\\]/.test(path),
    phrase: "begins at the root",
  },
  {
    problem: "backslash",
    breaks: (path) => path.includes("\\"),
    phrase: "holds a backslash, which parts names on Windows",
  },
];

const SEGMENT_RULES: readonly Rule<Segment>[] = [
  {
    problem: "empty",
    breaks: ({ text }) => text === "",
    phrase: "holds an empty name",
  },
  {
    problem: "dot",
    breaks: ({ bare }) => bare === ".",
    phrase: 'holds "."',
  },
  {
    problem: "parent",
    breaks: ({ bare }) => bare === "..",
    phrase: 'holds ".."',
  },
  {
    problem: "drive",
    breaks: ({ bare }) => /^[a-z]:/i.test(bare),
    phrase: "holds a drive letter",
  },
  {
    problem: "stream",
    breaks: ({ text }) => text.includes(":"),
    phrase: 'holds ":", which opens a stream inside a file on Windows',
  },
  {
    problem: "bad-character",
    breaks: ({ text }) => /[<>"|?*]/.test(text),
    phrase: 'holds one of < > " | ? *, which Windows refuses',
  },
  {
    problem: "hidden-character",
    breaks: ({ text, bare }) => escapeControls(text) !== text || bare === "",
    phrase: "holds a character that hides or reorders text, or a name that shows nothing",
  },
  {
    problem: "trailing",
    // A space in front stays: every system keeps it, Explorer opens it, and no name changes its meaning by it.
    breaks: ({ bare }) => /[\p{White_Space}.]$/u.test(bare),
    phrase: "holds a name that ends in a dot or in white space",
  },
  {
    problem: "reserved-name",
    breaks: ({ bare }) => DEVICE.test(bare),
    phrase: "holds the name of a device on Windows",
  },
  {
    problem: "own-name",
    // ZFS can be told to compare in NFKC, so here the look-alikes count; ".." is never looked up in that way.
    breaks: ({ bare }) =>
      bare.normalize("NFKC").toLowerCase().startsWith(OWN_NAME_PREFIX) ||
      SHORT_OWN_NAME.test(bare),
    phrase: "holds a name that the receiver keeps for its own files",
  },
];

/** The problems that a path has on Linux too. What else is a name is one, down to line feeds and backslashes. */
const ANY_PATH_RULES: readonly Rule<string>[] = [
  {
    problem: "control",
    breaks: (path) => path.includes("\0"),
    phrase: "holds NUL, which ends a name",
  },
  {
    problem: "absolute",
    breaks: (path) => path.startsWith("/"),
    phrase: "begins at the root",
  },
];

const ANY_SEGMENT_RULES: readonly Rule<Segment>[] = [
  ...SEGMENT_RULES.filter(({ problem }) => problem === "empty"),
  {
    problem: "dot",
    breaks: ({ text }) => text === ".",
    phrase: 'holds "."',
  },
  {
    problem: "parent",
    breaks: ({ text }) => text === "..",
    phrase: 'holds ".."',
  },
  // Linux can be told to compare names without case and what shows nothing, so here the look-alikes count too.
  ...SEGMENT_RULES.filter(({ problem }) => problem === "own-name"),
];

/**
 * Says why a relative path from a peer must not name a file, or returns undefined where it may. Names are parted by
 * `/`. Unless `names` is `any`, a path is refused on every system when it could leave the folder, or mean another file or a device, on any
 * one; nothing is repaired, since two repaired names could become one. Where it breaks several rules, the first in
 * the order of {@linkcode WirePathProblem} is told, the whole path before its names, and those from left to right.
 *
 * Characters of any script pass, composed or not, as do `%2e%2e%2f`, `．．／` and other look-alikes: a file system
 * takes them as they are. Do not decode or normalize a path after this. It knows nothing of the folder: links that
 * are in it already, and what a name such as `.bashrc` means to a program, are for the caller.
 *
 * @throws {RangeError} A limit is neither a whole number from 1 nor `Infinity`.
 *
 * @example
 * ```ts
 * import { wirePathProblem } from "@parley/sockets/parcel";
 * import { assert } from "@std/assert";
 * assert(wirePathProblem("notes/todo.txt") === undefined);
 * assert(wirePathProblem("../todo.txt")?.problem === "parent");
 * assert(wirePathProblem("../todo.txt")?.reason === '"../todo.txt" holds ".."');
 * ```
 */
export function wirePathProblem(
  path: string,
  options: WirePathOptions = {},
): WirePathRefusal | undefined {
  const maxPathBytes = limitFrom("maxPathBytes", options.maxPathBytes ?? 4096);
  const maxSegmentBytes = limitFrom("maxSegmentBytes", options.maxSegmentBytes ?? 255);
  const maxSegments = limitFrom("maxSegments", options.maxSegments ?? 64);

  if (!path.isWellFormed()) {
    return refuse("bad-unicode", path, "holds half a character");
  }
  const pathBytes = utf8Length(path);
  if (pathBytes > maxPathBytes) {
    return refuse("too-long", path, `has ${pathBytes} bytes, over maxPathBytes ${maxPathBytes}`);
  }
  const segments = path.split("/");
  if (segments.length > maxSegments) {
    const count = segments.length;
    return refuse("too-deep", path, `has ${count} names, over maxSegments ${maxSegments}`);
  }
  const isAny = options.names === "any";
  for (const { problem, breaks, phrase } of isAny ? ANY_PATH_RULES : PATH_RULES) {
    if (breaks(path)) return refuse(problem, path, phrase);
  }
  for (const text of segments) {
    // A long path is cut where it is shown, perhaps before the name that is meant.
    const shown = path.length > MAX_SHOWN_CHARS && text !== "" ? text : path;
    const bytes = utf8Length(text);
    if (bytes > maxSegmentBytes) {
      const phrase = `holds a name of ${bytes} bytes, over maxSegmentBytes ${maxSegmentBytes}`;
      return refuse("too-long", shown, phrase);
    }
    const segment = { text, bare: text.replace(SHOWS_NOTHING, "") };
    for (const { problem, breaks, phrase } of isAny ? ANY_SEGMENT_RULES : SEGMENT_RULES) {
      if (breaks(segment)) return refuse(problem, shown, phrase);
    }
  }
  return undefined;
}

/**
 * Returns the names in a path from a peer, the folders first. It refuses a path that {@linkcode wirePathProblem}
 * refuses, whatever its size, so that what it returns never leaves the folder.
 *
 * @throws {RangeError} The path has a problem.
 *
 * @example
 * ```ts
 * import { wirePathSegments } from "@parley/sockets/parcel";
 * import { assertEquals } from "@std/assert";
 * assertEquals(wirePathSegments("notes/todo.txt"), ["notes", "todo.txt"]);
 * ```
 */
export function wirePathSegments(
  path: string,
  { names = "portable" }: Pick<WirePathOptions, "names"> = {},
): string[] {
  const refused = wirePathProblem(path, {
    names,
    maxPathBytes: Infinity,
    maxSegmentBytes: Infinity,
    maxSegments: Infinity,
  });
  if (refused !== undefined) throw new RangeError(`Cannot split path: ${refused.reason}`);
  return path.split("/");
}

function refuse(problem: WirePathProblem, shown: string, phrase: string): WirePathRefusal {
  return { problem, reason: `"${escapeControls(shown, { maxChars: MAX_SHOWN_CHARS })}" ${phrase}` };
}

function limitFrom(name: Exclude<keyof WirePathOptions, "names">, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 1)) return value;
  throw new RangeError(
    `Cannot set ${name}: ${value} is neither a whole number from 1 nor Infinity`,
  );
}

/** Returns the length of well-formed text in UTF-8 without making the bytes: the text may be large. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // The two halves of a surrogate pair are four bytes together.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
