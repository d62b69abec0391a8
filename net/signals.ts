import { safeListener } from "./safe_listener.ts";
import type { Server } from "./serve.ts";

/** What {@linkcode shutdownOnSignals} does at a signal. */
export interface ShutdownOnSignalsOptions {
  /** Hears the first signal; the shutdown begins after it, whatever it does. */
  onSignal?: (signal: "SIGINT" | "SIGTERM") => void;
  /** Ends the program at the second signal. @default {Deno.exit} */
  exit?: (code: number) => void;
}

/**
 * Shuts a server down at SIGINT or SIGTERM; a second signal ends the program at once, with exit code 130. Stops
 * listening for signals when the server has finished.
 *
 * @example
 * ```ts
 * import { lines, serve, shutdownOnSignals } from "@parley/sockets";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const server = serve(listener, { codec: lines() }, () => {});
 * shutdownOnSignals(server);
 * await server.shutdown();
 * ```
 */
export function shutdownOnSignals(
  server: Pick<Server<unknown>, "finished" | "shutdown">,
  { onSignal, exit = Deno.exit }: ShutdownOnSignalsOptions = {},
): void {
  const tell = safeListener(onSignal, { name: "onSignal" });
  let seen = false;
  const heard = (signal: "SIGINT" | "SIGTERM") => {
    if (seen) return exit(130);
    seen = true;
    tell(signal);
    void server.shutdown();
  };
  const onInterrupt = () => heard("SIGINT");
  const onTerminate = () => heard("SIGTERM");
  Deno.addSignalListener("SIGINT", onInterrupt);
  Deno.addSignalListener("SIGTERM", onTerminate);
  void server.finished.then(() => {
    Deno.removeSignalListener("SIGINT", onInterrupt);
    Deno.removeSignalListener("SIGTERM", onTerminate);
  });
}
