import type { Clock } from "../../net/clock.ts";
import type { ParcelConnection } from "./parcel_connection.ts";

/** How often a peer hears that we are at work; it would take a long silence for a dead connection. */
const BUSY_MS = 5_000;

/** Says `busy` to the peer every few seconds, until what is returned is released. */
export function keepTellingBusy(connection: ParcelConnection, clock: Clock): Disposable {
  let cancel = clock.wait(BUSY_MS, tell);
  function tell() {
    void connection.send({ type: "busy" });
    cancel = clock.wait(BUSY_MS, tell);
  }
  return { [Symbol.dispose]: () => cancel() };
}
