import { type Clock, sleep, systemClock } from "../net/clock.ts";
import { EXIT_DONE, EXIT_FAILED } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { countOfLines, type Output } from "./output.ts";

/** A program whose work is not its output waits no longer than this for whoever reads it. */
const FLUSH_MS = 2_000;

/** How {@linkcode finishOutput} ends a program. */
export interface FinishOptions {
  /** What it writes to. */
  io: Io;
  /** Its name. */
  name: string;
  /** What it prints is what it was asked for: its end waits for the reader, and a failure is its own. */
  isWork: boolean;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** Writes all that a program has printed, before it ends with `code`; returns its exit code. */
export async function finishOutput(
  code: number,
  { io, name, isWork, clock = systemClock }: FinishOptions,
): Promise<number> {
  if (!io.streams) return code;
  const { stdout, stderr } = io.streams;
  await flushed(stdout, { ms: isWork ? Infinity : FLUSH_MS, clock });
  const { error, unwrittenLines } = stdout;
  if (error && isWork) io.stderr(`${name}: ${error.message}\n`);
  else if (unwrittenLines > 0) {
    io.stderr(`${name}: ${countOfLines(unwrittenLines)} not written to stdout\n`);
  }
  await flushed(stderr, { ms: FLUSH_MS, clock });
  return error && isWork && code === EXIT_DONE ? EXIT_FAILED : code;
}

async function flushed(
  output: Output,
  { ms, clock }: { ms: number; clock: Clock },
): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, { clock, signal: over.signal }).catch(() => {});
  await Promise.race([output.flush(), late]);
  over.abort();
}
