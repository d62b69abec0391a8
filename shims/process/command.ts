import {
  type ChildProcess as NodeChild,
  spawn,
  spawnSync,
  type StdioOptions,
} from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { Readable, type Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { onAbort } from "../abort_listener.ts";
import { NotFound } from "../errors/error_classes.ts";
import { fromCode, fromNode } from "../errors/errors.ts";
import type { Signal } from "./signals.ts";

/** Where one of a command's streams leads. */
type Stream = "piped" | "null" | "inherit";

/** How a command is started. */
export interface CommandOptions {
  /** Its arguments. */
  args?: readonly string[];
  /** Where it runs. */
  cwd?: string | URL;
  /** Variables of its environment, beside ours. */
  env?: Readonly<Record<string, string>>;
  /** It gets these variables and none of ours. @default {false} */
  clearEnv?: boolean;
  /** What it reads. */
  stdin?: Stream;
  /** Where what it prints goes. */
  stdout?: Stream;
  /** Where what it prints about that goes. */
  stderr?: Stream;
  /** Ends it. */
  signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandStatus {
  /** It ended with 0. */
  readonly success: boolean;
  /** Its exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** What ended it. */
  readonly signal: Signal | null;
}

/** How a command ended, and what it printed. */
export interface CommandOutput extends CommandStatus {
  /** What it printed. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  /** What it printed about it. */
  readonly stderr: Uint8Array<ArrayBuffer>;
}

/** A command that can be run. */
export class Command {
  readonly #program: string;
  readonly #options: CommandOptions;

  /** Names a program and its arguments; nothing runs yet. */
  constructor(program: string | URL, options: CommandOptions = {}) {
    this.#program = program instanceof URL ? fileURLToPath(program) : program;
    this.#options = options;
  }

  /** Starts it; its streams are ours unless told otherwise. @throws {NotFound} There is no such program. */
  spawn(): ChildProcess {
    return new ChildProcess(this.#start("inherit"), this.#options);
  }

  /** Runs it to its end, and returns what it printed. @throws {NotFound} There is no such program. */
  async output(): Promise<CommandOutput> {
    if (this.#options.stdin === "piped") throw new TypeError("Cannot pipe stdin: use spawn()");
    const options = { ...PIPED, ...this.#options };
    return await new ChildProcess(this.#start("piped"), options).output();
  }

  /** Runs it to its end before it returns. @throws {NotFound} There is no such program. */
  outputSync(): CommandOutput {
    const options = { ...PIPED, ...this.#options };
    const { error, status, signal, stdout, stderr } = spawnSync(
      this.#program,
      [...options.args ?? []],
      { ...this.#nodeOptions("piped"), maxBuffer: Infinity },
    );
    if (error) throw cannotSpawn(this.#program, { error, cwd: options.cwd });
    return outputOf(statusOf(status, signal), {
      stdout: options.stdout === "piped" ? new Uint8Array(stdout) : undefined,
      stderr: options.stderr === "piped" ? new Uint8Array(stderr) : undefined,
    });
  }

  #start(fallback: Stream): NodeChild {
    const child = spawn(
      this.#program,
      [...this.#options.args ?? []],
      this.#nodeOptions(fallback),
    );
    // Node says why some turns later; that there is no process it knows at once.
    if (child.pid !== undefined) return child;
    child.on("error", ignore);
    const code = existsInPath(this.#program) ? "EACCES" : "ENOENT";
    const error = Object.assign(new Error(code), { code });
    throw cannotSpawn(this.#program, { error, cwd: this.#options.cwd });
  }

  #nodeOptions(fallback: Stream) {
    const { cwd, env, clearEnv = false, stdin, stdout, stderr } = this.#options;
    const input = stdin ?? (fallback === "piped" ? "null" : fallback);
    const stdio = [input, stdout ?? fallback, stderr ?? fallback].map((stream) =>
      stream === "piped" ? "pipe" : stream === "null" ? "ignore" : stream
    );
    return {
      ...cwd !== undefined && { cwd },
      env: { ...!clearEnv && process.env, ...env },
      // The three words that Node has for them.
      stdio: stdio as StdioOptions,
    };
  }
}

/** A command that runs. */
export class ChildProcess implements AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** How it ended, once it has. */
  readonly status: Promise<CommandStatus>;
  readonly #child: NodeChild;
  readonly #piped: { stdin: boolean; stdout: boolean; stderr: boolean };
  #stdin: WritableStream<Uint8Array<ArrayBufferLike>> | undefined;
  #stdout: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #stderr: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #over = false;

  /** Use {@linkcode Command.spawn}. */
  constructor(child: NodeChild, { stdin, stdout, stderr, signal }: CommandOptions) {
    this.#child = child;
    // Only a child that has one gets here.
    this.pid = child.pid!;
    this.#piped = {
      stdin: stdin === "piped",
      stdout: stdout === "piped",
      stderr: stderr === "piped",
    };
    const stop = () => this.#over || this.kill();
    let endListening = () => {};
    this.status = new Promise((resolve) => {
      child.on("exit", (code, killer) => {
        this.#over = true;
        endListening();
        resolve(statusOf(code, killer));
      });
    });
    child.on("error", ignore);
    if (signal?.aborted) stop();
    else endListening = onAbort(signal, stop);
  }

  /** What it reads. @throws {TypeError} It is not piped. */
  get stdin(): WritableStream<Uint8Array<ArrayBufferLike>> {
    if (!this.#piped.stdin) throw notPiped("stdin");
    return this.#stdin ??= writableOf(this.#child.stdin!);
  }

  /** What it prints. @throws {TypeError} It is not piped. */
  get stdout(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!this.#piped.stdout) throw notPiped("stdout");
    return this.#stdout ??= bytesOf(this.#child.stdout!);
  }

  /** What it prints about it. @throws {TypeError} It is not piped. */
  get stderr(): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (!this.#piped.stderr) throw notPiped("stderr");
    return this.#stderr ??= bytesOf(this.#child.stderr!);
  }

  /** Waits until it has ended, and returns what it printed. */
  async output(): Promise<CommandOutput> {
    const [stdout, stderr, status] = await Promise.all([
      this.#piped.stdout ? collected(this.stdout) : undefined,
      this.#piped.stderr ? collected(this.stderr) : undefined,
      this.status,
    ]);
    return outputOf(status, { stdout, stderr });
  }

  /** Sends it a signal. @throws {TypeError} It has ended. */
  kill(signal: Signal = "SIGTERM"): void {
    if (this.#over) throw new TypeError("Child process has already terminated");
    this.#child.kill(signal);
  }

  /** Keeps this process running until that one has ended. */
  ref(): void {
    this.#child.ref();
  }

  /** Lets this process end before that one. */
  unref(): void {
    this.#child.unref();
  }

  /** Ends it, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.kill();
    await this.status;
  }
}

const PIPED = { stdin: "null", stdout: "piped", stderr: "piped" } as const;

function statusOf(code: number | null, signal: NodeJS.Signals | null): CommandStatus {
  if (signal === null) return { success: code === 0, code: code ?? 0, signal: null };
  // The system has more signals than those that have a name here.
  return { success: false, code: 128 + constants.signals[signal], signal: signal as Signal };
}

function outputOf(
  status: CommandStatus,
  { stdout, stderr }: Record<"stdout" | "stderr", Uint8Array<ArrayBuffer> | undefined>,
): CommandOutput {
  return {
    ...status,
    get stdout() {
      if (stdout === undefined) throw notPiped("stdout");
      return stdout;
    },
    get stderr() {
      if (stderr === undefined) throw notPiped("stderr");
      return stderr;
    },
  };
}

function bytesOf(stream: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Node's own type for the very same streams is another one.
  return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
}

function writableOf(stream: Writable): WritableStream<Uint8Array<ArrayBufferLike>> {
  stream.on("error", ignore);
  return new WritableStream({
    write: (bytes) =>
      new Promise((resolve, reject) => {
        // Node destroys the stream of a child that has ended, and then answers nobody.
        if (stream.destroyed) return reject(fromCode("EPIPE"));
        stream.write(bytes, (error) => error ? reject(fromNode(error)) : resolve());
      }),
    close: () =>
      new Promise((resolve) => {
        if (stream.destroyed) return resolve();
        stream.once("close", resolve);
        stream.end(resolve);
      }),
    abort: () => void stream.destroy(),
  });
}

async function collected(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function cannotSpawn(
  program: string,
  { error, cwd }: { error: Error; cwd: string | URL | undefined },
): Error {
  if (cwd !== undefined && !existsSync(cwd)) {
    return new NotFound(`Failed to spawn '${program}': No such cwd '${cwd}'`);
  }
  const mapped = fromNode(error);
  mapped.message = `Failed to spawn '${program}': ${mapped.message}`;
  return mapped;
}

/** The program is there, though it cannot be run. */
function existsInPath(program: string): boolean {
  if (program.includes("/")) return existsSync(program);
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}

function notPiped(name: string): TypeError {
  return new TypeError(`Cannot get '${name}': '${name}' is not piped`);
}

function ignore(): void {}
