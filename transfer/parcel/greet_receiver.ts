import { lines } from "../../codec/lines.ts";
import type { ParcelControl } from "../../codec/parcel/messages.ts";
import { parcel, PARCEL_FIRST_BYTE } from "../../codec/parcel/parcel.ts";
import type { Connection } from "../../net/connection.ts";
import { deadlineOf } from "../../net/deadlines.ts";
import type { ParcelConnection } from "./parcel_connection.ts";
import { sessionEnded, TokenWantedError } from "./session_errors.ts";
import { isProof, newNonce, proofOf } from "./token_proof.ts";

type Welcome = Extract<ParcelControl, { type: "welcome" }>;

/**
 * Exchanges the first words with a receiver, over a connection that speaks no protocol yet.
 *
 * @throws {TokenWantedError} It wants a token, and there is none.
 * @throws {ClosedError} It speaks something else, has another token, or is full.
 * @throws {DeadlineError} It did not speak in time.
 * @throws {RangeError} `handshakeMs` is not a time over 0.
 */
export async function greetReceiver(
  connection: Connection<Uint8Array>,
  { token, handshakeMs }: {
    token?: string | undefined;
    handshakeMs?: number;
  },
): Promise<{ session: ParcelConnection; welcome: Welcome }> {
  const within = { waitMs: deadlineOf("handshakeMs", handshakeMs) };
  const nonce = newNonce();
  const hello = [{ type: "magic" }, { type: "hello", agent: "parley", nonce }] as const;
  for (const message of hello) {
    await connection.sendBytes(new Uint8Array(parcel().encode(message)));
  }
  const [first] = await connection.peek(1, within);
  if (first !== undefined && first !== PARCEL_FIRST_BYTE) {
    const said = await connection.switchTo(lines()).receive(within);
    throw sessionEnded(
      said === undefined ? "the receiver hung up" : `the receiver says "${said}"`,
    );
  }
  const session = connection.switchTo(parcel());
  await session.receive(within);
  const welcome = await receiveControl(session, { within, type: "welcome" });
  const nonces = { sender: nonce, receiver: welcome.nonce };
  if (welcome.auth) {
    if (token === undefined) throw new TokenWantedError();
    await session.send({ type: "proof", mac: proofOf(token, { side: "sender", nonces }) });
    const ready = await receiveControl(session, { within, type: "ready" });
    if (!isProof(ready.mac, { token, side: "receiver", nonces })) {
      throw sessionEnded("the receiver does not know the token");
    }
  } else if (token !== undefined) {
    throw sessionEnded("the receiver asks for no token, so nothing says that it is the right one");
  }
  return { session, welcome };
}

async function receiveControl<Type extends "welcome" | "ready">(
  session: ParcelConnection,
  { within, type }: { within: { waitMs: number }; type: Type },
): Promise<Extract<ParcelControl, { type: Type }>> {
  const message = await session.receive(within);
  if (message === undefined) throw sessionEnded("the receiver hung up");
  if (message.type === "error") throw sessionEnded(message.reason);
  if (message.type !== type) {
    throw sessionEnded(`the receiver said "${message.type}" and not "${type}"`);
  }
  // The compiler does not see that the type was just compared.
  return message as Extract<ParcelControl, { type: Type }>;
}
