import { onNode, ROOT, runCommand } from "../runtime.ts";
import { calledUrl } from "./called_url.ts";
import { Collected } from "./collected.ts";

/** How a {@linkcode Child} is started. */
export interface ChildOptions {
  /** What is typed; undefined leaves stdin open for {@linkcode Child.type}. @default undefined */
  stdin?: string | undefined;
  /** Variables of the environment beside the test's own. */
  env?: Record<string, string>;
  /** A command that starts this one: `setpriv`, `sh -c`. */
  via?: readonly string[];
  /** Reads nothing of its stdout before {@linkcode Child.read}. @default {false} */
  unread?: boolean;
}

/** A command that runs beside the test. `await using` ends it. */
export class Child implements AsyncDisposable {
  /** What it printed. */
  readonly stdout: Collected;
  /** What it printed about it. */
  readonly stderr: Collected;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  readonly #process: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #pumps: Promise<void>[];
  #isRead: boolean;
  #over = false;

  /** Starts a command. */
  constructor(command: readonly string[], options: ChildOptions = {}) {
    const { stdin, env = {}, via = [], unread = false } = options;
    const [program = "", ...args] = [...via, ...command];
    this.#process = new Deno.Command(program, {
      args,
      cwd: ROOT,
      // script(1) starts the user's shell, which is another one on each machine.
      env: { NO_COLOR: "1", TERM: "xterm", SHELL: "/bin/sh", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const name = command.slice(-3).join(" ");
    this.stdout = new Collected(`stdout of ${name}`);
    this.stderr = new Collected(`stderr of ${name}`);
    this.#pumps = [pump(this.#process.stderr, this.stderr)];
    this.#isRead = !unread;
    if (!unread) this.#pumps.push(pump(this.#process.stdout, this.stdout));
    this.#stdin = this.#process.stdin.getWriter();
    this.ended = this.#process.status.then(async ({ code }) => {
      this.#over = true;
      await Promise.all(this.#pumps);
      return code;
    });
    if (stdin !== undefined) void this.type(stdin).then(() => this.endInput());
  }

  /** Its process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Types. */
  async type(text: string): Promise<void> {
    try {
      await this.#stdin.write(new TextEncoder().encode(text));
    } catch {
      // It has ended, or reads no more: the test looks at what it did.
    }
  }

  /** Ends its input. */
  async endInput(): Promise<void> {
    try {
      await this.#stdin.close();
    } catch {
      // It has ended already.
    }
  }

  /** Begins to read its stdout. */
  read(): void {
    this.#isRead = true;
    this.#pumps.push(pump(this.#process.stdout, this.stdout));
  }

  /** Leaves its stdout, as `head` does when it has enough. */
  async leave(): Promise<void> {
    this.#isRead = true;
    await this.#process.stdout.cancel();
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) {
      try {
        this.#process.kill("SIGKILL");
      } catch {
        // It ended just now.
      }
    }
    if (!this.#isRead) await this.leave();
    await this.ended;
    await this.endInput();
  }
}

async function pump(from: ReadableStream<Uint8Array>, to: Collected): Promise<void> {
  for await (const bytes of from) to.add(bytes);
  to.end();
}

/** The command in the header comment of a program's file, without `deno run`. */
export function headerCommand(file: string): string[] {
  const text = Deno.readTextFileSync(new URL(onNode ? file.replace(/\.ts$/, ".js") : file, ROOT));
  const [, command] = /^\/\/ {3}deno run (.*)$/m.exec(text) ?? [];
  if (command === undefined) throw new Error(`${file} has no command in its header`);
  return Array.from(command.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare!);
}

/** The command in the header comment of a program's file, as this runtime starts it. */
export function asTheHeaderSays(file: string): string[] {
  const command = headerCommand(file);
  const at = command.indexOf(file);
  return runCommand(file, { flags: command.slice(0, at), args: command.slice(at + 1) });
}

/** How a program is started. */
export interface ProgramOptions extends ChildOptions {
  /** Its arguments, behind `--port`. */
  args?: readonly string[];
  /** Where it listens or whom it calls. @default the host in its header */
  hostname?: string;
  /** Permissions beside those of its header. */
  permissions?: readonly string[];
}

/** Returns a program's command as its header gives it, with its `--allow-net` moved to another host and port. */
export function programCommand(
  file: string,
  { port, hostname, args = [], permissions = [] }: ProgramOptions & { port: number },
): string[] {
  const command = headerCommand(file);
  const allowed = command.slice(0, command.indexOf(file)).map((flag) => {
    const [, allowedHost] = /^--allow-net=(.*):\d+$/.exec(flag) ?? [];
    if (allowedHost === undefined) return flag;
    const host = hostname?.includes(":") ? `[${hostname}]` : hostname;
    return `--allow-net=${host ?? allowedHost}:${port}`;
  });
  const where = hostname === undefined ? [] : ["--hostname", hostname];
  const [, client = ""] = /^clients\/(\w+)\.ts$/.exec(file) ?? [];
  const called = calledUrl(client, { hostname, port }) ?? ["--port", String(port), ...where];
  return runCommand(file, { flags: [...allowed, ...permissions], args: [...called, ...args] });
}

/** A server that runs beside the test. */
export interface ServerChild extends Child {
  /** The port that it listens on. */
  readonly port: number;
}

/** Starts a server by its file's command on a free port, and waits until it can be connected to. */
export async function startServer(
  name: string,
  options: ProgramOptions = {},
): Promise<ServerChild> {
  const child = new Child(programCommand(`servers/${name}.ts`, { ...options, port: 0 }), options);
  try {
    const [, port] = await child.stderr.until(/^\w+ listening on .*:(\d+)\n/);
    return Object.assign(child, { port: Number(port) });
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts a client by its file's command. */
export function startClient(name: string, options: ProgramOptions & { port: number }): Child {
  return new Child(programCommand(`clients/${name}.ts`, options), options);
}

/** What a program did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a client to its end; its input is empty unless `stdin` says otherwise. */
export async function runClient(
  name: string,
  options: ProgramOptions & { port: number },
): Promise<Ran> {
  return await run(programCommand(`clients/${name}.ts`, options), options);
}

/** Runs a server that ends by itself. */
export async function runServer(
  name: string,
  options: ProgramOptions & { port: number },
): Promise<Ran> {
  return await run(programCommand(`servers/${name}.ts`, options), options);
}

/** Runs a command to its end; its input is empty unless `stdin` says otherwise. */
export async function run(command: readonly string[], options: ChildOptions = {}): Promise<Ran> {
  await using child = new Child(command, { stdin: "", ...options });
  const code = await child.ended;
  return { code, stdout: child.stdout.text, stderr: child.stderr.text };
}

/** Says whether a command is on this machine. */
export function installed(command: string): boolean {
  return succeeds(["sh", "-c", 'command -v "$0"', command]);
}

/** Says whether a command ends with 0. */
export function succeeds([program = "", ...args]: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
