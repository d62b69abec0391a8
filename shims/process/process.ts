import process from "node:process";

/** What stands behind the program's name on the command line. */
export const args: string[] = process.argv.slice(2);
/** This process. */
export const pid: number = process.pid;
/** Nobody wants colours. */
export const noColor: boolean = Boolean(process.env.NO_COLOR);

/** What this runs on, in Deno's words. */
export const build: { readonly os: string; readonly arch: string } = {
  os: process.platform === "win32" ? "windows" : process.platform,
  arch: process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "aarch64" : process.arch,
};

/** The environment. A name that cannot be one is a TypeError. */
export const env = {
  /** Returns a variable. */
  get: (name: string): string | undefined => process.env[requireName(name)],
  /** Sets a variable. */
  set(name: string, value: string): void {
    process.env[requireName(name)] = value;
  },
  /** Says whether there is such a variable. */
  has: (name: string): boolean => requireName(name) in process.env,
  /** Removes a variable. */
  delete(name: string): void {
    delete process.env[requireName(name)];
  },
};

function requireName(name: string): string {
  if (name === "") throw new TypeError("Key is an empty string.");
  if (/[=\0]/.test(name)) {
    throw new TypeError(`Key contains invalid characters: ${JSON.stringify(name)}`);
  }
  return name;
}

/** Ends the process. */
export function exit(code?: number): never {
  process.exit(code);
}

/** Returns the path of the program that runs this. */
export function execPath(): string {
  return process.execPath;
}

/** Returns the folder that paths are counted from. */
export function cwd(): string {
  return process.cwd();
}

/** Returns how much memory this process holds. */
export function memoryUsage(): {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
} {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return { rss, heapTotal, heapUsed, external };
}
