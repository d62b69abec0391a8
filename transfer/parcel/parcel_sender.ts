import { sameDigest, sha256 } from "../../codec/hashing.ts";
import { ProtocolError } from "../../codec/errors.ts";
import type { ParcelControl } from "../../codec/parcel/messages.ts";
import type { ParcelMessage } from "../../codec/parcel/parcel.ts";
import type { Connection } from "../../net/connection.ts";
import { ClosedError } from "../../net/errors.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { FileSendResult, SendFilesOptions } from "../send_options.ts";
import type { FileSource, OpenFileSource } from "../sources/file_source.ts";
import { reasonOf } from "../sources/read_errors.ts";
import { canBeStoredAt } from "../stored_path.ts";
import { FileTransmitter, type Transfer } from "./file_transmitter.ts";
import { greetReceiver } from "./greet_receiver.ts";
import type { ParcelConnection } from "./parcel_connection.ts";
import { sessionEnded } from "./session_errors.ts";

/** How a {@linkcode ParcelSender} sends. */
export type ParcelSenderOptions = Pick<
  SendFilesOptions,
  | "token"
  | "compress"
  | "bandwidth"
  | "handshakeMs"
  | "clock"
  | "onCompare"
  | "onStart"
  | "onBytes"
  | "onDone"
>;

/** The most offers that wait for the receiver, even if it would take more. */
const MAX_AHEAD = 32;
/** No more files are offered while so many bytes are still to be sent: other connections get their share of large files. */
const AHEAD_BYTES = 8 * 1024 * 1024;

/** One session of the parcel format, as the sender has it. */
export class ParcelSender {
  readonly #connection: ParcelConnection;
  readonly #onDone: ParcelSenderOptions["onDone"];
  readonly #transmitter: FileTransmitter;
  readonly #maxOffers: number;
  /** The files that were offered and are not over. */
  readonly #transfers = new Map<number, Transfer>();
  /** Those of them whose digests were asked for, and whose turn has not come. */
  readonly #asked: Transfer[] = [];
  /** Those of them that were accepted, and whose turn has not come. */
  readonly #ready: Transfer[] = [];
  #nextId = 1;
  /** Aborted with the error that ended the session. */
  readonly #failure = new AbortController();
  #onChange = () => {};

  private constructor(
    connection: ParcelConnection,
    { options, maxBlockBytes, maxOffers }: {
      options: ParcelSenderOptions;
      maxBlockBytes: number;
      maxOffers: number;
    },
  ) {
    this.#connection = connection;
    this.#onDone = options.onDone;
    const failed = this.#failure.signal;
    this.#transmitter = new FileTransmitter(connection, { ...options, maxBlockBytes, failed });
    this.#maxOffers = Math.max(1, Math.min(maxOffers, MAX_AHEAD));
  }

  /**
   * Opens a session over a connection whose codec shows its first byte.
   *
   * @throws {ClosedError} The receiver speaks something else, wants another token, or is full.
   * @throws {DeadlineError} The receiver did not speak in time.
   */
  static async open(
    connection: Connection<Uint8Array>,
    options: ParcelSenderOptions = {},
  ): Promise<ParcelSender> {
    const { session, welcome } = await greetReceiver(connection, options);
    return new ParcelSender(session, { options, ...welcome });
  }

  /**
   * Sends the files that `next` gives until it gives none, and says goodbye. What is refused or cannot be read is told to
   * `onDone`, and the rest goes on.
   *
   * @throws {ClosedError} The connection broke. The files that were under way were told to `onDone` as interrupted.
   * @throws {ProtocolError} The receiver broke the protocol.
   * @throws {DeadlineError} The receiver did not answer in time.
   */
  async send(next: () => Promise<FileSource | undefined>): Promise<void> {
    const failed = this.#failure.signal;
    const receiving = this.#receive();
    try {
      while (await this.#offerAhead(next) || this.#filesUnderWay > 0) {
        failed.throwIfAborted();
        const asked = this.#asked.shift();
        const ready = asked ? undefined : this.#ready.shift();
        if (asked) await this.#with(asked, (file) => this.#transmitter.compare(file, asked));
        else if (ready) await this.#with(ready, (file) => this.#transmitter.transmit(file, ready));
        else await this.#change();
      }
      // Every file is stored: without empty folders it does no harm if the receiver cannot hear this any more.
      void this.#connection.send({ type: "bye" });
      await receiving;
      if (this.#transfers.size > 0) failed.throwIfAborted();
    } catch (error) {
      // What the receiver said before it went says more than a write that failed.
      if (error instanceof ClosedError) await receiving;
      throw failed.aborted ? failed.reason : error;
    } finally {
      for (const transfer of this.#transfers.values()) {
        this.#settle(transfer, { outcome: "interrupted", sent: transfer.sent });
      }
      this.#connection.abort();
      await receiving;
    }
  }

  /** Offers files until enough wait for their turn; returns false when there are no more. */
  async #offerAhead(next: () => Promise<FileSource | undefined>): Promise<boolean> {
    while (this.#hasRoom() && !this.#failure.signal.aborted) {
      const source = await next();
      if (source === undefined) return false;
      await this.#offer(source);
    }
    return true;
  }

