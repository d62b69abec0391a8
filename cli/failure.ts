import { messageOf } from "../net/errors.ts";
import { failureCodeOf } from "../net/failure_code.ts";
import { ExplainedError } from "./explained_error.ts";
import type { Io } from "./io.ts";
import { jsonLine, type ReportRecord } from "./json_line.ts";
import { UsageError } from "./usage_error.ts";

/** Who failed, and where to say it. */
export interface FailureOptions {
  /** The program's name. */
  readonly name: string;
  /** What it writes to. */
  readonly io: Io;
  /** A machine reads stdout. */
  readonly json: boolean;
}

/** Says why a program failed: a line on stderr for people, and a record on stdout where a machine reads it. */
export function tellFailure(error: unknown, { name, io, json }: FailureOptions): void {
  if (json) io.stdout(jsonLine(failureRecord(error)));
  io.stderr(`${name}: ${messageOf(error)}\n`);
}

/**
 * Returns why a program failed, for a machine: `what` could not be done, and where they are known `why` and what would
 * help (`advice`).
 */
export function failureRecord(error: unknown): ReportRecord {
  const event = "failed";
  const message = messageOf(error);
  if (error instanceof UsageError) return { event, code: "usage", what: message };
  if (error instanceof ExplainedError) {
    const { code = failureCodeOf(error.cause), what, why, advice } = error;
    return { event, code, what, why, ...advice.length > 0 && { advice } };
  }
  const code = failureCodeOf(error);
  // An error of ours says first what could not be done.
  const [, what, why] = /^(Cannot .+?): (.*)$/s.exec(message) ?? [];
  return what === undefined ? { event, code, what: message } : { event, code, what, why };
}
