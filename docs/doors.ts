// Asks `deno doc` what each door of the package exports.

import denoJson from "../deno.json" with { type: "json" };

/** Something that a door exports. */
export interface Exported {
  readonly name: string;
  readonly kind: string;
  /** The first sentence of its comment. */
  readonly summary: string;
  /** Where it is declared. */
  readonly file: string;
}

/** One entry of `exports`. */
export interface Door {
  /** What somebody imports: `@parley/sockets/net`. */
  readonly specifier: string;
  readonly summary: string;
  readonly exports: readonly Exported[];
}

interface Documented {
  readonly jsDoc?: { readonly doc?: string };
}

interface Declaration extends Documented {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  /** Of a reference: what it stands for, which another door has documented. */
  readonly def?: { readonly target?: { readonly filename: string; readonly line: number } };
}

interface DocOutput {
  readonly nodes: Readonly<
    Record<string, {
      readonly module_doc?: { readonly doc?: string };
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

const root = new URL("../", import.meta.url);

/** Returns every door with what it exports, in the order of deno.json. */
export async function doors(): Promise<Door[]> {
  const entries = Object.entries(denoJson.exports);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entries.map(([, path]) => path)],
    cwd: root,
    stderr: "null",
  }).output();
  if (!success) throw new Error("Cannot document the doors: deno doc failed");
  // This is the shape of version 2 of deno doc's output.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as DocOutput;
  const places = new Map<string, Declaration>();
  for (const { symbols } of Object.values(nodes)) {
    for (const declaration of symbols.flatMap(({ declarations }) => declarations)) {
      if (declaration.kind !== "reference") places.set(placeOf(declaration.location), declaration);
    }
  }
  const resolved = (one: Declaration) =>
    one.def?.target ? places.get(placeOf(one.def.target)) ?? one : one;
  return entries.map(([entry, path]) => {
    const module = nodes[new URL(path, root).href];
    if (module === undefined) throw new Error(`Cannot document ${entry}: deno doc left it out`);
    return {
      specifier: `${denoJson.name}${entry.slice(1)}`,
      summary: firstSentence(module.module_doc?.doc),
      exports: module.symbols.map(({ name, declarations: declared }) => {
        const declarations = declared.map(resolved);
        return {
          name,
          kind: declarations[0]?.kind ?? "",
          summary: firstSentence(declarations.find((one) => one.jsDoc?.doc)?.jsDoc?.doc),
          file: declarations[0]?.location.filename.slice(root.href.length) ?? "",
        };
      }),
    };
  });
}

function placeOf({ filename, line }: { filename: string; line: number }): string {
  return `${filename}:${line}`;
}

/** Returns the first sentence of a comment, with its links as plain names. */
function firstSentence(doc = ""): string {
  const [paragraph = ""] = doc.trim().split(/\n\s*\n/);
  const text = paragraph.replaceAll(/\{@linkcode ([^}]+)\}/g, "`$1`").replaceAll(/\s+/g, " ")
    .trim();
  const [sentence = text] = /^.+?(?:(?<!\b[A-Z])\.|:)(?= [A-Z]| ?$)/.exec(text) ?? [];
  return sentence.replace(/:$/, ".");
}
