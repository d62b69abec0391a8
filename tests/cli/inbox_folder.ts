import { namesIn } from "../contract/folder.ts";

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

  /** Returns a server's arguments with this folder among them. */
  args(...args: readonly string[]): string[] {
    return ["--dir", this.path, ...args];
  }

  /** What a server in a process of its own has to be allowed for it. */
  get permissions(): string[] {
    return [`--allow-read=${this.path}`, `--allow-write=${this.path}`];
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
