import { ProtocolError } from "../../codec/mod.ts";
import {
  MAX_BLOCK_BYTES,
  type ParcelMessage,
  type ParcelOutgoing,
} from "../../codec/parcel/parcel.ts";
import type { ParcelFailure } from "../../codec/parcel/messages.ts";
import { ClosedError, type Connection, DEFAULT_DEADLINES } from "../../net/mod.ts";
import { isProof, newNonce, proofOf } from "../token.ts";

/** A connection that speaks parcel. */
export type ParcelConnection = Connection<ParcelMessage, ParcelOutgoing>;

/** Offers of a session that may be under way at one time. */
export const MAX_OFFERS = 64;

/**
 * Exchanges the first words with a sender, and says whether it may offer files; false where it hung up.
 *
 * @throws {ProtocolError} It does not speak as it should.
 * @throws {ClosedError} It has another token; it was told.
 * @throws {DeadlineError} It did not speak in time.
 */
export async function welcomeSender(
  connection: ParcelConnection,
  { token, handshakeMs = DEFAULT_DEADLINES.handshakeMs }: {
    token?: string | undefined;
    handshakeMs?: number;
  },
): Promise<boolean> {
  const within = { waitMs: handshakeMs };
  void connection.send({ type: "magic" });
  if (await connection.receive(within) === undefined) return false;
  const hello = await connection.receive(within);
  if (hello === undefined) return false;
  if (hello.type !== "hello") throw unexpected(hello.type, "hello");
  const nonces = { sender: hello.nonce, receiver: newNonce() };
  await connection.send({
    type: "welcome",
    agent: "parley",
    nonce: nonces.receiver,
    auth: token !== undefined,
    maxBlockBytes: MAX_BLOCK_BYTES,
    maxOffers: MAX_OFFERS,
  });
  if (token === undefined) return true;
  const proof = await connection.receive(within);
  if (proof?.type !== "proof") {
    if (proof) {
      await tell(connection, { code: "token-wanted", reason: "this receiver wants a token" });
    }
    return false;
  }
  if (!isProof(proof.mac, { token, side: "sender", nonces })) {
    await tell(connection, { code: "bad-token", reason: "the token is another one" });
    throw new ClosedError("Cannot take files: the sender has another token", {
      code: "connection-closed",
      by: "local",
    });
  }
  await connection.send({ type: "ready", mac: proofOf(token, { side: "receiver", nonces }) });
  return true;
}

/** Ends a session with a word, as far as the peer still listens. */
export async function tell(
  connection: ParcelConnection,
  { code, reason }: { code: ParcelFailure; reason: string },
): Promise<void> {
  await connection.send({ type: "error", code, reason }).catch(ignore);
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

/** Makes the error that says that a sound message makes no sense where it came. */
export function unexpected(received: string, expected: string): ProtocolError {
  return new ProtocolError(`Cannot go on: expected ${expected}, got ${received}`, {
    code: "unexpected-message",
    side: "remote",
    offset: 0,
    expected,
    received,
  });
}

function ignore(): void {}
