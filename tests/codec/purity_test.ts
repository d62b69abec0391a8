import { assert, assertEquals, assertMatch } from "@std/assert";
import { codecSources, withoutComments } from "./sources.ts";

const HEADER = "// This module is browser compatible.";
/** What belongs to a runtime, to time or to chance. */
const IMPURE =
  /\bDeno\b|\bnode:|\bprocess\b|\bBuffer\b|\brequire\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bDate\b|\bperformance\b|\bTemporal\b|\bMath\.random\b|\bcrypto\b|\bfetch\b|\bconsole\b|\bimport\s*\(|\bimport\.meta\b|\bglobalThis\b/;

Deno.test("codec/ has the header that says that it runs in a browser", async () => {
  const sources = await codecSources();
  assert(sources.length > 20);
  for (const { name, text } of sources) assertEquals(text.split("\n")[0], HEADER, name);
});

Deno.test("codec/ mentions nothing of a runtime, of time or of chance", async () => {
  for (const { name, text } of await codecSources()) {
    for (const [index, line] of withoutComments(text).split("\n").entries()) {
      assertEquals(IMPURE.exec(line)?.[0], undefined, `${name}:${index + 1}`);
    }
  }
});

Deno.test("codec/ imports nothing but itself", async () => {
  const sources = await codecSources();
  const names = new Set(sources.map(({ name }) => name));
  let imports = 0;
  for (const { name, text } of sources) {
    const source = withoutComments(text);
    for (const [, specifier] of source.matchAll(/\bfrom\s*"([^"]*)"|\bimport\s*"([^"]*)"/g)) {
      imports++;
      assertMatch(specifier ?? "", /^\.\/[a-z0-9_]+\.ts$/, `${name} imports ${specifier}`);
      assert(names.has(specifier!.slice(2)), `${name} imports ${specifier}`);
    }
  }
  assert(imports > names.size);
});

Deno.test("withoutComments() takes comments out and leaves strings", () => {
  const source = 'const a = "//x"; // Date\n/* Deno\n*/ const b = `/*` + \'"\';';
  assertEquals(withoutComments(source), 'const a = "//x"; \n\n const b = `/*` + \'"\';');
});

Deno.test("ProtocolErrorCode lists the codes that codec/ uses, and no others", async () => {
  const sources = await codecSources();
  const declared = new Set<string>();
  const used = new Set<string>();
  for (const { name, text } of sources) {
    const source = withoutComments(text);
    const union = /type ProtocolErrorCode =([^;]*);/.exec(source)?.[1];
    if (name === "errors.ts") collect(declared, union!.matchAll(/"([a-z0-9-]+)"/g));
    collect(used, source.matchAll(/\bcode: "([^"]+)"/g));
    // The code is the first argument of json.ts's own function.
    collect(used, source.matchAll(/\brefusal\("([^"]+)"/g));
  }
  assert(declared.size > 0);
  assertEquals([...used].toSorted(), [...declared].toSorted());
  assertEquals([...declared], [...declared].toSorted(), "in order");
});

function collect(codes: Set<string>, found: Iterable<RegExpMatchArray>): void {
  for (const [, code] of found) codes.add(code!);
}
