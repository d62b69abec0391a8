import type { ParcelConnection } from "./parcel_connection.ts";

/** Bytes that are read from a disk without a word to the peer, which would take a longer silence for a dead connection. */
const BUSY_BYTES = 64 * 1024 * 1024;

/** Returns a function that is called with the bytes read so far, and says `busy` to the peer now and then. */
export function busyTeller(connection: ParcelConnection): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    if (bytes - told < BUSY_BYTES) return;
    told = bytes;
    void connection.send({ type: "busy" });
  };
}
