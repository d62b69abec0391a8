/** Whether this is Node or Bun, where the `Deno` namespace is imported and no global. */
export const onNode: boolean = "process" in globalThis && !("Deno" in globalThis);

/** Whether that Node is Bun, which has the same modules. */
export const onBun: boolean = "Bun" in globalThis;

/** The project's folder; on Node the compiled one, which has the same files. */
export const ROOT = new URL("../", import.meta.url);

/** How {@linkcode runCommand} starts a file. */
export interface RunCommandOptions {
  /** Its permissions, which Node knows nothing of. */
  flags?: readonly string[];
  /** Its arguments. */
  args?: readonly string[];
}

/** Returns the command that runs a file of the project, as it is called in the sources. */
export function runCommand(
  file: string,
  { flags = [], args = [] }: RunCommandOptions = {},
): string[] {
  if (onNode) return [Deno.execPath(), ...nodeArgs(file), ...args];
  return [Deno.execPath(), "run", "--no-prompt", ...flags, file, ...args];
}

/** Returns how a file is run on Node, where the package's command alone starts the programs. */
function nodeArgs(file: string): string[] {
  const [, folder, name = ""] = /^(servers|clients|tour)\/(\w+)\.ts$/.exec(file) ?? [];
  const parley = "shims/npm_bin.js";
  if (file === "cli.ts") return [parley];
  if (folder === "servers") return [parley, "serve", name];
  if (folder !== undefined) return [parley, folder === "tour" ? folder : name];
  return [file.replace(/\.ts$/, ".js")];
}
