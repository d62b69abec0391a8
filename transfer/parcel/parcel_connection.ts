import type { ParcelMessage, ParcelOutgoing } from "../../codec/parcel/parcel.ts";
import type { Connection } from "../../net/connection.ts";

/** A connection that speaks the parcel format, on either side. */
export type ParcelConnection = Connection<ParcelMessage, ParcelOutgoing>;
