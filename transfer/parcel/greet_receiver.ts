import { lines } from "../../codec/mod.ts";
import { parcel, type ParcelMessage, type ParcelOutgoing } from "../../codec/parcel/parcel.ts";
import type { ParcelControl } from "../../codec/parcel/messages.ts";
import { ClosedError, type Connection, DEFAULT_DEADLINES } from "../../net/mod.ts";
import { PARCEL_BYTE } from "../first_byte.ts";
import { isProof, newNonce, proofOf } from "../token.ts";

type Session = Connection<ParcelMessage, ParcelOutgoing>;
type Welcome = Extract<ParcelControl, { type: "welcome" }>;

/**
 * Exchanges the first words with a receiver, over a connection whose codec shows its first byte.
 *
 * @throws {ClosedError} It speaks something else, wants or has another token, or is full.
 * @throws {DeadlineError} It did not speak in time.
 */
export async function greetReceiver(
  connection: Connection<number, string>,
  { token, handshakeMs = DEFAULT_DEADLINES.handshakeMs }: {
    token?: string | undefined;
    handshakeMs?: number;
  },
): Promise<{ session: Session; welcome: Welcome }> {
  const within = { waitMs: handshakeMs };
  const nonce = newNonce();
  const hello = [{ type: "magic" }, { type: "hello", agent: "parley", nonce }] as const;
  for (const message of hello) {
    await connection.sendBytes(new Uint8Array(parcel().encode(message)));
  }
  const first = await connection.receive(within);
  if (first !== undefined && first !== PARCEL_BYTE) {
    const said = await connection.switchTo(lines()).receive(within);
    throw ended(said === undefined ? "the receiver hung up" : `the receiver says "${said}"`);
  }
  const session = connection.switchTo(parcel());
  await session.receive(within);
  const welcome = await receiveControl(session, { within, type: "welcome" });
  const nonces = { sender: nonce, receiver: welcome.nonce };
  if (welcome.auth) {
    if (token === undefined) throw ended("the receiver wants a token; give it with --token");
    await session.send({ type: "proof", mac: proofOf(token, { side: "sender", nonces }) });
    const ready = await receiveControl(session, { within, type: "ready" });
    if (!isProof(ready.mac, { token, side: "receiver", nonces })) {
      throw ended("the receiver does not know the token");
    }
  } else if (token !== undefined) {
    throw ended("the receiver asks for no token, so nothing says that it is the right one");
  }
  return { session, welcome };
}

async function receiveControl<Type extends "welcome" | "ready">(
  session: Session,
  { within, type }: { within: { waitMs: number }; type: Type },
): Promise<Extract<ParcelControl, { type: Type }>> {
  const message = await session.receive(within);
  if (message === undefined) throw ended("the receiver hung up");
  if (message.type === "error") throw ended(message.reason);
  if (message.type !== type) throw ended(`the receiver said "${message.type}" and not "${type}"`);
  // Its type was compared.
  return message as Extract<ParcelControl, { type: Type }>;
}

/** Makes the error that says why a receiver is of no more use. */
export function ended(reason: string): ClosedError {
  return new ClosedError(`Cannot send: ${reason}`, { code: "connection-closed", by: "peer" });
}
