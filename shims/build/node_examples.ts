/** An example in a doc comment: what stands in front of each line, and the lines. */
const EXAMPLE = /^([ \t]*\* )```ts\n([^]*?)^\1```$/gm;
const ASSERTIONS = /^(.*)import \{ ([\w, ]+) \} from "@std\/assert";$/m;

/** How Node calls the assertions that the examples use. */
const NODE_ASSERTIONS: Readonly<Record<string, string>> = {
  assert: "ok",
  assertEquals: "deepStrictEqual",
  assertRejects: "rejects",
  assertThrows: "throws",
};

/** Makes the examples in a file's doc comments run on Node: they import `Deno`, and Node's own assertions. */
export function withNodeExamples(text: string): string {
  return text.replaceAll(
    EXAMPLE,
    (_, margin: string, lines: string) =>
      `${margin}\`\`\`ts\n${withDeno(withNodeAssertions(lines), margin)}${margin}\`\`\``,
  );
}

function withNodeAssertions(lines: string): string {
  return lines.replace(ASSERTIONS, (_, margin: string, names: string) => {
    const renamed = names.split(", ").map((name) => {
      const own = NODE_ASSERTIONS[name];
      if (own === undefined) throw new Error(`Say how Node calls ${name}: an example uses it`);
      return `${own} as ${name}`;
    });
    return `${margin}import { ${renamed.join(", ")} } from "node:assert/strict";`;
  });
}

function withDeno(lines: string, margin: string): string {
  if (!/\bDeno\./.test(lines) || /\bimport \{ Deno \}/.test(lines)) return lines;
  const own = `${margin}import { Deno } from "@parley/sockets/deno";\n`;
  const at = lines.indexOf('from "node:');
  // In front of Node's own modules, behind the package's; an example without imports begins with it.
  const start = at < 0 ? 0 : lines.lastIndexOf("\n", at) + 1;
  return lines.slice(0, start) + own + lines.slice(start);
}
