import { run } from "../processes.ts";

/** The versions that are measured. */
const PACKAGES = ["ws@8.23.0", "bun@1.4.5"];

/** Packages of npm that only this benchmark needs, in a folder that goes away with it. */
export class NpmPeers implements AsyncDisposable {
  /** Where they are installed. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Installs them. */
  static async install(): Promise<NpmPeers> {
    const folder = await Deno.makeTempDir({ prefix: "bench-websocket-" });
    const peers = new NpmPeers(folder);
    try {
      await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true }\n');
      const quietly = ["--no-audit", "--no-fund", "--loglevel=error"];
      await run(["npm", "install", "--prefix", folder, ...quietly, ...PACKAGES]);
    } catch (error) {
      await peers[Symbol.asyncDispose]();
      throw error;
    }
    return peers;
  }

  /** The command of Bun. */
  get bun(): string {
    return `${this.folder}/node_modules/.bin/bun`;
  }

  /** Removes them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
