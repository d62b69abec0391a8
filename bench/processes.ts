/** Where a server prints its port. */
export interface PortPrinted {
  /** What it prints; the port is its first group. */
  readonly port: RegExp;
  /** Where. */
  readonly from: "stdout" | "stderr";
}

/** How a server is started, where its port does not stand alone on the first line of stdout. */
export interface ServerCommand {
  readonly command: readonly string[];
  readonly printed: PortPrinted;
}

/** A server in a process of its own, which prints its port on its first line. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #from: PortPrinted["from"];

  private constructor(
    child: Deno.ChildProcess,
    { port, from }: { port: number; from: PortPrinted["from"] },
  ) {
    this.#child = child;
    this.port = port;
    this.#from = from;
  }

  /** The process's id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Starts a command and waits for its port. */
  static async start(
    command: readonly string[],
    { port: pattern, from }: PortPrinted = { port: /^(\d+)\n/, from: "stdout" },
  ): Promise<ServerProcess> {
    const [program = "", ...args] = command;
    const other = from === "stdout" ? { stderr: "inherit" } as const : { stdout: "null" } as const;
    const child = new Deno.Command(program, { args, ...other, [from]: "piped" }).spawn();
    const reader = child[from].getReader();
    let printed = "";
    while (!printed.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`${command.join(" ")} ended before it printed its port`);
      printed += new TextDecoder().decode(value);
    }
    reader.releaseLock();
    return new ServerProcess(child, { port: Number(pattern.exec(printed)?.[1]), from });
  }

  /** Returns how much memory the process holds, in bytes. */
  async residentBytes(): Promise<number> {
    const args = ["-o", "rss=", "-p", String(this.#child.pid)];
    const { stdout } = await new Deno.Command("ps", { args }).output();
    return Number(new TextDecoder().decode(stdout)) * 1024;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child[this.#from].cancel();
    await this.#child.status;
  }
}

/** Runs a command to its end and returns what it printed. */
export async function run(command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  const { code, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (code !== 0) throw new Error(`${command.join(" ")} ended with code ${code}`);
  return new TextDecoder().decode(stdout);
}

/** Returns the command that runs a TypeScript file of this folder. */
export function denoCommand(file: string, ...args: string[]): string[] {
  return [Deno.execPath(), "run", "-A", new URL(file, import.meta.url).pathname, ...args];
}

/** Returns the command that runs a JavaScript file of this folder on Node. */
export function nodeCommand(file: string, ...args: string[]): string[] {
  return ["node", new URL(file, import.meta.url).pathname, ...args];
}
