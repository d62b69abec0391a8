// This module is browser compatible.

/**
 * The parcel format: files over one connection, with digests and resumption. docs/parcel.md describes every byte.
 *
 * @module
 */
export {
  DATA_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  MAX_CONTROL_BYTES,
  parcel,
  PARCEL_FIRST_BYTE,
  PARCEL_MAGIC,
  type ParcelData,
  type ParcelErrorCode,
  type ParcelMagic,
  type ParcelMessage,
  type ParcelOutgoing,
  sealBlock,
} from "./parcel.ts";
export type {
  ParcelControl,
  ParcelDataHead,
  ParcelFailure,
  ParcelOffer,
  ParcelRefusal,
} from "./messages.ts";
export {
  type NamePolicy,
  OWN_NAME_PREFIX,
  type WirePathOptions,
  type WirePathProblem,
  wirePathProblem,
  type WirePathRefusal,
  wirePathSegments,
} from "../wire_path.ts";
