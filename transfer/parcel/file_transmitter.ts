import { type Hasher, sha256 } from "../../codec/hashing.ts";
import { DATA_HEAD_BYTES, MAX_BLOCK_BYTES, sealBlock } from "../../codec/parcel/parcel.ts";
import { systemClock } from "../../net/clock.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import { hashBytes } from "../hash_file.ts";
import type { SendFilesOptions } from "../send_options.ts";
import { type Block, BlockReader } from "../sources/block_reader.ts";
import type { FileSource, OpenFileSource } from "../sources/file_source.ts";
import { keepTellingBusy } from "./busy.ts";
import { Packer } from "./packer.ts";
import type { ParcelConnection } from "./parcel_connection.ts";

/** Blocks up to this size are copied behind what is around them, to save a write. */
const SMALL_BLOCK_BYTES = 16 * 1024;

/** A file that was offered and is not over. */
export interface Transfer {
  readonly id: number;
  readonly source: FileSource;
  /** Of how many of its first bytes the receiver wants the digests, once it has asked for them. */
  asked?: readonly number[];
  /** Hashers that have taken those bytes. */
  readonly hashers: Map<number, Hasher>;
  /** Where the receiver goes on, once it has accepted it. */
  accepted: { offset: number } | undefined;
  /** Bytes that are still to be sent. */
  unsent: number;
  /** Bytes that the receiver has or that were sent. */
  sent: number;
  /** What the receiver was told of the whole file. */
  whole: { readonly size: number; readonly sha256: string } | undefined;
  over: boolean;
}

/** How {@linkcode FileTransmitter} sends. */
export interface FileTransmitterOptions extends
  Pick<
    SendFilesOptions,
    "compress" | "bandwidth" | "clock" | "onCompare" | "onStart" | "onBytes"
  > {
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
    const { offset = 0 } = transfer.accepted ?? {};
    const hasher = transfer.hashers.get(offset) ?? sha256();
    if (offset > 0) await file.seek?.(offset);
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
    transfer.whole = { size, sha256: digest };
    await this.#connection.send({ type: "end", id, ...transfer.whole });
  }

  /**
   * Tells the receiver the digests that it asked for, which show that we have what it may have already.
   *
   * @throws {FileRefusedError} `changed`: the file is shorter than it was when it was offered.
   * @throws The error that ended the session, or the system's error about the file.
   */
  async compare(file: OpenFileSource, transfer: Transfer): Promise<void> {
    const { id, source, asked = [] } = transfer;
    const { failed, clock = systemClock, onCompare } = this.#options;
    using _busy = keepTellingBusy(this.#connection, clock);
    const hasher = sha256();
    let at = 0;
    for (const offset of asked.toSorted((one, other) => one - other)) {
      failed.throwIfAborted();
      const from = at;
      const isRead = await hashBytes(file, {
        bytes: offset - from,
        hasher,
        onHashed(bytes) {
          failed.throwIfAborted();
          onCompare?.(source, from + bytes);
        },
        isWanted: () => !transfer.over,
      });
      if (transfer.over) return;
      if (!isRead) throw new FileRefusedError("it became shorter", { code: "changed" });
      at = offset;
      transfer.hashers.set(offset, hasher.copy());
    }
    const digests = asked.map((offset) => transfer.hashers.get(offset)!.copy().digest());
    const whole = asked.findIndex((offset) => offset === source.size);
    if (whole >= 0) transfer.whole = { size: asked[whole]!, sha256: digests[whole]! };
    await this.#connection.send({ type: "digests", id, sha256: digests });
  }

  /** Says whether a file still holds what was sent of it: what was torn meanwhile must not be stored. */
  async #isStill(
    file: OpenFileSource,
    { transfer, digest }: { transfer: Transfer; digest: string },
  ): Promise<boolean> {
    const { failed, clock = systemClock } = this.#options;
    using _busy = keepTellingBusy(this.#connection, clock);
    const isStill = await file.isStill?.({
      bytes: transfer.sent,
      sha256: digest,
      onHashed: () => failed.throwIfAborted(),
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
