import { build, type BuildOptions } from "@deno/dnt";

/** A project in a folder of its own, built without any package. */
export class Project implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async of(files: Record<string, string>): Promise<Project> {
    const project = new Project(await Deno.makeTempDir({ prefix: "parley-dnt-" }));
    for (const [name, text] of Object.entries({ "deno.json": "{}", ...files })) {
      const path = `${project.path}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    return project;
  }

  async build(options: Partial<BuildOptions> = {}): Promise<void> {
    await build({
      cwd: this.path,
      entryPoints: ["./mod.ts"],
      outDir: "npm",
      shims: {},
      package: { name: "sample", version: "1.0.0", type: "module" },
      scriptModule: false,
      skipNpmInstall: true,
      skipSourceOutput: true,
      test: false,
      compilerOptions: { target: "ES2022", lib: ["ES2022", "DOM"] },
      ...options,
    });
  }

  async emitted(name: string): Promise<string> {
    return await Deno.readTextFile(`${this.path}/npm/${name}`);
  }

  async node(path: string): Promise<string> {
    const { stdout } = await new Deno.Command("node", { args: [`${this.path}/${path}`] }).output();
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** What stands in for the global Deno, and how a build is told of it. */
export const SHIM = {
  "shim.ts": `export * as Deno from "./names.ts";\n`,
  "names.ts": "export interface Addr { port: number }\nexport const pid = 7;\n",
};
export const SHIMS = { custom: [{ module: "./shim.ts", globalNames: ["Deno"] }] };
