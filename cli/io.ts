import { fstatSync } from "node:fs";
import process from "node:process";
import { LineSink } from "./line_sink.ts";
import { Output } from "./output.ts";
import { obeysEscapes } from "./terminal_kind.ts";

/** The streams behind `stdout` and `stderr`; they are one where both lead to the same place, to keep the lines' order. */
export interface OutputStreams {
  /** The user's data. */
  readonly stdout: Output;
  /** What is about it. */
  readonly stderr: Output;
}

/** What a program reads and writes, so that a test or the tour can stand in for the terminal. */
export interface Io {
  /** What is typed or piped in. */
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writes the user's data. */
  stdout(text: string): void;
  /** Writes about the user's data. */
  stderr(text: string): void;
  /** Where what is written is gathered first. @default what is written is written at once */
  readonly streams?: OutputStreams;
  /** A person types, and sees what is printed, on a terminal that obeys escape sequences. */
  readonly interactive: boolean;
  /** A person types. @default {false} */
  readonly stdinIsTerminal?: boolean;
  /** Colours may be used on stdout. */
  readonly colour: boolean;
  /** The columns of the terminal that takes stdout; undefined where none does, or it does not say. */
  readonly columns?: number | undefined;
  /** A terminal takes stdout, and would obey what a peer sent. @default {false} */
  readonly stdoutIsTerminal?: boolean;
  /** A person sees stderr, on a terminal that obeys escape sequences, so that something may be drawn there. @default {false} */
  readonly stderrIsTerminal?: boolean;
  /** Ends the program as SIGTERM would. */
  readonly signal?: AbortSignal;
  /** The program shall end at SIGINT and SIGTERM. */
  readonly signals: boolean;
}

let streams: OutputStreams | undefined;

/** The terminal or the pipes that the program was started with. */
export const systemIo: Io = {
  get stdin() {
    return Deno.stdin.readable;
  },
  stdout: (text) => systemStreams().stdout.print(text),
  stderr: (text) => systemStreams().stderr.print(text),
  get streams() {
    return systemStreams();
  },
  get interactive() {
    return Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && obeysEscapes();
  },
  get stdinIsTerminal() {
    return Deno.stdin.isTerminal();
  },
  get colour() {
    return Deno.stdout.isTerminal() && !Deno.noColor && obeysEscapes();
  },
  get columns() {
    return process.stdout.columns || undefined;
  },
  get stdoutIsTerminal() {
    return Deno.stdout.isTerminal();
  },
  get stderrIsTerminal() {
    return Deno.stderr.isTerminal() && obeysEscapes();
  },
  signals: true,
};

function systemStreams(): OutputStreams {
  return streams ??= makeSystemStreams();
}

function makeSystemStreams(): OutputStreams {
  const [out, about] = [statsOf(1), statsOf(2)];
  const isDevice = out?.isCharacterDevice() && !Deno.stdout.isTerminal();
  const sink = new LineSink(Deno.stdout, { takesAll: isDevice || out?.isFile() || false });
  const stdout = new Output("stdout", sink);
  const leadToOnePlace = out && about && out.ino !== 0 && out.dev === about.dev &&
    out.ino === about.ino;
  return { stdout, stderr: leadToOnePlace ? stdout : new Output("stderr", Deno.stderr) };
}

/** Says what a stream leads to: a terminal, a pipe, a file. */
function statsOf(fd: number): ReturnType<typeof fstatSync> | undefined {
  try {
    return fstatSync(fd);
  } catch {
    // It is closed.
    return undefined;
  }
}
