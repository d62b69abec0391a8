import { Child, installed } from "./child.ts";

/** Ignores a test where nothing makes a terminal. */
export const needsScript = { ignore: !installed("script") };

/** How {@linkcode onTerminal} runs a command. */
export interface TerminalOptions {
  /** Its columns. */
  readonly columns: number;
  /** What the shell does behind the command; the exit code is the command's. @default nothing */
  readonly after?: string;
  /** Variables of the command's environment. @default none */
  readonly env?: Record<string, string>;
  /** The file that takes the command's stdout. @default the terminal takes it */
  readonly stdout?: string | undefined;
}

/** Runs a command on a terminal of its own, which is its stderr and, unless that goes to a file, its stdout. */
export function onTerminal(
  command: readonly string[],
  { columns, after = "", env = {}, stdout }: TerminalOptions,
): Child {
  const to = stdout === undefined ? "" : ` > '${stdout}'`;
  // Without a trap, dash ends with a command that SIGINT ended.
  const shell = `trap : INT; stty cols ${columns}; ${typedCommand(command)}${to}; code=$?; ${after}
exit $code`;
  return new Child(["script", "-qec", shell, "/dev/null"], { env });
}

/** Returns what a shell is told to run a command. */
export function typedCommand(command: readonly string[]): string {
  return command.map((word) => `'${word}'`).join(" ");
}
