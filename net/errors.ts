import { escapeControls } from "../codec/escape_controls.ts";

/** Returns what an error says, shown harmlessly: a peer may have had a part in it. */
export function messageOf(error: unknown): string {
  return escapeControls(error instanceof Error ? error.message : String(error));
}

/** What a connection was doing when its time ran out. */
export type DeadlinePhase = "connect" | "handshake" | "receive" | "idle" | "write" | "drain";

/** Stable, so programs may branch on it. Each code has a paragraph in docs/errors.md. */
export type DeadlineErrorCode = "deadline-passed";

/** Says which deadline passed and how long it was. */
export class DeadlineError extends Error {
  /** The class's name. */
  override readonly name: string = "DeadlineError";
  /** What is wrong. */
  readonly code: DeadlineErrorCode = "deadline-passed";
  /** What the time was for. */
  readonly phase: DeadlinePhase;
  /** How long it was, in milliseconds. */
  readonly ms: number;

  /** Makes the error; its message opens with what could not be done. */
  constructor(phase: DeadlinePhase, ms: number) {
    super(`Cannot ${TRIED[phase]}: ${REASON[phase]} within ${ms} ms (${phase} deadline)`);
    this.phase = phase;
    this.ms = ms;
  }
}

const TRIED: Readonly<Record<DeadlinePhase, string>> = {
  connect: "connect",
  handshake: "finish the handshake",
  receive: "receive a message",
  idle: "keep the connection",
  write: "send",
  drain: "close politely",
};

const REASON: Readonly<Record<DeadlinePhase, string>> = {
  connect: "no answer came",
  handshake: "the peer did not do its part",
  receive: "none came",
  idle: "no byte passed",
  write: "the peer took no byte",
  drain: "the peer did not finish",
};

/**
 * Stable, so programs may branch on it. Each code has a paragraph in docs/errors.md.
 */
export type ClosedErrorCode = "connection-closed" | "connection-cut" | "connection-reset";

/** What a {@linkcode ClosedError} says beside its message. */
export interface ClosedErrorOptions extends ErrorOptions {
  /** What is wrong. */
  code: ClosedErrorCode;
  /** Who ended it. */
  by: "local" | "peer";
}

/** Says that the connection is over, and who ended it. */
export class ClosedError extends Error {
  /** The class's name. */
  override readonly name: string = "ClosedError";
  /** What is wrong. */
  readonly code: ClosedErrorCode;
  /** Who ended it. */
  readonly by: "local" | "peer";

  /** Makes an error whose message should begin with what was tried. */
  constructor(message: string, options: ClosedErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
    this.by = options.by;
  }
}

/** Says that a connection was closed on this side. */
export function closedHere(): ClosedError {
  return new ClosedError("Cannot use the connection: it was closed here", {
    code: "connection-closed",
    by: "local",
  });
}

/** Says that a server stops; a handler hears it from its connection's signal. */
export function serverStops(): ClosedError {
  return new ClosedError("Cannot go on: the server shuts down", {
    code: "connection-cut",
    by: "local",
  });
}

/** Returns what an error of the system means, in the kernel's own words. */
export function explained(tried: "receive" | "send", error: unknown): unknown {
  const lost = error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.UnexpectedEof;
  if (!lost) return error;
  return new ClosedError(`Cannot ${tried}: the peer reset the connection`, {
    code: "connection-reset",
    by: "peer",
    cause: error,
  });
}
