import { ProtocolError } from "../../codec/errors.ts";
import type { ParcelFailure } from "../../codec/parcel/messages.ts";
import { ClosedError } from "../../net/errors.ts";
import type { ParcelConnection } from "./parcel_connection.ts";

/** Makes the error for a receiver that takes no more files on this connection. */
export function sessionEnded(reason: string): ClosedError {
  return new ClosedError(`Cannot send: ${reason}`, { code: "connection-closed", by: "peer" });
}

/** Makes the error that ends what a session that is over was still waiting for. */
export function sessionOver(): ClosedError {
  return new ClosedError("Cannot go on: the session is over", {
    code: "connection-closed",
    by: "local",
  });
}

/** Says that a receiver wants a token, and that the sender was given none. */
export class TokenWantedError extends ClosedError {
  /** The class's name. */
  override readonly name: string = "TokenWantedError";

  /** Makes the error. */
  constructor() {
    super("Cannot send: the receiver wants a token", { code: "connection-closed", by: "peer" });
  }
}

/** Makes the error for a sound message that makes no sense where it came. */
export function unexpected(received: string, expected: string): ProtocolError {
  return new ProtocolError(`Cannot go on: expected ${expected}, got ${received}`, {
    code: "unexpected-message",
    side: "remote",
    offset: 0,
    expected,
    received,
  });
}

/** Returns what to tell a sender that broke the protocol. */
export function failureOf(error: ProtocolError): { code: ParcelFailure; reason: string } {
  const code = error.code === "bad-magic"
    ? "unsupported-version"
    : error.code === "unexpected-message"
    ? "unexpected-message"
    : "bad-message";
  return { code, reason: error.message };
}

/** Tells a sender why its session ends. It never rejects: the sender may be gone. */
export async function tellFailure(
  connection: ParcelConnection,
  { code, reason }: { code: ParcelFailure; reason: string },
): Promise<void> {
  await connection.send({ type: "error", code, reason }).catch(ignore);
}

function ignore(): void {}
