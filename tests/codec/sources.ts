/** The file of a module of codec/, and what it says. */
export interface Source {
  name: string;
  text: string;
}

const FOLDER = new URL("../../codec/", import.meta.url);

/** Reads every module of codec/ and of its rooms; a name is a path from codec/. */
export async function codecSources(): Promise<Source[]> {
  const sources = await Array.fromAsync(read(""));
  return sources.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

async function* read(room: string): AsyncGenerator<Source> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(room, FOLDER))) {
    const path = `${room}${name}`;
    if (isDirectory) yield* read(`${path}/`);
    else if (path.endsWith(".ts")) {
      yield { name: path, text: await Deno.readTextFile(new URL(path, FOLDER)) };
    }
  }
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
