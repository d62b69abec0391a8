/** What an {@linkcode ExplainedError} says beside what could not be done. */
export interface ExplainedErrorOptions extends ErrorOptions {
  /** Stable, so that whoever reads `--json` may branch on it. @default by the cause */
  code?: string;
  /** The reason. */
  why?: string;
  /** What would help, the likeliest first. @default none */
  advice?: readonly string[];
}

/**
 * Says why a program failed, in the words of its command line, and in parts: what could not be done, why, and what would
 * help. Its message is all of it in one line.
 */
export class ExplainedError extends Error {
  /** The class's name. */
  override readonly name: string = "ExplainedError";
  /** The code; undefined where the cause's own holds. */
  readonly code: string | undefined;
  /** What could not be done. */
  readonly what: string;
  /** The reason; undefined where `what` says all. */
  readonly why: string | undefined;
  /** What would help. */
  readonly advice: readonly string[];

  /** Makes the error; `what` begins with what was tried: `Cannot use the folder inbox`. */
  constructor(what: string, { code, why, advice = [], cause }: ExplainedErrorOptions = {}) {
    const help = advice.length === 0 ? "" : `; ${advice.join(", or ")}`;
    const line = why === undefined ? what : `${what}: ${why}`;
    super(`${line}${help}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.what = what;
    this.why = why;
    this.advice = advice;
  }
}
