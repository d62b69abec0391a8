import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLessOrEqual,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { escapeControls } from "../../codec/mod.ts";
import {
  OWN_NAME_PREFIX,
  type WirePathOptions,
  wirePathProblem,
  wirePathSegments,
} from "../../codec/wire_path.ts";
import { HOSTILE_NAMES, ORDINARY_NAMES } from "./hostile_names.ts";
import { CHECK, utf8Bytes } from "./support.ts";

const SOUND_NAMES: readonly string[] = [
  "a",
  "0",
  "todo.txt",
  "notes/todo.txt",
  "a/b/c/d.tar.gz",
  "a..b",
  "a...b/c",
  "..a",
  "...a",
  ".bashrc",
  ".git/config",
  ".a/.b",
  "README",
  "no extension",
  " leading space.txt",
  "-rf",
  "--help",
  "~",
  "~root/x",
  "$HOME",
  "`id`",
  "a;b&c",
  "it's",
  "a,b=c+d@e!f#g%h^i(j)[k]{l}",
  "100%",
  // Nobody decodes them after the check.
  "%2e%2e%2f",
  "%2e%2e/x",
  "..%2f..%2fetc",
  "%252e%252e%255c",
  "..%5cx",
  "..%c0%afx",
  "%00",
  "..;/x",
  // No file system takes a look-alike for a dot, a slash or a colon.
  "．．／",
  "．．",
  "‥",
  "…",
  "․․",
  "a∕b",
  "a⁄b",
  "a＼b",
  "a：b",
  "≮",
  "ＣＯＮ",
  // Nearly a device.
  "CONSOLE",
  "icon",
  "CON1",
  "con_",
  "a.con",
  "my nul.txt",
  "COM",
  "COM10",
  "COM1x.txt",
  "COM⁴",
  "LPT",
  "lpt12",
  "nulls",
  "auxiliary/x",
  "CONIN",
  "CONOUT$x",
  "CLOCK",
  // Nearly our own.
  ".parley",
  ".parleyx",
  "parley-x",
  "x.parley-y",
  ".parley/-x",
  ".pärley-x",
  "PARLEY~",
  "PARLEY~x",
  "PARLEY~1x",
  "PAGE~1.TXT",
  "PROGRA~1",
  "file.txt~",
  "file.~1~",
  // Every script, composed and not.
  "é.txt",
  "e\u0301.txt",
  "Å/A\u030a",
  "κόσμε",
  "Привет.docx",
  "日本語/写真.jpg",
  "한국어",
  "\u1112\u1161\u11ab",
  "עברית.txt",
  "العربية.pdf",
  "می\u200cخواهم.txt",
  "क्\u200dष",
  "ไทย",
  "தமிழ்",
  "ᠮᠣᠩᠭᠣᠯ\u180b",
  "葛\u{e0100}",
  "a\u00a0b",
  "\u3000a",
  "👨‍👩‍👧.jpg",
  "🏳️‍🌈.png",
  "❤️",
  "🇫🇷/😀",
  "1️⃣",
  "𐍈𝒜",
  "\ufffd",
  "\ue000",
];

/** What none may hold that goes to a terminal or to a log of lines. */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\u200b\u{e0000}-\u{e007f}]|\p{Cs}|\p{Bidi_Control}/u;

Deno.test("wirePathProblem() names the problem when the path is hostile", () => {
  assertGreater(HOSTILE_NAMES.length, 100);
  for (const { name, problem } of HOSTILE_NAMES) {
    assertEquals(wirePathProblem(name)?.problem, problem, escapeControls(name, { maxChars: 80 }));
  }
});

Deno.test("wirePathProblem() names every problem for at least three hostile paths", () => {
  const counts = new Map<string, number>();
  for (const { problem } of HOSTILE_NAMES) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  assertEquals(counts.size, 17);
  for (const [problem, count] of counts) assertGreater(count, 2, problem);
});

Deno.test("wirePathProblem() gives a reason that is safe to show when the path is hostile", () => {
  for (const { name } of HOSTILE_NAMES) {
    const { reason } = wirePathProblem(name)!;
    assertFalse(UNSAFE.test(reason), escapeControls(reason));
    assertEquals(escapeControls(reason), reason);
    // 80 characters, each written in at most eight, and the phrase.
    assertLessOrEqual(reason.length, 80 * 8 + 120, reason);
    assert(/^".*" (?:has|holds|begins) \S/.test(reason), reason);
  }
});

