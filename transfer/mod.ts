/**
 * File transfer: what the programs `files` stand on. Two wire formats, an inbox that no name from the wire leaves,
 * resumption, receipts.
 *
 * @example A receipt says what a receiver has, and whether somebody changed it
 * ```ts
 * import { makeReceipt, parseReceipt } from "@parley/sockets/transfer";
 * import { assertThrows } from "@std/assert";
 * const sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
 * const files = [{ source: "hello.txt", path: "hello.txt", size: 5, sha256 }];
 * const said = { receiver: "127.0.0.1:8081", finished: "2026-01-02T03:04:05Z", files };
 * const receipt = JSON.stringify(makeReceipt(said, "secret"));
 * parseReceipt(receipt, "secret");
 * assertThrows(() => parseReceipt(receipt.replace(":5", ":6"), "secret"), TypeError, "seal");
 * ```
 *
 * @module
 */
export type { FileEvent, FileFormat } from "./events.ts";
export type { BlockSource } from "./sources/block_reader.ts";
export { firstByte, PARCEL_BYTE } from "./first_byte.ts";
export { DEFAULT_MIN_FREE_BYTES, type FileOffer, Inbox, type InboxOptions } from "./inbox/inbox.ts";
export { Pacer } from "./pacer.ts";
export type { ExistsPolicy } from "./inbox/publish.ts";
export {
  makeReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptEntry,
  type Verdict,
  verifyReceipt,
} from "./receipt.ts";
export { receiveParcels, type ReceiveParcelsOptions } from "./parcel/receive_parcel.ts";
export type { ParcelConnection } from "./parcel/welcome_sender.ts";
export { receiveSimple, type SimpleReceiverConnection } from "./simple/receive_simple.ts";
export { RefusedError } from "./refused_error.ts";
export { ParcelSender, type SendParcelOptions, type SendResult } from "./parcel/send_parcel.ts";
export { sendFiles, type SendFilesOptions } from "./parcel/send_files.ts";
export { sendFilesSimply, type SendFilesSimplyOptions } from "./simple/send_files_simply.ts";
export {
  sendSimple,
  type SendSimpleOptions,
  type SimpleSenderConnection,
} from "./simple/send_simple.ts";
export type { SessionLimits } from "./session_quota.ts";
export {
  type FileSource,
  findSources,
  type FindSourcesOptions,
  type OpenSource,
  type SkippedSource,
} from "./sources/source.ts";
export type { StoredFile, StoredUndigested, Upload } from "./inbox/upload.ts";
