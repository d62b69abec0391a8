// Runs programs in this process, by `main(args, io)`: what they print and how they end, without the cost of a process.
// Signals, permissions, pipes and terminals need a process of their own: child.ts.

import { programs } from "../../cli.ts";
import { Output, type OutputSink } from "../../cli/output.ts";
import type { Program } from "../../cli/declaration.ts";
import { calledUrl } from "./called_url.ts";
import type { Ran } from "./child.ts";
import { Collected } from "./collected.ts";
import { keptIo } from "./kept_io.ts";

/** How a program is run in this process. */
export interface InProcessOptions {
  /** Its arguments, behind `--port`. */
  args?: readonly string[] | undefined;
  /** Where it listens or whom it calls. @default the program's own */
  hostname?: string | undefined;
  /** What is typed; undefined leaves stdin open for {@linkcode Running.type}. @default undefined */
  stdin?: string | Uint8Array<ArrayBuffer> | undefined;
  /** A terminal takes its stdout. @default {false} */
  stdoutIsTerminal?: boolean | undefined;
}

/** A program that runs in this process. `await using` ends it. */
export class Running implements AsyncDisposable {
  /** What it printed. */
  readonly stdout: Collected;
  /** What it printed about it. */
  readonly stderr: Collected;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  readonly #stop = new AbortController();
  readonly #stdin: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #inputIsOver = false;

  /** Starts a program. */
  constructor(
    main: Program["main"],
    args: readonly string[],
    { stdin, stdoutIsTerminal = false }: Pick<InProcessOptions, "stdin" | "stdoutIsTerminal"> = {},
  ) {
    const name = args.slice(-3).join(" ");
    this.stdout = new Collected(`stdout of ${name}`);
    this.stderr = new Collected(`stderr of ${name}`);
    let input: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (input = controller),
      cancel: () => void (this.#inputIsOver = true),
    });
    this.#stdin = input!;
    if (stdin !== undefined) {
      this.type(stdin);
      this.endInput();
    }
    const streams = {
      stdout: new Output("stdout", sinkOf(this.stdout)),
      stderr: new Output("stderr", sinkOf(this.stderr)),
    };
    const io = keptIo({
      stdin: stream,
      stdout: (text) => streams.stdout.print(text),
      stderr: (text) => streams.stderr.print(text),
      streams,
      stdoutIsTerminal,
      signal: this.#stop.signal,
    });
    this.ended = main(args, io).finally(() => {
      this.stdout.end();
      this.stderr.end();
    });
  }

  /** Types. */
  type(data: string | Uint8Array<ArrayBuffer>): void {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    // An empty chunk is none: a pipe has no such thing either.
    if (!this.#inputIsOver && bytes.length > 0) this.#stdin.enqueue(bytes);
  }

  /** Ends its input. */
  endInput(): void {
    if (this.#inputIsOver) return;
    this.#inputIsOver = true;
    this.#stdin.close();
  }

  /** Ends it as SIGTERM would. */
  stop(): void {
    this.#stop.abort();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.ended;
  }
}

/** A server that runs in this process. */
export interface RunningServer extends Running {
  /** The port that it listens on. */
  readonly port: number;
}

/** Starts a server on a free port unless one is given, and waits until it can be connected to. */
export async function startServer(
  name: string,
  options: InProcessOptions & { port?: number } = {},
): Promise<RunningServer> {
  const server = start("server", { port: 0, ...options, name });
  const [, port] = await server.stderr.until(/^\w+ listening on .*:(\d+)\n/);
  return Object.assign(server, { port: Number(port) });
}

/** Starts a client. */
export function startClient(name: string, options: InProcessOptions & { port: number }): Running {
  return start("client", { ...options, name });
}

/** Runs a client to its end; its input is empty unless `stdin` says otherwise. */
export async function runClient(
  name: string,
  options: InProcessOptions & { port: number },
): Promise<Ran> {
  return await ranOf(start("client", { stdin: "", ...options, name }));
}

/** Runs a server that ends by itself. */
export async function runServer(
  name: string,
  options: InProcessOptions & { port: number },
): Promise<Ran> {
  return await ranOf(start("server", { stdin: "", ...options, name }));
}

/** Runs what has a `main` to its end: `parley` itself, or the tour. */
export async function runMain(
  main: Program["main"],
  args: readonly string[],
  { stdin = "" }: { stdin?: string } = {},
): Promise<Ran> {
  return await ranOf(new Running(main, args, { stdin }));
}

function start(
  kind: Program["kind"],
  { name, port, hostname, args = [], ...typed }: InProcessOptions & { name: string; port: number },
): Running {
  const program = programs.find((one) => one.kind === kind && one.name === name);
  if (!program) throw new Error(`There is no ${kind} ${name}`);
  const host = hostname === undefined ? [] : ["--hostname", hostname];
  const where = saysWhere(args) ? [] : ["--port", String(port)];
  const url = kind === "client" ? calledUrl(name, { hostname, port }) : undefined;
  if (url) return new Running(program.main, [...url, ...args], typed);
  return new Running(program.main, [...where, ...host, ...args], typed);
}

function sinkOf(collected: Collected): OutputSink {
  return {
    write(bytes) {
      collected.add(bytes);
      return Promise.resolve(bytes.length);
    },
  };
}

async function ranOf(running: Running): Promise<Ran> {
  const code = await running.ended;
  return { code, stdout: running.stdout.text, stderr: running.stderr.text };
}

/** Says whether the arguments themselves say where it listens or whom it calls. */
function saysWhere(args: readonly string[]): boolean {
  const [to = ""] = args.slice(args.indexOf("--to") + 1 || args.length);
  return to.includes(":") || args.includes("--unix") || args.includes("-p");
}