Deno.test("wirePathProblem() shows the path and says what is wrong with it", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", '"" holds an empty name'],
    ["../x", '"../x" holds ".."'],
    ["..\x07", '"..\\x07" holds a control character'],
    [
      "a\u202eb",
      '"a\\u{202e}b" holds a character that hides or reorders text, or a name that ' +
      "shows nothing",
    ],
    ["a\ud800", '"a\\u{d800}" holds half a character'],
    [
      "a/".repeat(100) + "a",
      `"${"a/".repeat(40)}… (121 characters more)" has 101 names, over ` +
      "maxSegments 64",
    ],
    [
      "a".repeat(256),
      `"${"a".repeat(80)}… (176 characters more)" holds a name of 256 bytes, ` +
      "over maxSegmentBytes 255",
    ],
    [
      "é".repeat(2049),
      `"${"é".repeat(80)}… (1969 characters more)" has 4098 bytes, ` +
      "over maxPathBytes 4096",
    ],
  ];
  for (const [path, reason] of cases) assertEquals(wirePathProblem(path)?.reason, reason);
});

Deno.test("wirePathProblem() shows the name that is meant when the path is long", () => {
  const folder = "a".repeat(100);
  assertEquals(
    wirePathProblem(`${folder}/nul.txt`)?.reason,
    '"nul.txt" holds the name of a device on Windows',
  );
  assertStringIncludes(wirePathProblem(`${folder}/`)!.reason, '"aaa');
});

Deno.test("wirePathProblem() lets a path pass when it is sound", () => {
  for (const name of SOUND_NAMES) {
    assertEquals(wirePathProblem(name), undefined, name);
    assertEquals(wirePathSegments(name).join("/"), name);
  }
});

Deno.test("wirePathProblem() refuses each character that escapeControls() escapes, and no other letter", () => {
  let escaped = 0;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (escapeControls(character) === character) continue;
    escaped++;
    assert(wirePathProblem(`a${character}b`) !== undefined, code.toString(16));
  }
  assertGreater(escaped, 65 + 2048);
  for (let code = 0; code <= 0x10ffff; code += 7) {
    const character = String.fromCodePoint(code);
    if (!/[\p{L}\p{M}\p{N}]/u.test(character)) continue;
    assertEquals(wirePathProblem(`a${character}b`), undefined, code.toString(16));
  }
});

Deno.test("wirePathProblem() refuses each printable ASCII character that Windows refuses", () => {
  let refused = "";
  for (let code = 0x20; code < 0x7f; code++) {
    const character = String.fromCharCode(code);
    // In the middle of a name; the slash parts two sound ones.
    if (wirePathProblem(`ab${character}cd`) !== undefined) refused += character;
  }
  assertEquals(refused, '"*:<>?\\|');
});

Deno.test("wirePathProblem() counts UTF-8 bytes at the edge of maxSegmentBytes", () => {
  // One, two, three and four bytes.
  for (const character of ["a", "é", "日", "😀"]) {
    const bytes = utf8Bytes(character).length;
    for (const limit of [8, 255, 1000]) {
      for (const length of [limit - 1, limit, limit + 1]) {
        const whole = character.repeat(Math.floor(length / bytes));
        const name = whole + "x".repeat(length % bytes);
        assertEquals(utf8Bytes(name).length, length);
        const options = { maxSegmentBytes: limit };
        const expected = length > limit ? "too-long" : undefined;
        assertEquals(wirePathProblem(name, options)?.problem, expected);
        assertEquals(wirePathProblem(`a/${name}/a`, options)?.problem, expected);
      }
    }
  }
});

Deno.test("wirePathProblem() counts UTF-8 bytes at the edge of maxPathBytes", () => {
  for (const character of ["a", "é", "日", "😀"]) {
    const bytes = utf8Bytes(character).length;
    const folder = `${character.repeat(12 / bytes)}/`;
    for (const limit of [40, 100, 4096]) {
      for (const length of [limit - 1, limit, limit + 1]) {
        const folders = folder.repeat(Math.floor((length - 1) / 13));
        const path = folders + "x".repeat(length - utf8Bytes(folders).length);
        assertEquals(utf8Bytes(path).length, length);
        const options = { maxPathBytes: limit, maxSegments: Infinity };
        const expected = length > limit ? "too-long" : undefined;
        assertEquals(wirePathProblem(path, options)?.problem, expected);
      }
    }
  }
});

