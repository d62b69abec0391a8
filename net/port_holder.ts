/** Commands that know who holds a port, and what to look for in what they print. */
const TOOLS = [
  {
    command: "ss",
    args: (port: number) => ["-Hltnp", `sport = :${port}`],
    find: /users:\(\("([^"]+)",pid=(\d+)/,
  },
  {
    command: "lsof",
    args: (port: number) => ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fcp"],
    find: /p(?<pid>\d+)\nc(?<name>.+)/,
  },
] as const;

/** The program that holds a port. */
export interface PortHolder {
  /** What it is called. */
  name: string;
  /** Its process id. */
  pid: number;
}

/**
 * Returns who listens on a TCP port, or undefined where the system does not tell: it asks `ss` or `lsof`, and only
 * where running one of them is allowed already (`--allow-run=ss`). It never asks for a permission.
 */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  for (const { command, args, find } of TOOLS) {
    if (Deno.permissions.querySync({ name: "run", command }).state !== "granted") continue;
    try {
      const { stdout } = await new Deno.Command(command, { args: args(port), stderr: "null" })
        .output();
      const found = find.exec(new TextDecoder().decode(stdout));
      if (found === null) continue;
      const { name = found[1], pid = found[2] } = found.groups ?? {};
      return { name: name ?? "", pid: Number(pid) };
    } catch {
      // This command is not on this machine; the next one may be.
    }
  }
  return undefined;
}

/** Returns the command that shows who holds a port, for somebody to type. */
export function portHolderCommand(port: number): string {
  return Deno.build.os === "linux" ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port}`;
}
