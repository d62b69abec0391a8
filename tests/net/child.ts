import { ROOT, runCommand } from "../runtime.ts";

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
  const file = `tests/net/children/${name}`;
  const [program = "", ...rest] = runCommand(file, { flags: ["--quiet", ...flags], args });
  return new Deno.Command(program, {
    args: rest,
    cwd: ROOT,
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