Deno.test("wirePathProblem() counts names at the edge of maxSegments", () => {
  for (const limit of [1, 2, 64, 100]) {
    for (const count of [limit, limit + 1]) {
      const path = new Array(count).fill("é").join("/");
      const expected = count > limit ? "too-deep" : undefined;
      assertEquals(wirePathProblem(path, { maxSegments: limit })?.problem, expected);
    }
  }
});

Deno.test("wirePathProblem() has the limits that its documentation gives", () => {
  assertEquals(wirePathProblem("a".repeat(255)), undefined);
  assertEquals(wirePathProblem("a/".repeat(63) + "a"), undefined);
  const path = ("a".repeat(255) + "/").repeat(16);
  assertEquals(path.length, 4096);
  assertEquals(wirePathProblem(path.slice(0, -1)), undefined);
  assertEquals(wirePathProblem("a" + path)?.problem, "too-long");
  const lifted = { maxPathBytes: Infinity, maxSegmentBytes: Infinity, maxSegments: Infinity };
  assertEquals(wirePathProblem("a".repeat(5000) + "/a".repeat(5000), lifted), undefined);
  assertEquals(wirePathProblem("a/".repeat(5000) + "..", lifted)?.problem, "parent");
});

Deno.test("wirePathProblem() throws when a limit is no whole number from 1", () => {
  for (const name of ["maxPathBytes", "maxSegmentBytes", "maxSegments"] as const) {
    for (const value of [0, -1, 1.5, NaN, -Infinity]) {
      const options: WirePathOptions = { [name]: value };
      assertThrows(() => wirePathProblem("a", options), RangeError, `Cannot set ${name}: ${value}`);
    }
  }
});

Deno.test("wirePathProblem() lets every name of Linux pass when any name may be had", () => {
  for (const name of [...ORDINARY_NAMES, ...SOUND_NAMES]) {
    for (const path of [name, `a/${name}`, `${name}/a`]) {
      assertEquals(wirePathProblem(path, { names: "any" }), undefined, path);
      assertEquals(wirePathSegments(path, { names: "any" }), path.split("/"));
    }
  }
  for (const name of ORDINARY_NAMES) assert(wirePathProblem(name), name);
});

Deno.test("wirePathProblem() refuses what leaves the folder on Linux, or is a name of our own, when any name may be had", () => {
  const refused: Readonly<Record<string, string>> = {
    "..": "parent",
    "../x": "parent",
    "a/../..": "parent",
    "a/..": "parent",
    ".": "dot",
    "./x": "dot",
    "": "empty",
    "a/": "empty",
    "a//b": "empty",
    "/": "absolute",
    "/etc/passwd": "absolute",
    "//x": "absolute",
    "a\0b": "control",
    "..\0": "control",
    "\ud800": "bad-unicode",
    [`${OWN_NAME_PREFIX}x`]: "own-name",
    "a/.PARLEY-x": "own-name",
    ["a".repeat(256)]: "too-long",
    [`${"a/".repeat(64)}a`]: "too-deep",
  };
  for (const [path, problem] of Object.entries(refused)) {
    const refusal = wirePathProblem(path, { names: "any" });
    assertEquals(refusal?.problem, problem, path);
    assertEquals(escapeControls(refusal?.reason ?? ""), refusal?.reason);
  }
});

Deno.test("wirePathProblem() keeps a path in the folder on Linux when any name may be had and it passes", () => {
  const piece = fc.constantFrom("..", ".", "/", "a", "\\", "\0", "\n", " ", ":", "\u200b", "");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = pieces.join("");
      if (wirePathProblem(path, { names: "any" })) return;
      const names = path.split("/");
      assert(names.every((name) => !["", ".", ".."].includes(name) && !name.includes("\0")), path);
    }),
    CHECK,
  );
});

