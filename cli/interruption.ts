import { onAbort } from "../net/abort_listener.ts";
import { ClosedError } from "../net/mod.ts";
import type { Io } from "./io.ts";
import { EXIT_INTERRUPTED } from "./exit_codes.ts";

/** What ends a program that has something to put in order before it ends. */
export interface Interruption extends Disposable {
  /** Aborted at the first SIGINT or SIGTERM, or when whoever runs the program says so. */
  readonly signal: AbortSignal;
  /** Does what a SIGINT does: for a terminal that makes no signal of Ctrl+C. */
  readonly interrupt: () => void;
}

/** Hears SIGINT and SIGTERM from now on; the second one ends the program at once. */
export function interruption(io: Io): Interruption {
  const controller = new AbortController();
  const stop = () => {
    const tried = "Cannot go on: the program was interrupted";
    controller.abort(new ClosedError(tried, { code: "connection-closed", by: "local" }));
  };
  const heard = () => controller.signal.aborted ? Deno.exit(EXIT_INTERRUPTED) : stop();
  const stopListening = onAbort(io.signal, stop);
  if (io.signals) {
    Deno.addSignalListener("SIGINT", heard);
    Deno.addSignalListener("SIGTERM", heard);
  }
  return {
    signal: controller.signal,
    interrupt: heard,
    [Symbol.dispose]() {
      stopListening();
      if (!io.signals) return;
      Deno.removeSignalListener("SIGINT", heard);
      Deno.removeSignalListener("SIGTERM", heard);
    },
  };
}
