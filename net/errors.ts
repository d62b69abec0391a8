import { escapeControls } from "../codec/escape_controls.ts";
import { type Address, formatAddress } from "./address.ts";

/** Returns what an error says, for a person, and shown harmlessly: a peer may have had a part in it. */
export function messageOf(error: unknown): string {
  return escapeControls(withoutNumber(textOf(error)));
}

/** Returns the text of what was thrown, which may be anything: an object without a prototype refuses to be text. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return typeof error;
  }
}

/** Returns what the system says without its number for it: `Connection refused (os error 111)` is for nobody. */
export function withoutNumber(message: string): string {
  return message.replace(/ \(os error \d+\)/g, "");
}

/** Returns the code that the system's error has, as `ENOENT`; undefined where it has none. */
export function systemCodeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** What was under way when its time ran out. */
export type DeadlinePhase =
  | "connect"
  | "handshake"
  | "head"
  | "receive"
  | "pong"
  | "reply"
  | "idle"
  | "write"
  | "drain";

/** Stable, so programs may branch on it. Each code has a paragraph in docs/errors.md. */
export type DeadlineErrorCode = "deadline-passed";

/** What a {@linkcode DeadlineError} says beside its phase and its time. */
export interface DeadlineErrorOptions extends ErrorOptions {
  /** Whom it waited for. */
  peer?: Address;
  /** Whose time it was, where many calls share a connection: the call's name. */
  call?: string;
}

/**
 * Says which deadline passed, how long it was, and whom it waited for where that is known. What a peer has a part in is
 * shown harmlessly.
 *
 * @example
 * ```ts
 * import { DeadlineError } from "@parley/sockets";
 * import { assert } from "@std/assert";
 * const peer = { transport: "tcp", hostname: "127.0.0.1", port: 8001 } as const;
 * const { message } = new DeadlineError("receive", 5_000, { peer });
 * assert(
 *   message ===
 *     "Cannot receive a message from 127.0.0.1:8001: none came within 5000 ms (receive deadline)",
 * );
 * ```
 */
export class DeadlineError extends Error {
  /** The class's name. */
  override readonly name: string = "DeadlineError";
  /** What is wrong. */
  readonly code: DeadlineErrorCode = "deadline-passed";
  /** What the time was for. */
  readonly phase: DeadlinePhase;
  /** How long it was, in milliseconds. */
  readonly ms: number;
  /** Whom it waited for, where that is known. */
  readonly peer: Address | undefined;
  /** The name of the call whose time it was, where there was one. */
  readonly call: string | undefined;

  /** Makes the error; its message opens with what could not be done. */
  constructor(phase: DeadlinePhase, ms: number, options: DeadlineErrorOptions = {}) {
    const { peer, call } = options;
    const { tried, whom, reason } = SAID[phase];
    const whose = call === undefined ? "" : ` for ${escapeControls(call)}`;
    const where = peer === undefined ? "" : ` ${whom(escapeControls(formatAddress(peer)))}`;
    super(
      `Cannot ${tried}${whose}${where}: ${reason} within ${ms} ms (${phase} deadline)`,
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.phase = phase;
    this.ms = ms;
    this.peer = peer;
    this.call = call;
  }
}

/** What was tried, with whom, and why it was not done. */
interface Said {
  readonly tried: string;
  readonly whom: (peer: string) => string;
  readonly reason: string;
}

const SAID: Readonly<Record<DeadlinePhase, Said>> = {
  connect: { tried: "connect", whom: (peer) => `to ${peer}`, reason: "no answer came" },
  handshake: {
    tried: "finish the handshake",
    whom: (peer) => `with ${peer}`,
    reason: "the peer did not do its part",
  },
  head: {
    tried: "receive the head of a message",
    whom: (peer) => `from ${peer}`,
    reason: "it was not whole",
  },
  receive: { tried: "receive a message", whom: (peer) => `from ${peer}`, reason: "none came" },
  pong: {
    tried: "keep the connection",
    whom: (peer) => `to ${peer}`,
    reason: "no pong came",
  },
  reply: { tried: "receive a reply", whom: (peer) => `from ${peer}`, reason: "none came" },
  idle: { tried: "keep the connection", whom: (peer) => `to ${peer}`, reason: "no byte passed" },
  write: { tried: "send", whom: (peer) => `to ${peer}`, reason: "the peer took no byte" },
  drain: {
    tried: "close politely",
    whom: (peer) => `towards ${peer}`,
    reason: "the peer did not finish",
  },
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

/** Says whether an error of the system means that the peer is gone. */
export function isOfLostPeer(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.UnexpectedEof;
}

/** Returns what an error of the system means, in the kernel's own words. */
export function explained(tried: "receive" | "send", error: unknown): unknown {
  if (!isOfLostPeer(error)) return error;
  return new ClosedError(`Cannot ${tried}: the peer reset the connection`, {
    code: "connection-reset",
    by: "peer",
    cause: error,
  });
}