Deno.test("wirePathSegments() gives the names in order", () => {
  assertEquals(wirePathSegments("todo.txt"), ["todo.txt"]);
  assertEquals(wirePathSegments("a/.b/c..d"), ["a", ".b", "c..d"]);
  assertEquals(wirePathSegments("a".repeat(5000)), ["a".repeat(5000)]);
});

Deno.test("wirePathSegments() throws when the path is hostile, and never for its size alone", () => {
  for (const { name, problem } of HOSTILE_NAMES) {
    if (problem === "too-long" || problem === "too-deep") continue;
    const error = assertThrows(() => wirePathSegments(name), RangeError, "Cannot split path: ");
    assertFalse(UNSAFE.test(error.message), escapeControls(error.message));
  }
  assertThrows(() => wirePathSegments("../".repeat(2000)), RangeError, 'holds ".."');
});

/** A system for the property: what parts names, and what it makes of one before it looks it up. */
interface System {
  separator: RegExp;
  folded: (name: string) => string;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  posix: { separator: /\//, folded: (name) => name },
  windows: {
    separator: /[/\\]/,
    folded: (name) => /^\.{1,2}$/.test(name) ? name : name.replace(/[. ]+$/, ""),
  },
  "hfs+": {
    separator: /\//,
    folded: (name) => name.replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, ""),
  },
  "ext4 that ignores case": {
    separator: /\//,
    folded: (name) => name.replace(/\p{Default_Ignorable_Code_Point}/gu, "").toLowerCase(),
  },
};

/** Returns where a system would write `path` from `/base`; another disk is "elsewhere". */
function resolved(path: string, { separator, folded }: System): string {
  const names = path.split(separator);
  if (names[0] === "" || (separator.source !== "\\/" && path.includes(":"))) return "elsewhere";
  const stack = ["base"];
  for (const name of names.map(folded)) {
    if (name === "..") stack.pop();
    else if (name !== "" && name !== ".") stack.push(name);
  }
  return `/${stack.join("/")}`;
}

Deno.test("resolved() leaves the folder when the path does", () => {
  const { posix, windows } = SYSTEMS;
  assertEquals(resolved("a/../b", posix!), "/base/b");
  assertEquals(resolved("../x", posix!), "/x");
  assertEquals(resolved("..\\x", posix!), "/base/..\\x");
  assertEquals(resolved("..\\x", windows!), "/x");
  assertEquals(resolved("c:x", windows!), "elsewhere");
  assertEquals(resolved("/x", posix!), "elsewhere");
  assertEquals(resolved(".\u200d./x", SYSTEMS["hfs+"]!), "/x");
});

const TELLING = fc.constantFrom(
  ...[".", "..", "/", "\\", ":", " ", "a", "C:", "CON", "nul", "~1", ".parley-", "PARLEY", "é"],
  ...["\0", "\x1b", "\u200d", "\u200c", "\u202e", "\ufeff", "\ufe0f", "\ud83d", "\ude00", "．"],
);

/** Any units, and strings of what means something to a file system. */
const ANY_PATH = fc.oneof(
  fc.array(TELLING, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom("a", "b.c", "é", ".x", "..", ".\u200d.", "CON"), { maxLength: 6 })
    .map((names) => names.join("/")),
  fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);

Deno.test("wirePathProblem() keeps a path in the folder on every system when it lets it pass", () => {
  let passed = 0;
  let refused = 0;
  fc.assert(
    fc.property(ANY_PATH, (path) => {
      const found = wirePathProblem(path);
      if (found !== undefined) {
        refused++;
        assertFalse(UNSAFE.test(found.reason), escapeControls(found.reason));
        return;
      }
      passed++;
      const segments = wirePathSegments(path);
      assertEquals(segments.join("/"), path);
      for (const [name, system] of Object.entries(SYSTEMS)) {
        const target = resolved(path, system);
        assert(target.startsWith("/base/"), `${name}: ${target}`);
        // Each name is one step down: none vanishes and none is two.
        assertEquals(target.split("/").length, segments.length + 2, name);
        const steps = target.toLowerCase().split("/");
        assertFalse(steps.some((step) => step.startsWith(OWN_NAME_PREFIX)), target);
      }
    }),
    { ...CHECK, numRuns: 5000 },
  );
  assertGreater(passed, 500);
  assertGreater(refused, 500);
});
