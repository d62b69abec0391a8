import { Child, type ChildOptions, type Ran } from "../cli/child.ts";
import { ROOT } from "../runtime.ts";

/** The built package. */
export const PACKAGE = new URL("npm/", ROOT);

/** The parts of its package.json that are looked at. */
export interface Manifest {
  /** What it offers. */
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  /** Its commands. */
  readonly bin: Readonly<Record<string, string>>;
  /** Any other field. */
  readonly [field: string]: unknown;
}

/** Its package.json; undefined while it is not built. */
export const manifest: Manifest | undefined = readManifest();

/** A folder for files that are thrown away. */
export class Folder implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  readonly #env: Record<string, string>;

  private constructor(path: string, env: Record<string, string>) {
    this.path = path;
    this.#env = env;
  }

  /** Makes one; what is started in it finds Node, npm and the system's commands, and no Deno. */
  static async make(): Promise<Folder> {
    const path = await Deno.makeTempDir({ prefix: "parley-package-" });
    await Deno.mkdir(`${path}/bin`);
    const folders = (Deno.env.get("PATH") ?? "").split(":");
    for (const command of ["node", "npm", "npx"]) {
      const found = folders.map((folder) => `${folder}/${command}`).find(exists);
      if (found !== undefined) await Deno.symlink(found, `${path}/bin/${command}`);
    }
    const system: string[] = [];
    for (const folder of ["/usr/bin", "/bin"]) {
      if (exists(`${folder}/deno`)) await linkWithoutDeno(folder, `${path}/bin`);
      else system.push(folder);
    }
    return new Folder(path, { PATH: [`${path}/bin`, ...system].join(":") });
  }

  /** Makes a project that has the package from its archive, beside others. */
  static async withPackage(...packages: readonly string[]): Promise<Folder> {
    const folder = await Folder.make();
    try {
      const { archive } = await folder.pack();
      await folder.write("package.json", JSON.stringify({ private: true, type: "module" }));
      await folder.expect("npm", "install", archive, ...packages);
      return folder;
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Writes a file. */
  async write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.path}/${name}`, text);
  }

  /** Starts a command. */
  start(command: readonly string[], options: ChildOptions = {}): Child {
    return new Child(command, {
      ...options,
      env: { ...this.#env, npm_config_audit: "false", npm_config_fund: "false", ...options.env },
      via: ["env", "-C", this.path],
    });
  }

  /** Runs a command to its end. */
  async run(...command: readonly string[]): Promise<Ran> {
    await using child = this.start(command, { stdin: "" });
    const code = await child.ended;
    return { code, stdout: child.stdout.text, stderr: child.stderr.text };
  }

  /** Runs a command, and throws with all that it printed when it fails. */
  async expect(...command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...command);
    if (code === 0) return stdout;
    throw new Error(`${command.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
  }

  /** Packs the package; returns the archive's path and what it holds. */
  async pack(): Promise<{ archive: string; files: string[] }> {
    const json = await this.expect(
      ...["npm", "pack", new URL(PACKAGE).pathname, "--json", "--pack-destination", this.path],
    );
    const [{ filename, files }] = JSON.parse(json);
    return {
      archive: `${this.path}/${filename}`,
      files: files.map(({ path }: { path: string }) => path),
    };
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Links the commands of a folder that holds Deno too, as npm's global folder may be the system's. */
async function linkWithoutDeno(folder: string, into: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const link = `${into}/${name}`;
    if (name !== "deno" && exists(`${folder}/${name}`) && !exists(link)) {
      await Deno.symlink(`${folder}/${name}`, link);
    }
  }
}

function readManifest(): Manifest | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("package.json", PACKAGE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
