/** The file of a module of codec/, and what it says. */
export interface Source {
  name: string;
  text: string;
}

const FOLDER = new URL("../../codec/", import.meta.url);

/** Reads every module of codec/. */
export async function codecSources(): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!name.endsWith(".ts")) continue;
    sources.push({ name, text: await Deno.readTextFile(new URL(name, FOLDER)) });
  }
  return sources.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** Returns source text without its comments; lines stay where they are. */
export function withoutComments(source: string): string {
  const stringOrComment =
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/.*|\/\*[\s\S]*?\*\//g;
  return source.replace(
    stringOrComment,
    (found) => found.startsWith("/") ? found.replace(/[^\n]/g, "") : found,
  );
}
