import { UsageError } from "../../cli/usage_error.ts";
import { ServerProcess } from "../processes.ts";

/** How often somebody asks whether it listens, and how long to go on. */
const ASK_EVERY_MS = 20;
const ASK_FOR_MS = 10_000;

/** A server of C, as Debian has it, that limits and looks up nothing. */
export class Ngircd implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes a place for its settings. @throws {UsageError} It is not installed. */
  static async prepare(): Promise<Ngircd> {
    try {
      await new Deno.Command("ngircd", { args: ["--version"], stdout: "null" }).output();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new UsageError(
        "ngircd is the rival, and is not installed here: apt-get install ngircd",
      );
    }
    return new Ngircd(await Deno.makeTempDir({ prefix: "bench-irc-" }));
  }

  /** Starts one, and waits until it listens. */
  async start(): Promise<ServerProcess> {
    const port = freePort();
    const path = `${this.#folder}/ngircd.conf`;
    await Deno.writeTextFile(path, settings(port));
    // It prints no port, so that is said before. What it prints itself would fill a pipe that nobody reads.
    const script = 'echo "$1"; exec ngircd -n -f "$2" > /dev/null 2>&1';
    const server = await ServerProcess.start(["sh", "-c", script, "sh", String(port), path]);
    try {
      await listening(port);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Removes its settings. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function settings(port: number): string {
  return `[Global]
Name = irc.example.test
Info = bench
AdminInfo1 = bench
Listen = 127.0.0.1
Ports = ${port}
MotdPhrase = "good day"
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function listening(port: number): Promise<void> {
  const start = performance.now();
  while (true) {
    try {
      using _ = await Deno.connect({ hostname: "127.0.0.1", port });
      return;
    } catch (cause) {
      if (performance.now() - start > ASK_FOR_MS) {
        throw new Error("ngircd does not listen", { cause });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
