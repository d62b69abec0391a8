import { escapeControls } from "../codec/escape_controls.ts";
import { counted } from "../net/counted.ts";
import { formatAddress, type Server, shutdownOnSignals, type ShutdownResult } from "../net/mod.ts";
import { EXIT_DONE, EXIT_INTERRUPTED } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { addressRecord, type Report } from "./report.ts";

/** Says once that nobody reads stdout: the server goes on without. */
export function tellOfOutput(name: string, { streams, stderr }: Io): void {
  void streams?.stdout.failed.then(({ message }) => {
    stderr(`${name}: ${message}; the server goes on\n`);
  });
  void streams?.stdout.overflowed.then(() => {
    stderr(
      `${name}: Cannot write to stdout: its reader is too slow; lines are dropped and counted\n`,
    );
  });
}

/** Says where a server listens, waits until it has stopped, also by a signal, says how, and returns the exit code. */
export async function untilStopped(
  server: Pick<Server<unknown>, "addr" | "finished" | "shutdown">,
  { name, io, report }: { name: string; io: Io; report: Report },
): Promise<number> {
  let signal: "SIGINT" | "SIGTERM" | undefined;
  if (io.signals) {
    shutdownOnSignals(server, {
      onSignal(heard) {
        signal = heard;
        report.note(
          { event: "stopping", signal: heard },
          `${name} stopping; a second ${heard} ends it at once`,
        );
      },
    });
  }
  // Who reads this line may send a signal at once. It is for whoever waits for the server, so it stands on stderr with
  // --json too.
  io.stderr(`${name} listening on ${escapeControls(formatAddress(server.addr))}\n`);
  if (report.json) report.note({ event: "listening", name, ...addressRecord(server.addr) }, "");
  await server.finished;
  const { drained, cut } = await server.shutdown();
  report.note(
    { event: "stopped", drained, cut },
    `${name} stopped${howEnded({ drained, cut })}`,
  );
  return signal === "SIGINT" ? EXIT_INTERRUPTED : EXIT_DONE;
}

/** Returns what became of the clients that were there at the end. */
function howEnded({ drained, cut }: ShutdownResult): string {
  const were = cut === 1 ? "was" : "were";
  if (drained === 0) return cut === 0 ? "" : `: ${counted(cut, "client")} ${were} cut off`;
  const finished = `: ${counted(drained, "client")} finished`;
  return cut === 0 ? finished : `${finished}, ${cut} ${were} cut off`;
}
