import { onBun, onNode, ROOT, runCommand } from "../runtime.ts";

export { onBun, onNode };

/** Whether this machine has `::1`. */
export const ipv6: boolean = Deno.networkInterfaces().some(({ address }) => address === "::1");

/** Returns the command that runs a piece of JavaScript which works on Deno and on Node. */
export function evalCommand(code: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: onNode ? ["-e", code] : ["eval", code],
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
}

/** Returns the command that runs a task of `children/task.ts` in a process of its own. */
export function ownChild(task: string, ...args: readonly string[]): Deno.Command {
  const [program = "", ...rest] = runCommand("tests/contract/children/task.ts", {
    flags: ["--quiet", "--allow-net"],
    args: [task, ...args],
  });
  return new Deno.Command(program, {
    args: rest,
    cwd: ROOT,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}
