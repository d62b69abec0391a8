/** What carries bytes to a port: each has ports of its own. */
export type PortTransport = "tcp" | "udp";

/** Commands that know who holds a port, and what to look for in what they print. */
const TOOLS = [
  {
    command: "ss",
    args: (port: number, transport: PortTransport) => [
      `-H${SS_STATES[transport]}np`,
      `sport = :${port}`,
    ],
    find: () => /users:\(\("([^"]+)",pid=(\d+)/,
  },
  {
    command: "lsof",
    args: (port: number, transport: PortTransport) => [
      "-nP",
      `-i${transport.toUpperCase()}:${port}`,
      ...transport === "tcp" ? ["-sTCP:LISTEN"] : [],
      "-Fcpn",
    ],
    // It shows sockets as well that are connected to such a port elsewhere.
    find: (port: number) =>
      new RegExp(`^p(?<pid>\\d+)\nc(?<name>.+)\n(?:[fn].*\n)*?n[^>\n]*:${port}(?:->|$)`, "m"),
  },
] as const;

/** A socket for datagrams holds its port whether it is connected or not; of TCP those that listen are meant. */
const SS_STATES: Readonly<Record<PortTransport, string>> = { tcp: "lt", udp: "au" };

/** The program that holds a port. */
export interface PortHolder {
  /** What it is called. */
  name: string;
  /** Its process id. */
  pid: number;
}

/**
 * Returns who holds a port of a transport, or undefined where the system does not tell: it asks `ss` or `lsof`, and only
 * where running one of them is allowed already (`--allow-run=ss`). It never asks for a permission.
 */
export async function portHolder(
  port: number,
  transport: PortTransport,
): Promise<PortHolder | undefined> {
  for (const { command, args, find } of TOOLS) {
    if (Deno.permissions.querySync({ name: "run", command }).state !== "granted") continue;
    try {
      const { stdout } = await new Deno.Command(command, {
        args: args(port, transport),
        stderr: "null",
      }).output();
      const found = find(port).exec(new TextDecoder().decode(stdout));
      if (found === null) continue;
      const { name = found[1], pid = found[2] } = found.groups ?? {};
      return { name: name ?? "", pid: Number(pid) };
    } catch {
      // This command is not on this machine; the next one may be.
    }
  }
  return undefined;
}

/** Returns the command that shows who holds a port of a transport, for somebody to type. */
export function portHolderCommand(port: number, transport: PortTransport): string {
  return Deno.build.os === "linux"
    ? `ss -${SS_STATES[transport]}np 'sport = :${port}'`
    : `lsof -nP -i${transport.toUpperCase()}:${port}`;
}
