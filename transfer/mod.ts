/**
 * File transfer: send files and folders, and receive them into an inbox. No name from the wire leads out of the inbox,
 * every file appears whole or not at all, and what a broken connection left is gone on with.
 *
 * Two wire formats: `sendFiles` and `receiveFiles` speak the parcel format, with digests, resumption and compression;
 * `sendSimpleFiles` and `receiveSimpleFiles` speak the simple one, `SIZE::EXT::DATA`, as old programs do.
 *
 * @example Receive files, and send some
 * ```ts
 * import { bytes, connect, serve } from "@parley/sockets";
 * import { parcel } from "@parley/sockets/parcel";
 * import { findFiles, Inbox, receiveFiles, sendFiles } from "@parley/sockets/transfer";
 * import { assert } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const inbox = await Inbox.open(`${folder}/inbox`);
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using _server = serve(listener, { codec: parcel() }, async (connection) => {
 *   await receiveFiles(connection, { inbox });
 * });
 *
 * await Deno.writeTextFile(`${folder}/hello.txt`, "hello");
 * const { port } = listener.addr;
 * await sendFiles(findFiles([`${folder}/hello.txt`]), {
 *   connect: () => connect({ port, codec: bytes() }),
 * });
 * assert(await Deno.readTextFile(`${folder}/inbox/hello.txt`) === "hello");
 * await Deno.remove(folder, { recursive: true });
 * ```
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

// Receiving.
export type { NamePolicy } from "../codec/wire_path.ts";
export type { ExistsPolicy } from "./inbox/final_name.ts";
export { FolderGoneError } from "./inbox/folder_gone.ts";
export {
  DEFAULT_MIN_FREE_BYTES,
  type FromPeer,
  Inbox,
  type InboxOptions,
  type OfferKnown,
} from "./inbox/inbox.ts";
export { TokenTries, type TokenTriesOptions, type WrongTokens } from "./parcel/token_tries.ts";
export type { InboxEvent, TransferFormat } from "./inbox/inbox_event.ts";
export type { IncomingFile, StoredFile, StoredWithoutDigest } from "./inbox/incoming_file.ts";
export { DEFAULT_INBOX_LIMITS, type InboxLimits } from "./limits.ts";
export type { ParcelConnection } from "./parcel/parcel_connection.ts";
export { receiveFiles } from "./parcel/receive_files.ts";
export type { ReceiveFilesOptions, ReceiveSimpleFilesOptions } from "./receive_options.ts";
export type { ReceiveProgress } from "./receive_progress.ts";
export {
  receiveSimpleFiles,
  type SimpleReceiverConnection,
} from "./simple/receive_simple_files.ts";

// Sending.
export { sendFiles } from "./parcel/send_files.ts";
export type { FileSendResult, SendFilesOptions, SendSimpleFilesOptions } from "./send_options.ts";
export { sendSimpleFiles } from "./simple/send_simple_files.ts";
export type {
  FileSource,
  OpenFileSource,
  ReadContent,
  SkippedSource,
} from "./sources/file_source.ts";
export { type Clash, findClash } from "./sources/find_clash.ts";
export { findFiles, type FindFilesOptions } from "./sources/find_files.ts";

// For both.
export { BandwidthLimiter } from "./bandwidth_limiter.ts";
export type { FileOffer } from "./file_offer.ts";
export { FileRefusedError } from "./file_refused_error.ts";
export { TokenWantedError } from "./parcel/session_errors.ts";
export {
  makeReceipt,
  parseReceipt,
  type Receipt,
  type ReceiptEntry,
  type ReceiptFolder,
  type VerifiedEntry,
  verifyReceipt,
} from "./receipt.ts";
