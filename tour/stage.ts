import { bytes, Connection, escapeControls, joined, lines } from "../mod.ts";
import type { Io } from "../cli/io.ts";
import type { Program } from "../cli/declaration.ts";

/** Something that was seen to be right or wrong. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
}

/** A server that plays in a scene. */
export interface StageServer {
  readonly port: number;
  /** Ends it as SIGTERM would, and returns its exit code. */
  stop(): Promise<number>;
  /** Its exit code, once it has ended by itself. */
  readonly ended: Promise<number>;
  /** Waits until it prints a line that holds this text, from now on. */
  prints(text: string): Promise<void>;
}

/** How a client plays in a scene. */
export interface StageClientOptions {
  /** What is typed. */
  readonly stdin?: string;
  /** What to call it in the transcript. @default {"client"} */
  readonly as?: string;
  /** The port that it calls, where its arguments do not say it. */
  readonly port?: number;
}

/** Runs programs as a terminal would, writes down what they say in the order in which they say it, and checks. */
export class Stage {
  readonly checks: Check[] = [];
  readonly #tell: (who: string, line: string) => void;
  readonly #servers: StageServer[] = [];

  /** Makes a stage that tells each line as it comes. */
  constructor(tell: (who: string, line: string) => void) {
    this.#tell = tell;
  }

  /** Notes whether something is as it should be. */
  check(what: string, ok: boolean): void {
    this.checks.push({ what, ok });
  }

  /** Starts a server on a free port, and waits until it can be connected to. */
  async server(program: Program, args: readonly string[] = []): Promise<StageServer> {
    const stop = new AbortController();
    let listening: ((port: number) => void) | undefined;
    let awaited: { text: string; seen: () => void } | undefined;
    const heard = this.#lines("server", (line) => {
      const address = / listening on .*:(\d+)$/.exec(line);
      if (address) listening?.(Number(address[1]));
      if (awaited && line.includes(awaited.text)) awaited.seen();
    });
    const io = quietIo({ out: heard, signal: stop.signal });
    this.#tell("", `$ parley serve ${[program.name, ...args].join(" ")}`);
    let ended!: Promise<number>;
    const port = await new Promise<number>((resolve, reject) => {
      listening = resolve;
      ended = program.main([...args, "--port", "0"], io);
      ended.then(() => reject(new Error(`The ${program.name} server did not start`)), reject);
    });
    const server: StageServer = {
      port,
      ended,
      prints: (text) => new Promise((seen) => void (awaited = { text, seen })),
      stop() {
        stop.abort();
        return ended;
      },
    };
    this.#servers.push(server);
    return server;
  }

  /** Runs a client to its end, and returns its exit code and what it printed. */
  async client(
    program: Program,
    args: readonly string[],
    { stdin = "", as = "client", port }: StageClientOptions = {},
  ): Promise<{ code: number; printed: string }> {
    let printed = "";
    const heard = this.#lines(as, () => {});
    const io = quietIo({
      stdin,
      out(text) {
        printed += text;
        heard(text);
      },
    });
    const typed = args.map((arg) => /^[\w-]+$/.test(arg) ? arg : `'${arg}'`);
    this.#tell("", `$ parley ${[program.name, ...typed].join(" ")}`);
    for (const line of stdin.split("\n").slice(0, -1)) this.#tell(`${as} types`, line);
    const place = port === undefined ? [] : ["--port", String(port)];
    return { code: await program.main([...args, ...place], io), printed };
  }

  /** Connects without any program, to show what is on the wire. */
  async line(port: number): Promise<Connection<string, Uint8Array>> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return new Connection(conn, joined(lines(), bytes()));
  }

  /** Writes a line of the transcript. */
  say(who: string, line: string): void {
    this.#tell(who, line);
  }

  /** Ends every server that still runs. */
  async clear(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  #lines(who: string, seen: (line: string) => void): (text: string) => void {
    let rest = "";
    return (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        seen(line);
        // What a client was asked for is printed as it came, with lines that end in CRLF.
        this.#tell(who, escapeControls(line.replace(/\r$/, "")));
      }
    };
  }
}

function quietIo(
  { stdin = "", out, signal }: {
    stdin?: string;
    out: (text: string) => void;
    signal?: AbortSignal;
  },
): Io {
  return {
    stdin: new Blob([stdin]).stream(),
    stdout: out,
    stderr: out,
    interactive: false,
    colour: false,
    signals: false,
    ...signal && { signal },
  };
}
