import { escapeControls } from "../codec/escape_controls.ts";
import { ProtocolError } from "../codec/errors.ts";
import { ClosedError, DeadlineError, isOfLostPeer, messageOf, withoutNumber } from "./errors.ts";

/** Causes that are followed; an error may be its own cause. */
const MAX_CAUSES = 8;

/**
 * Returns what to log of a failure. What can happen on any connection is one line: its message. Anything else is somebody's
 * fault in a program, and says its class, its message, where it came from and what caused it. Text from peers is shown
 * harmlessly: no part of a message begins a line.
 */
export function formatFailure(error: unknown): string {
  return isExpected(error) ? messageOf(error) : formatUnexpected(error);
}

/** Returns class, message, stack and causes of an error, each line harmless. */
export function formatUnexpected(error: unknown): string {
  const lines: string[] = [];
  let next = error;
  for (let depth = 0; depth <= MAX_CAUSES; depth++) {
    const caused = depth === 0 ? "" : "Caused by ";
    lines.push(caused + titleOf(next), ...framesOf(next));
    if (!(next instanceof Error) || next.cause === undefined) break;
    next = next.cause;
  }
  return lines.join("\n");
}

/** Says whether an error is no fault of the program's: a peer, the network or a limit ended a connection. */
export function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof ProtocolError || error instanceof DeadlineError) return true;
  if (error instanceof ClosedError || isOfLostPeer(error)) return true;
  const { ConnectionRefused, InvalidData, NotConnected, TimedOut } = Deno.errors;
  // TLS says InvalidData of what is no TLS.
  return [ConnectionRefused, InvalidData, NotConnected, TimedOut].some((Class) =>
    error instanceof Class
  );
}

function titleOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  const { name } = error;
  const message = withoutNumber(error.message);
  // A class that forgot to set its name still says it.
  const title = name === "Error" ? error.constructor?.name || name : name;
  return escapeControls(message === "" ? title : `${title}: ${message}`);
}

/** Returns the lines that say where an error was made, without those that its message has. */
function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== "string") return [];
  const { stack, message } = error;
  const at = stack.indexOf(message);
  const behind = at < 0 ? stack : stack.slice(at + message.length);
  return behind.split("\n").map((line) => line.trim()).filter((line) => line.startsWith("at "))
    .map((line) => `    ${escapeControls(line)}`);
}
