/**
 * File transfer: what the programs `files` stand on. Two wire formats, an inbox that no name from the wire leaves,
 * resumption, receipts.
 *
 * @module
 */
export type { FileEvent, FileFormat } from "./events.ts";
export type { BlockSource } from "./block_reader.ts";
export { firstByte, PARCEL_BYTE } from "./first_byte.ts";
export { DEFAULT_MIN_FREE_BYTES, type FileOffer, Inbox, type InboxOptions } from "./inbox.ts";
export { Pacer } from "./pacer.ts";
export type { ExistsPolicy } from "./publish.ts";
export {
  makeReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptEntry,
  type Verdict,
  verifyReceipt,
} from "./receipt.ts";
export { type ParcelConnection, type ReceiveOptions, receiveParcels } from "./receive_parcel.ts";
export { receiveSimple, type SimpleReceiverConnection } from "./receive_simple.ts";
export { RefusedError } from "./refused_error.ts";
export { ParcelSender, type SendOptions, type SendResult } from "./send_parcel.ts";
export { sendFiles, type SendFilesOptions } from "./send_files.ts";
export { sendFilesSimply, type SendFilesSimplyOptions } from "./send_files_simply.ts";
export { sendSimple, type SendSimpleOptions, type SimpleSenderConnection } from "./send_simple.ts";
export type { SessionLimits } from "./session_quota.ts";
export {
  type FileSource,
  findSources,
  type FindSourcesOptions,
  type OpenSource,
  type SkippedSource,
} from "./source.ts";
export type { StoredFile, StoredUndigested, Upload } from "./upload.ts";
