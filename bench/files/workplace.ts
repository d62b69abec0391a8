import { ServerProcess } from "../processes.ts";

const ROOT = new URL("../../", import.meta.url);

/** A folder in memory, and what runs in it. */
export class Workplace implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one where this system keeps files in memory. */
  static async make(): Promise<Workplace> {
    const dir = await isThere("/dev/shm") ? "/dev/shm" : undefined;
    return new Workplace(await Deno.makeTempDir({ prefix: "parley-bench-", ...dir && { dir } }));
  }

  /** Makes a file of random bytes, and returns its path. */
  async randomFile(name: string, bytes: number): Promise<string> {
    using file = await Deno.open(`${this.path}/${name}`, { write: true, createNew: true });
    const block = new Uint8Array(Math.min(bytes, 1024 * 1024));
    for (let at = 0; at < block.length; at += 65_536) {
      crypto.getRandomValues(block.subarray(at, at + 65_536));
    }
    for (let left = bytes; left > 0; left -= block.length) {
      // No two blocks are the same.
      new DataView(block.buffer).setFloat64(0, left);
      await file.write(block.subarray(0, Math.min(left, block.length)));
    }
    return `${this.path}/${name}`;
  }

  /** Makes a file that is all hole, and returns its path. */
  async sparseFile(name: string, bytes: number): Promise<string> {
    const path = `${this.path}/${name}`;
    using file = await Deno.open(path, { write: true, createNew: true });
    await file.truncate(bytes);
    return path;
  }

  /** Removes something that a run left. */
  async remove(name: string): Promise<void> {
    await Deno.remove(`${this.path}/${name}`, { recursive: true });
  }

  /** Starts a receiver that stores in the folder `inbox`. */
  async receiver(): Promise<ServerProcess> {
    const args = ["--port", "0", "--dir", `${this.path}/inbox`];
    return await ServerProcess.start(this.program("servers/files.ts", args), {
      port: /^files listening on .*:(\d+)\n/,
      from: "stderr",
    });
  }

  /** Returns the command that runs one of our programs. */
  program(file: string, args: readonly string[]): string[] {
    return [Deno.execPath(), "run", "-A", new URL(file, ROOT).pathname, ...args];
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
