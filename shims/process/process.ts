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

/** What a signal's end looks like to a shell, as 130 does. */
const INTERRUPTED = 130;

/**
 * Ends the process. Node waits then for what its threads ask of the system, such as a pipe that nobody writes to: a process
 * that is interrupted does not, and ends by the signal itself; any other one ends by the next signal.
 */
export function exit(code?: number): never {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeAllListeners(signal);
  if (code === INTERRUPTED && isAsking()) process.kill(process.pid, "SIGINT");
  process.exit(code);
}

/** Says whether a thread of Node's pool may be asking the system for something. */
function isAsking(): boolean {
  // Bun may not have it.
  return process.getActiveResourcesInfo?.().some((name) => /Req/.test(name)) ?? false;
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
