/** What a program reads and writes, so that a test or the tour can stand in for the terminal. */
export interface Io {
  /** What is typed or piped in. */
  readonly stdin: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Writes the user's data. */
  stdout(text: string): void;
  /** Writes about the user's data. */
  stderr(text: string): void;
  /** A person types, and sees what is printed. */
  readonly interactive: boolean;
  /** Colours may be used on stdout. */
  readonly colour: boolean;
  /** A person sees stderr, so that something may be drawn there. @default {false} */
  readonly stderrIsTerminal?: boolean;
  /** Ends the program as SIGTERM would. */
  readonly signal?: AbortSignal;
  /** The program shall end at SIGINT and SIGTERM. */
  readonly signals: boolean;
}

const encoder = new TextEncoder();

/** The terminal or the pipes that the program was started with. */
export const systemIo: Io = {
  get stdin() {
    return Deno.stdin.readable;
  },
  stdout: (text) => write(Deno.stdout, text),
  stderr: (text) => write(Deno.stderr, text),
  get interactive() {
    return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  },
  get colour() {
    return Deno.stdout.isTerminal() && !Deno.noColor;
  },
  get stderrIsTerminal() {
    return Deno.stderr.isTerminal();
  },
  signals: true,
};

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    // Whoever read the pipe has left (`| head`): nobody wants the rest.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(1);
    throw error;
  }
}