  async #offer(source: FileSource): Promise<void> {
    const id = this.#nextId++;
    const { kind, path, size, mtimeMs, mode } = source;
    const transfer = {
      id,
      source,
      accepted: undefined,
      hashers: new Map(),
      unsent: kind === "folder" ? 0 : size ?? AHEAD_BYTES,
      sent: 0,
      // Of nothing everybody knows the digest, so nobody asks for it.
      whole: size === 0 ? { size, sha256: sha256().digest() } : undefined,
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
      // The path alone is too long for a frame; the connection goes on.
      this.#settle(transfer, { outcome: "failed", code: "bad-name", reason: error.message });
    }
  }

  /** Empty folders are answered at the end. */
  get #filesUnderWay(): number {
    let files = 0;
    for (const { source } of this.#transfers.values()) if (source.kind === "file") files++;
    return files;
  }

  #hasRoom(): boolean {
    if (this.#filesUnderWay >= this.#maxOffers) return false;
    let unsent = 0;
    for (const transfer of this.#transfers.values()) unsent += transfer.unsent;
    return unsent < AHEAD_BYTES;
  }

  /** Takes what the receiver says, until its goodbye. It never rejects: an error of the session aborts `#failure`. */
  async #receive(): Promise<void> {
    try {
      while (true) {
        const message = await this.#connection.receive();
        if (message === undefined) throw sessionEnded("the receiver hung up");
        if (message.type === "bye") break;
        this.#handle(message);
        this.#onChange();
      }
    } catch (error) {
      this.#failure.abort(error);
    }
    this.#onChange();
  }

  #handle(message: ParcelMessage): void {
    switch (message.type) {
      case "compare": {
        const transfer = this.#transfers.get(message.id);
        const { offsets } = message;
        const size = transfer?.source.size ?? null;
        if (!transfer || transfer.asked || transfer.accepted || size === null) break;
        if (offsets.some((offset) => offset > size)) break;
        transfer.asked = offsets;
        this.#asked.push(transfer);
        return;
      }
      case "accept": {
        const transfer = this.#transfers.get(message.id);
        if (!transfer || transfer.accepted || transfer.source.kind === "folder") break;
        const { offset } = message;
        if (offset > 0 && !transfer.hashers.has(offset)) break;
        transfer.accepted = { offset };
        this.#ready.push(transfer);
        return;
      }
      case "stored": {
        const transfer = this.#transfers.get(message.id);
        if (!transfer || (transfer.source.kind === "file" && !transfer.whole)) break;
        return this.#settle(transfer, storedResult(transfer, message));
      }
      case "refused": {
        const transfer = this.#transfers.get(message.id);
        const { code, reason } = message;
        if (transfer) this.#settle(transfer, { outcome: "refused", code, reason });
        return;
      }
      case "error":
        throw sessionEnded(message.reason);
      case "busy":
        return;
    }
    throw sessionEnded(`the receiver said "${message.type}", which makes no sense here`);
  }

  #settle(transfer: Transfer, result: FileSendResult): void {
    transfer.over = true;
    this.#transfers.delete(transfer.id);
    this.#onDone?.(transfer.source, result);
  }

  /** Waits until the receiver says something. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => resolve();
      // The last answer may have come while offers were made: then no other follows.
      if (this.#failure.signal.aborted || this.#filesUnderWay === 0) resolve();
    });
  }

  /** Does something with a file that is open; if it cannot be read the receiver is told, and the session goes on. */
  async #with(transfer: Transfer, work: (file: OpenFileSource) => Promise<void>): Promise<void> {
    const { id, source } = transfer;
    if (transfer.over) return;
    try {
      await using file = await source.open();
      await work(file);
    } catch (error) {
      const isOfSession = this.#failure.signal.aborted || error instanceof ClosedError ||
        this.#connection.closed;
      if (isOfSession) throw error;
      const { code, reason } = error instanceof FileRefusedError
        ? { code: error.code, reason: error.message }
        : { code: "unreadable", reason: reasonOf(error) };
      await this.#connection.send({ type: "cancel", id, reason });
      if (!transfer.over) this.#settle(transfer, { outcome: "failed", code, reason });
    }
  }
}

/** Returns what became of a file that the receiver says it has. */
function storedResult(
  { source, whole }: Transfer,
  { path, size, sha256, same }: Extract<ParcelControl, { type: "stored" }>,
): FileSendResult {
  if (!canBeStoredAt(path, source.path)) {
    const reason = `the receiver says that it stored it as "${path}"`;
    return { outcome: "failed", code: "bad-name", reason };
  }
  const isOther = size !== whole?.size ||
    (sha256 !== undefined && !sameDigest(sha256, whole.sha256));
  if (source.kind === "file" && isOther) {
    const reason = "the receiver says that it stored something else";
    return { outcome: "failed", code: "digest-mismatch", reason };
  }
  return { outcome: same ? "same" : "stored", path, size, sha256 };
}
