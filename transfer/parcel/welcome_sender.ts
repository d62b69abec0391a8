import { MAX_BLOCK_BYTES } from "../../codec/parcel/parcel.ts";
import { deadlineOf } from "../../net/deadlines.ts";
import { ClosedError } from "../../net/errors.ts";
import type { ParcelConnection } from "./parcel_connection.ts";
import { tellFailure, unexpected } from "./session_errors.ts";
import { isProof, newNonce, proofOf } from "./token_proof.ts";
import type { TokenTries } from "./token_tries.ts";

/** Offers of one session that may be under way at the same time. */
export const MAX_OFFERS = 64;

/**
 * Exchanges the first words with a sender.
 *
 * @returns Whether it may offer files; false when it hung up, was told that a token is wanted, or comes from where too many
 * wait to try theirs.
 * @throws {ProtocolError} It does not speak as it should.
 * @throws {ClosedError} It has another token, and was told so.
 * @throws {DeadlineError} It did not speak in time.
 * @throws {RangeError} `handshakeMs` is not a time over 0.
 */
export async function welcomeSender(
  connection: ParcelConnection,
  { token, tokenTries, handshakeMs }: {
    token?: string | undefined;
    tokenTries?: TokenTries | undefined;
    handshakeMs?: number;
  },
): Promise<boolean> {
  const { remoteAddr, signal } = connection;
  if (token !== undefined && await tokenTries?.admit(remoteAddr, signal) === false) return false;
  const within = { waitMs: deadlineOf("handshakeMs", handshakeMs) };
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
      await tellFailure(connection, {
        code: "token-wanted",
        reason: "this receiver wants a token",
      });
    }
    return false;
  }
  if (!isProof(proof.mac, { token, side: "sender", nonces })) {
    tokenTries?.wrong(remoteAddr);
    await tellFailure(connection, { code: "bad-token", reason: "the token is another one" });
    throw new ClosedError("Cannot take files: the sender has another token", {
      code: "connection-closed",
      by: "local",
    });
  }
  await connection.send({ type: "ready", mac: proofOf(token, { side: "receiver", nonces }) });
  return true;
}
