import { type Hasher, sameDigest, sha256 } from "../../codec/hashing.ts";
import { ProtocolError } from "../../codec/mod.ts";
import {
  DATA_HEAD_BYTES,
  MAX_BLOCK_BYTES,
  type ParcelMessage,
  type ParcelOutgoing,
  sealBlock,
} from "../../codec/parcel/parcel.ts";
import { ClosedError, type Connection } from "../../net/mod.ts";
import { type Block, BlockReader } from "../sources/block_reader.ts";
import { releaseBlock, takeBlock } from "../inbox/block_writer.ts";
import { ended, greetReceiver } from "./greet_receiver.ts";
import { Packer } from "./packer.ts";
import type { Pacer } from "../pacer.ts";
import { type FileSource, type OpenSource, reasonOf } from "../sources/source.ts";

/** How files are sent. */
export interface SendParcelOptions {
  /** What the receiver wants to be known. @default nothing */
  token?: string | undefined;
  /** Compress the blocks that become smaller by it. @default {false} */
  compress?: boolean;
  /** Keeps all connections that share it to a rate. */
  pacer?: Pacer | undefined;
  /** How long the first words may take. @default {10000} */
  handshakeMs?: number;
  /** Hears that a file begins, and how much of it is there already. */
  onStart?: (source: FileSource, offset: number) => void;
  /** Hears how far a file is. */
  onBytes?: (source: FileSource, sent: number) => void;
  /** Hears what became of a file. */
  onDone?: (source: FileSource, result: SendResult) => void;
}

/** What became of a file. */
export type SendResult =
  | {
    /** The receiver has it; `same` says that it had it before. */
    readonly outcome: "stored" | "same";
    /** Its path there. */
    readonly path: string;
    readonly size: number;
    readonly sha256: string | undefined;
    /** It was changed here while it was sent. */
    readonly changed: boolean;
  }
  /** The receiver does not take it, or it could not be read here. */
  | { readonly outcome: "refused" | "failed"; readonly code: string; readonly reason: string }
  /** The connection ended in the middle of it. */
  | { readonly outcome: "interrupted"; readonly sent: number };

/** Offers that wait for the receiver at most, whatever it would take. */
const MAX_AHEAD = 32;
/** Offers run ahead while less than this is still to be sent, so that other connections get their share of large files. */
const AHEAD_BYTES = 8 * 1024 * 1024;
/** While much is read that nobody sees, we say that we live each time so many bytes are through. */
const BUSY_BYTES = 64 * 1024 * 1024;

/** Up to this a block is copied, to save the write. */
const SMALL_BLOCK_BYTES = 16 * 1024;

interface Transfer {
  readonly id: number;
  readonly source: FileSource;
  accepted: { offset: number; sha256: string | undefined } | undefined;
  /** Bytes that are still to be sent. */
  unsent: number;
  sent: number;
  /** That of the whole file, once it was sent. */
  digest: string | undefined;
  changed: boolean;
  over: boolean;
}

/** A session of the parcel format, as its sender has it. */
export class ParcelSender {
  readonly #connection: Connection<ParcelMessage, ParcelOutgoing>;
  readonly #options: SendParcelOptions;
  readonly #packer: Packer | undefined;
  readonly #blockBytes: number;
  readonly #maxOffers: number;
  readonly #transfers = new Map<number, Transfer>();
  readonly #ready: Transfer[] = [];
  #nextId = 1;
  #failure: { error: unknown } | undefined;
  #onChange = () => {};
  /** Ends a read that may wait for ever. */
  #onFailure = () => {};

