import process from "node:process";

/** A signal of the system. */
export type Signal =
  | "SIGABRT"
  | "SIGALRM"
  | "SIGCHLD"
  | "SIGCONT"
  | "SIGHUP"
  | "SIGINT"
  | "SIGKILL"
  | "SIGPIPE"
  | "SIGQUIT"
  | "SIGSTOP"
  | "SIGTERM"
  | "SIGTSTP"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGWINCH";

/** Calls `heard` at each such signal, instead of what the system does then; once, however often it is added. */
export function addSignalListener(signal: Signal, heard: () => void): void {
  if (process.listeners(signal).includes(heard)) return;
  // Node refuses them as well, Bun takes them and hears nothing.
  if (signal === "SIGKILL" || signal === "SIGSTOP") throw notAllowed(signal);
  try {
    process.on(signal, heard);
  } catch (cause) {
    throw notAllowed(signal, { cause });
  }
}

/** Ends what `addSignalListener` began. */
export function removeSignalListener(signal: Signal, heard: () => void): void {
  process.off(signal, heard);
}

function notAllowed(signal: Signal, options?: ErrorOptions): TypeError {
  return new TypeError(`Binding to signal '${signal}' is not allowed`, options);
}
