import { assert, assertEquals, assertMatch } from "@std/assert";
import { MUTATED_CODECS } from "./mutations/mutated_codecs.ts";
import { codecSources, type Source, withoutComments } from "./sources.ts";

const HEADER = "// This module is browser compatible.";
/** The files of codec/ that need a runtime, and the only module of it that each may import. */
const RUNTIME_IMPORTS: Readonly<Record<string, string>> = {
  "deflate.ts": "node:zlib",
  "hashing.ts": "node:crypto",
};
/** Codes that only the floors above throw. */
const CODES_OF_OTHERS = ["unexpected-message"];
/** What belongs to a runtime, to time or to chance. */
const IMPURE =
  /\bDeno\b|\bnode:|\bprocess\b|\bBuffer\b|\brequire\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bDate\b|\bperformance\b|\bTemporal\b|\bMath\.random\b|\bcrypto\b|\bfetch\b|\bconsole\b|\bimport\s*\(|\bimport\.meta\b|\bglobalThis\b/;

Deno.test("codec/ has the header that says that it runs in a browser", async () => {
  const sources = await codecSources();
  assert(sources.length > 20);
  for (const { name, text } of sources) {
    assertEquals(text.split("\n")[0] === HEADER, !(name in RUNTIME_IMPORTS), name);
  }
});

Deno.test("codec/ mentions nothing of a runtime, of time or of chance", async () => {
  for (const { name, text } of await codecSources()) {
    const allowed = RUNTIME_IMPORTS[name];
    for (const [index, line] of withoutComments(text).split("\n").entries()) {
      // The name of a field is no clock.
      const named = line.replace('"Date: "', "");
      const rest = allowed ? named.replace(`from "${allowed}"`, "") : named;
      assertEquals(IMPURE.exec(rest)?.[0], undefined, `${name}:${index + 1}`);
    }
  }
});

Deno.test("codec/ imports nothing but itself, and the runtime in two files", async () => {
  const sources = await codecSources();
  const names = new Set(sources.map(({ name }) => name));
  const foreign: Record<string, string> = {};
  let imports = 0;
  for (const source of sources) {
    for (const specifier of specifiers(source)) {
      imports++;
      if (!specifier.startsWith(".")) foreign[source.name] = specifier;
      else assert(names.has(fileOf(specifier, source)), `${source.name} imports ${specifier}`);
    }
  }
  assert(imports > names.size);
  assertEquals(foreign, { ...RUNTIME_IMPORTS });
});

Deno.test("no door of codec/ reaches a file that needs a runtime", async () => {
  const sources = new Map((await codecSources()).map((source) => [source.name, source]));
  const reached = new Set([...sources.keys()].filter((name) => /(^|\/)mod\.ts$/.test(name)));
  assert(reached.size > 3);
  for (const name of reached) {
    const source = sources.get(name)!;
    for (const specifier of specifiers(source)) reached.add(fileOf(specifier, source));
  }
  assert(reached.has("parcel/parcel.ts") && reached.has("simple_file/simple_file.ts"));
  assertEquals([...reached].filter((name) => name in RUNTIME_IMPORTS), []);
});

/** What is exported that makes a codec: a function or a constant of that type, or a decoder to extend. */
const MAKES_CODEC =
  /^export (?:(?:async )?function (\w+)(?:.*\)|.*\n(?: .*\n)*\)): Codec<.* \{$|const (\w+)(?:: Codec<| = (?:defineCodec|mapped)\b)|(?:abstract )?class (\w+)\S* extends (?:Buffered|Body)Decoder\b)/gm;

Deno.test("every codec of codec/ gets mutated inputs, in a short and in a long test", async () => {
  const made = new Set<string>();
  for (const { text } of await codecSources()) {
    for (const [, ...names] of withoutComments(text).matchAll(MAKES_CODEC)) {
      made.add(names.find((one) => one !== undefined)!);
    }
  }
  const mutated = new Set(Object.values(MUTATED_CODECS).flat().map(({ of }) => of));
  // The first two give what they are given; the others are what two codecs each are made of.
  for (const name of ["defineCodec", "requireCodec", "HeadDecoder", "MessageDecoder"]) {
    assert(made.delete(name), name);
  }
  assertEquals([...mutated].toSorted(), [...made].toSorted());
  for (const group of Object.keys(MUTATED_CODECS)) {
    const test = new URL(`mutations/${group}_long_test.ts`, import.meta.url);
    assertMatch(await Deno.readTextFile(test), new RegExp(`testInWorkers\\("${group}"`));
  }
});

function specifiers({ text }: Source): string[] {
  const found = withoutComments(text).matchAll(/\b(?:from|import)\s*"([^"]*)"/g);
  return Array.from(found, ([, specifier = ""]) => specifier);
}

/** Returns the path in codec/ of the file that a relative import means. */
function fileOf(specifier: string, { name }: Source): string {
  assertMatch(specifier, /^\.{1,2}\/[a-z0-9_/]+\.ts$/);
  return new URL(specifier, `codec:/${name}`).pathname.slice(1);
}

Deno.test("withoutComments() takes comments out and leaves strings", () => {
  const source = 'const a = "//x"; // Date\n/* Deno\n*/ const b = `/*` + \'"\';';
  assertEquals(withoutComments(source), 'const a = "//x"; \n\n const b = `/*` + \'"\';');
});

Deno.test("the unions of error codes list those that codec/ uses, those of the floors above, and no others", async () => {
  const sources = await codecSources();
  const declared = new Set<string>();
  const used = new Set<string>(CODES_OF_OTHERS);
  for (const { name, text } of sources) {
    const source = withoutComments(text);
    for (const [, union = ""] of source.matchAll(/export type \w*ErrorCode =([^;]*);/g)) {
      const codes = Array.from(union.matchAll(/"([a-z0-9-]+)"/g));
      assertEquals(codes.map(([, code]) => code), codes.map(([, code]) => code).toSorted(), name);
      collect(declared, codes);
    }
    collect(used, source.matchAll(/\bcode: "([^"]+)"/g));
    // The code is the first argument of json.ts's own function.
    collect(used, source.matchAll(/\brefusal\("([^"]+)"/g));
  }
  assert(declared.size > 0);
  assertEquals([...used].toSorted(), [...declared].toSorted());
});

function collect(codes: Set<string>, found: Iterable<RegExpMatchArray>): void {
  for (const [, code] of found) codes.add(code!);
}
