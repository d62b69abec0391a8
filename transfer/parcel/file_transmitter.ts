import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES, sealBlock } from "../../codec/parcel/parcel.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashBytes } from "../hash_file.ts";
import type { SendFilesOptions } from "../send_options.ts";
import { type Block, BlockReader } from "../sources/block_reader.ts";
import type { FileSource, OpenFileSource } from "../sources/file_source.ts";
import { busyTeller } from "./busy.ts";
import { Packer } from "./packer.ts";
import type { ParcelConnection } from "./parcel_connection.ts";

/** Blocks up to this size are copied behind what is around them, to save a write. */
const SMALL_BLOCK_BYTES = 16 * 1024;

/** A file that was offered and is not over. */
export interface Transfer {
  readonly id: number;
  readonly source: FileSource;
  /** What the receiver has of it, once it has accepted it. */
  accepted: { offset: number; sha256: string | undefined } | undefined;
  /** Bytes that are still to be sent. */
  unsent: number;
  /** Bytes that the receiver has or that were sent. */
  sent: number;
  /** The digest of the whole file, once all of it was sent. */
  digest: string | undefined;
  over: boolean;
}

/** How {@linkcode FileTransmitter} sends. */
export interface FileTransmitterOptions
  extends Pick<SendFilesOptions, "compress" | "bandwidth" | "onCompare" | "onStart" | "onBytes"> {
  /** The largest block that the receiver takes. */
  maxBlockBytes: number;
  /** Aborted with the error that ended the session. */
  failed: AbortSignal;
}

/** Sends the bytes of accepted files, one file after the other. */
export class FileTransmitter {
  readonly #connection: ParcelConnection;
  readonly #options: FileTransmitterOptions;
  readonly #packer: Packer | undefined;
  readonly #blockBytes: number;

  /** Sends over `connection`. */
  constructor(connection: ParcelConnection, options: FileTransmitterOptions) {
    this.#connection = connection;
    this.#options = options;
    if (options.compress) this.#packer = new Packer();
    const { maxBlockBytes, bandwidth } = options;
    this.#blockBytes = Math.max(
      1,
      Math.min(maxBlockBytes, MAX_BLOCK_BYTES, bandwidth?.pieceBytes ?? Infinity),
    );
  }

  /**
   * Sends an accepted file, from `start` to `end`. A file that the receiver refuses meanwhile is ended with `cancel`.
   *
   * @throws {FileRefusedError} `changed`: it is not what it was when it was offered.
   * @throws The error that ended the session, or the system's error about the file.
   */
  async transmit(file: OpenFileSource, transfer: Transfer): Promise<void> {
    const { id, source } = transfer;
    const { hasher, offset } = await this.#agree(file, transfer);
    this.#options.onStart?.(source, offset);
    await this.#connection.send({ type: "start", id, offset });
    transfer.sent = offset;
    await this.#sendBlocks(file, { transfer, hasher });
    // A receiver that refused it waits for the word that no more of it comes.
    if (transfer.over) return void await this.#connection.send({ type: "cancel", id, reason: "" });
    const size = transfer.sent;
    if (source.size !== null && size !== source.size) {
      const reason = "it became shorter while it was sent";
      throw new FileRefusedError(reason, { code: "changed" });
    }
    const digest = hasher.digest();
    if (!await this.#isStill(file, { transfer, digest })) {
      if (transfer.over) {
        return void await this.#connection.send({ type: "cancel", id, reason: "" });
      }
      throw new FileRefusedError("it was changed while it was sent", { code: "changed" });
    }
    transfer.unsent = 0;
    transfer.digest = digest;
    await this.#connection.send({ type: "end", id, size, sha256: digest });
  }

  /** Returns where to begin: behind what the receiver has, if this file begins with the same bytes, and else at 0. */
  async #agree(
    file: OpenFileSource,
    transfer: Transfer,
  ): Promise<{ hasher: Hasher; offset: number }> {
    const { offset = 0, sha256: digest } = transfer.accepted ?? {};
    const hasher = sha256();
    // What can be read only once is not read before it is sent.
    if (digest === undefined || !file.rewind) return { hasher, offset: 0 };
    const { failed, onCompare } = this.#options;
    const tellBusy = busyTeller(this.#connection);
    failed.throwIfAborted();
    const isRead = await hashBytes(file, {
      bytes: offset,
      hasher,
      onHashed(bytes) {
        failed.throwIfAborted();
        tellBusy(bytes);
        onCompare?.(transfer.source, bytes);
      },
      isWanted: () => !transfer.over,
    });
    if (isRead && sameDigest(hasher.digestSoFar(), digest)) return { hasher, offset };
    await file.rewind();
    return { hasher: sha256(), offset: 0 };
  }

  /** Says whether a file still holds what was sent of it: what was torn meanwhile must not be stored. */
  async #isStill(
    file: OpenFileSource,
    { transfer, digest }: { transfer: Transfer; digest: string },
  ): Promise<boolean> {
    const { failed } = this.#options;
    const tellBusy = busyTeller(this.#connection);
    const isStill = await file.isStill?.({
      bytes: transfer.sent,
      sha256: digest,
      onHashed(bytes) {
        failed.throwIfAborted();
        tellBusy(bytes);
      },
      isWanted: () => !transfer.over,
    });
    return isStill ?? true;
  }

  async #sendBlocks(
    file: OpenFileSource,
    { transfer, hasher }: { transfer: Transfer; hasher: Hasher },
  ): Promise<void> {
    const { source } = transfer;
    const { failed, onBytes } = this.#options;
    const reader = new BlockReader(file, {
      blockBytes: this.#blockBytes,
      ...source.size !== null && { maxBytes: source.size - transfer.sent },
    });
    // A read of what is piped in may wait without end: the session's failure ends it.
    const stop = () => void file[Symbol.asyncDispose]();
    if (source.size === null) failed.addEventListener("abort", stop, { once: true });
    try {
      failed.throwIfAborted();
      for (let block; !transfer.over && (block = await reader.next()) !== undefined;) {
        failed.throwIfAborted();
        const { bytes } = block;
        hasher.update(bytes);
        await this.#sendBlock(block, transfer);
        transfer.sent += bytes.length;
        if (source.size !== null) transfer.unsent = source.size - transfer.sent;
        onBytes?.(source, transfer.sent);
      }
      failed.throwIfAborted();
    } finally {
      failed.removeEventListener("abort", stop);
      await reader.release();
    }
  }

  async #sendBlock({ frame, bytes }: Block, { id, sent: offset }: Transfer): Promise<void> {
    const packed = await this.#packer?.pack(bytes);
    const rawBytes = packed === undefined ? 0 : bytes.length;
    const block = packed ?? bytes;
    const { bandwidth } = this.#options;
    const start = performance.now();
    await bandwidth?.take(DATA_HEAD_BYTES + block.length, this.#connection.signal);
    // A small one leaves in one write with what is around it, a large one without a copy.
    if (packed !== undefined || block.length <= SMALL_BLOCK_BYTES) {
      await this.#connection.send({ type: "data", id, offset, rawBytes, bytes: block });
    } else {
      sealBlock(frame, { id, offset, rawBytes });
      await this.#connection.sendBytes(frame);
    }
    const ms = performance.now() - start;
    this.#packer?.noteSent(block.length, { ms, isPacked: packed !== undefined });
  }
}
