import { ProtocolError } from "../../codec/errors.ts";
import type { ReceiveFilesOptions } from "../receive_options.ts";
import type { ParcelConnection } from "./parcel_connection.ts";
import { ParcelReceiver } from "./parcel_receiver.ts";
import { failureOf, tellFailure } from "./session_errors.ts";

/**
 * Receives files in the parcel format until the peer says goodbye or hangs up. What came of a file that did not become
 * whole is kept in the inbox, and a later try of the peer goes on from there. A file that is refused ends nothing:
 * `onEvent` is called, and the next one follows.
 *
 * @throws {ProtocolError} The peer broke the protocol, and was told so.
 * @throws {ClosedError} The connection broke, or the peer has another token.
 * @throws {DeadlineError} The peer was silent for too long.
 */
export async function receiveFiles(
  connection: ParcelConnection,
  options: ReceiveFilesOptions,
): Promise<void> {
  const receiver = new ParcelReceiver(connection, options);
  try {
    await receiver.run();
  } catch (error) {
    // Before the peer is told: it may come back at once, and what it goes on from has to be free then.
    await receiver.release();
    if (error instanceof ProtocolError) await tellFailure(connection, failureOf(error));
    throw error;
  } finally {
    await receiver.release();
  }
}
