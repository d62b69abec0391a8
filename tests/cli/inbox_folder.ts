import { namesIn } from "../contract/folder.ts";
import type { ProgramOptions } from "./child.ts";

/** A folder for a files server that runs beside the test. `await using` removes it. */
export class InboxFolder implements AsyncDisposable {
  /** Its path, without links. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one. */
  static async make(): Promise<InboxFolder> {
    return new InboxFolder(await Deno.realPath(await Deno.makeTempDir()));
  }

  /** Returns options of a server's start with this folder among them. */
  options({ args = [], permissions = [], ...rest }: ProgramOptions = {}): ProgramOptions {
    const { path } = this;
    return {
      ...rest,
      args: ["--dir", path, ...args],
      permissions: [`--allow-read=${path}`, `--allow-write=${path}`, ...permissions],
    };
  }

  /** Returns the names of what it holds. */
  names(): Promise<string[]> {
    return namesIn(this.path);
  }

  /** Returns what a file in it holds. */
  bytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return Deno.readFile(`${this.path}/${name}`);
  }

  /** Returns what a file in it holds, as text. */
  text(name: string): Promise<string> {
    return Deno.readTextFile(`${this.path}/${name}`);
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