  private constructor(
    connection: Connection<ParcelMessage, ParcelOutgoing>,
    { options, maxBlockBytes, maxOffers }: {
      options: SendParcelOptions;
      maxBlockBytes: number;
      maxOffers: number;
    },
  ) {
    this.#connection = connection;
    this.#options = options;
    if (options.compress) this.#packer = new Packer();
    this.#blockBytes = Math.max(
      1,
      Math.min(maxBlockBytes, MAX_BLOCK_BYTES, options.pacer?.pieceBytes ?? Infinity),
    );
    this.#maxOffers = Math.max(1, Math.min(maxOffers, MAX_AHEAD));
  }

  /**
   * Opens a session over a connection whose codec shows its first byte.
   *
   * @throws {ClosedError} The receiver speaks something else, wants another token, or is full.
   */
  static async open(
    connection: Connection<number, string>,
    options: SendParcelOptions = {},
  ): Promise<ParcelSender> {
    const { session, welcome } = await greetReceiver(connection, options);
    return new ParcelSender(session, { options, ...welcome });
  }

  /**
   * Sends what `next` gives, until it gives nothing more, and says goodbye. Files that are refused, or cannot be read,
   * are told and the rest goes on.
   *
   * @throws {ClosedError} The connection broke; what was not stored was told.
   * @throws {ProtocolError} The receiver broke the protocol.
   * @throws {DeadlineError} The receiver did not answer in time.
   */
  async send(next: () => Promise<FileSource | undefined>): Promise<void> {
    const receiving = this.#receive();
    try {
      while (await this.#offerAhead(next) || this.#transfers.size > 0) {
        this.#requireConnection();
        const ready = this.#ready.shift();
        if (ready) await this.#transmit(ready);
        else await this.#change();
      }
      // Everything is stored: it does no harm where the receiver cannot hear this any more.
      void this.#connection.send({ type: "bye" });
      await receiving;
    } catch (error) {
      // What the receiver said before it went says more than that a write failed.
      if (error instanceof ClosedError) await receiving;
      throw this.#failure?.error ?? error;
    } finally {
      for (const transfer of this.#transfers.values()) {
        this.#settle(transfer, { outcome: "interrupted", sent: transfer.sent });
      }
      this.#connection.abort();
      await receiving;
    }
  }

  /** Offers files until enough wait for their turn; says false when there are no more. */
  async #offerAhead(next: () => Promise<FileSource | undefined>): Promise<boolean> {
    while (this.#hasRoom() && !this.#failure) {
      const source = await next();
      if (source === undefined) return false;
      await this.#offer(source);
    }
    return true;
  }

  async #offer(source: FileSource): Promise<void> {
    const id = this.#nextId++;
    const { kind, path, size, mtimeMs, mode } = source;
    const unsent = size ?? AHEAD_BYTES;
    const transfer = {
      id,
      source,
      accepted: undefined,
      unsent,
      sent: 0,
      digest: undefined,
      changed: false,
      over: false,
    };
    this.#transfers.set(id, transfer);
    try {
      await this.#connection.send({
        type: "offer",
        id,
        kind,
        path,
        size,
        mtimeMs: mtimeMs === null ? null : Math.round(mtimeMs),
        ...mode !== undefined && { mode },
      });
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
      // A name that fills a frame by itself; the connection goes on.
      this.#settle(transfer, { outcome: "failed", code: "bad-name", reason: error.message });
    }
  }

  #hasRoom(): boolean {
    if (this.#transfers.size >= this.#maxOffers) return false;
    let unsent = 0;
    for (const transfer of this.#transfers.values()) unsent += transfer.unsent;
    return unsent < AHEAD_BYTES;
  }

  /** Takes what the receiver says, to its goodbye. It never rejects: who sends looks for the failure. */
  async #receive(): Promise<void> {
    try {
      while (true) {
        const message = await this.#connection.receive();
        if (message === undefined) throw ended("the receiver hung up");
        if (message.type === "bye") break;
        this.#handle(message);
        this.#onChange();
      }
    } catch (error) {
      this.#failure = { error };
      this.#onFailure();
    }
    this.#onChange();
  }

  #handle(message: ParcelMessage): void {
    switch (message.type) {
      case "accept": {
        const transfer = this.#transfers.get(message.id);
        if (!transfer || transfer.accepted || transfer.source.kind === "folder") break;
        transfer.accepted = { offset: message.offset, sha256: message.sha256 };
        this.#ready.push(transfer);
        return;
      }
      case "stored": {
        const transfer = this.#transfers.get(message.id);
        if (!transfer) break;
        const { path, size, sha256, same } = message;
        const { changed, digest, sent, source } = transfer;
        if (source.kind === "file") {
          if (digest === undefined) break;
          if (size !== sent || (sha256 !== undefined && !sameDigest(sha256, digest))) {
            const reason = "the receiver says that it stored something else";
            return this.#settle(transfer, { outcome: "failed", code: "digest-mismatch", reason });
          }
        }
        const outcome = same ? "same" : "stored";
        return this.#settle(transfer, { outcome, path, size, sha256, changed });
      }
      case "refused": {
        const transfer = this.#transfers.get(message.id);
        const { code, reason } = message;
        if (transfer) this.#settle(transfer, { outcome: "refused", code, reason });
        return;
      }
      case "error":
        throw ended(message.reason);
      case "busy":
        return;
    }
    throw ended(`the receiver said "${message.type}", which makes no sense here`);
  }

  #settle(transfer: Transfer, result: SendResult): void {
    transfer.over = true;
    this.#transfers.delete(transfer.id);
    this.#options.onDone?.(transfer.source, result);
  }

  /** Throws what has ended the session, where something has. */
  #requireConnection(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => resolve();
      // While offers were made the last answer may have come: then no other one follows.
      if (this.#failure || this.#transfers.size === 0) resolve();
    });
  }

  async #transmit(transfer: Transfer): Promise<void> {
    const { id, source } = transfer;
    if (transfer.over) return;
    try {
      await using file = await source.open();
      await this.#transmitFrom(file, transfer);
    } catch (error) {
      if (this.#failure || error instanceof ClosedError || this.#connection.closed) throw error;
      const reason = error instanceof ChangedError ? error.message : reasonOf(error);
      await this.#connection.send({ type: "cancel", id, reason });
      if (transfer.over) return;
      const code = error instanceof ChangedError ? "changed" : "unreadable";
      this.#settle(transfer, { outcome: "failed", code, reason });
    }
  }

  async #transmitFrom(file: OpenSource, transfer: Transfer): Promise<void> {
    const { id, source } = transfer;
    const { hasher, offset } = await this.#agree(file, transfer);
    this.#options.onStart?.(source, offset);
    await this.#connection.send({ type: "start", id, offset });
    transfer.sent = offset;
    await this.#sendBlocks(file, { transfer, hasher });
    // A receiver that refused it waits to hear that no more of it comes.
    if (transfer.over) return void await this.#connection.send({ type: "cancel", id, reason: "" });
    const size = transfer.sent;
    if (source.size !== null && size !== source.size) {
      throw new ChangedError("it became shorter while it was sent");
    }
    transfer.changed = await file.hasChanged();
    transfer.unsent = 0;
    const digest = transfer.digest = hasher.digest();
    await this.#connection.send({ type: "end", id, size, sha256: digest });
  }

  /** Returns where to begin: behind what the receiver has where that is the beginning of this very file. */
  async #agree(
    file: OpenSource,
    transfer: Transfer,
  ): Promise<{ hasher: Hasher; offset: number }> {
    const { offset = 0, sha256: digest } = transfer.accepted ?? {};
    // What cannot be read twice is not read before it is sent.
    if (digest === undefined || !file.rewind) return { hasher: sha256(), offset: 0 };
    const hasher = await this.#hashBeginning(file, { bytes: offset, transfer });
    if (hasher && sameDigest(hasher.digestSoFar(), digest)) return { hasher, offset };
    await file.rewind();
    return { hasher: sha256(), offset: 0 };
  }

  /** Returns what has seen the first bytes of a file; undefined where it has not so many, or they are of no more use. */
  async #hashBeginning(
    file: OpenSource,
    { bytes, transfer }: { bytes: number; transfer: Transfer },
  ): Promise<Hasher | undefined> {
    const hasher = sha256();
    const block = takeBlock();
    let told = 0;
    for (let left = bytes; left > 0;) {
      this.#requireConnection();
      const count = await file.read(block.subarray(0, Math.min(left, block.length)));
      if (count === null || transfer.over) return undefined;
      hasher.update(block.subarray(0, count));
      left -= count;
      if (bytes - left - told >= BUSY_BYTES) {
        told = bytes - left;
        await this.#connection.send({ type: "busy" });
      }
    }
    releaseBlock(block);
    return hasher;
  }

  async #sendBlocks(
    file: OpenSource,
    { transfer, hasher }: { transfer: Transfer; hasher: Hasher },
  ): Promise<void> {
    const { source } = transfer;
    const reader = new BlockReader(file, {
      blockBytes: this.#blockBytes,
      ...source.size !== null && { maxBytes: source.size - transfer.sent },
    });
    try {
      this.#requireConnection();
      // Nobody knows when more is piped in.
      if (source.size === null) this.#onFailure = () => void file[Symbol.asyncDispose]();
      for (let block; !transfer.over && (block = await reader.next()) !== undefined;) {
        this.#requireConnection();
        const { bytes } = block;
        hasher.update(bytes);
        await this.#sendBlock(block, transfer);
        transfer.sent += bytes.length;
        if (source.size !== null) transfer.unsent = source.size - transfer.sent;
        this.#options.onBytes?.(source, transfer.sent);
      }
      this.#requireConnection();
    } finally {
      this.#onFailure = () => {};
      await reader.release();
    }
  }

  async #sendBlock({ frame, bytes }: Block, { id, sent: offset }: Transfer): Promise<void> {
    const packed = await this.#packer?.pack(bytes);
    const rawBytes = packed === undefined ? 0 : bytes.length;
    const block = packed ?? bytes;
    const { pacer } = this.#options;
    await pacer?.take(DATA_HEAD_BYTES + block.length, this.#connection.signal);
    // A small one leaves in one write with what is around it, a large one without a copy.
    if (packed !== undefined || block.length <= SMALL_BLOCK_BYTES) {
      return await this.#connection.send({ type: "data", id, offset, rawBytes, bytes: block });
    }
    sealBlock(frame, { id, offset, rawBytes });
    await this.#connection.sendBytes(frame);
  }
}

/** A file is not what it was when it was offered. */
class ChangedError extends Error {}
