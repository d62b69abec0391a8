/** What a child process left. */
export interface ChildOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** How a child process is started. */
export interface ChildOptions {
  /** Its permissions, and nothing else is allowed. */
  flags: string[];
  /** What it gets to read in `Deno.args`. */
  args?: string[];
}

/** Starts a program of tests/net/children in a process of its own. */
export function startChild(name: string, { flags, args = [] }: ChildOptions): Deno.ChildProcess {
  const program = new URL(`children/${name}`, import.meta.url).href;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...flags, program, ...args],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs one to its end. */
export async function runChild(name: string, options: ChildOptions): Promise<ChildOutput> {
  const { code, stdout, stderr } = await startChild(name, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
