import { ProtocolError } from "../../codec/mod.ts";
import type { ParcelMessage } from "../../codec/parcel/parcel.ts";
import { inflate } from "../../codec/deflate.ts";
import type { ParcelDataHead, ParcelOffer } from "../../codec/parcel/messages.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { ClosedError, DeadlineError } from "../../net/mod.ts";
import { releaseBlock, takeBlock } from "../inbox/block_writer.ts";
import type { FileEvent } from "../events.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { Pacer } from "../pacer.ts";
import {
  failureOf,
  MAX_OFFERS,
  type ParcelConnection,
  tell,
  unexpected,
  welcomeSender,
} from "./welcome_sender.ts";
import { refusalOf, RefusedError } from "../refused_error.ts";
import { type SessionLimits, SessionQuota } from "../session_quota.ts";
import type { Upload } from "../inbox/upload.ts";

/** How files are received. */
export interface ReceiveParcelsOptions {
  /** Where they go. */
  inbox: Inbox;
  /** What a sender has to know. @default nothing */
  token?: string | undefined;
  /** How much one connection may send. */
  limits?: SessionLimits;
  /** Keeps all connections that share it to a rate. */
  pacer?: Pacer | undefined;
  /** How long the first words may take. @default {10000} */
  handshakeMs?: number;
  /** Hears what becomes of each file. */
  onEvent?: (event: FileEvent) => void;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/** While much is read that nobody sees, we say that we live each time so many bytes are through. */
const BUSY_BYTES = 64 * 1024 * 1024;

/** Files that are begun or stored at one time beside the one that comes: most of that is waiting for the disk. */
const MAX_BESIDE = 8;

interface Incoming {
  readonly upload: Upload;
  readonly since: number;
  resumedAt: number;
}

/**
 * Receives the files that a peer sends in the parcel format, until it says goodbye. What arrives of a file that does not
 * become whole is kept for a later try.
 *
 * @throws {ProtocolError} The peer broke the protocol; it was told.
 * @throws {ClosedError} The connection broke.
 */
export async function receiveParcels(
  connection: ParcelConnection,
  options: ReceiveParcelsOptions,
): Promise<void> {
  const receiver = new ParcelReceiver(connection, options);
  try {
    await receiver.run();
  } catch (error) {
    // A sender that hears why may come again at once: what it goes on from has to be free then.
    await receiver.release();
    if (error instanceof ProtocolError) await tell(connection, failureOf(error));
    throw error;
  } finally {
    await receiver.release();
  }
}

class ParcelReceiver {
  readonly #connection: ParcelConnection;
  readonly #options: ReceiveParcelsOptions;
  readonly #clock: Clock;
  readonly #quota: SessionQuota;
  readonly #incoming = new Map<number, Incoming>();
  /** Files that were refused while their sender may not know it yet: what still comes of them is dropped. */
  readonly #dropped = new Set<number>();
  /** Files that are being begun, and when that is done. */
  readonly #beginning = new Map<number, Promise<void>>();
  /** Files that are being stored. */
  readonly #storing = new Set<number>();
  /** What is done beside the loop. */
  readonly #beside = new Set<Promise<void>>();

  constructor(connection: ParcelConnection, options: ReceiveParcelsOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#quota = new SessionQuota(options.limits);
  }

  async run(): Promise<void> {
    const connection = this.#connection;
    const { signal } = connection;
    try {
      if (await welcomeSender(this.#connection, this.#options) && await this.#takeFiles()) return;
    } catch (error) {
      // A wait for the rate ends with this where the server stops.
      if (error !== signal.reason || connection.closed) throw error;
    }
    if (!signal.aborted) return;
    await this.release();
    await tell(connection, { code: "stopping", reason: "the receiver is shutting down" });
  }

  /** Lets go of every file that did not become whole, once those that did are stored. */
  async release(): Promise<void> {
    await this.#settled();
    for (const { upload } of this.#incoming.values()) {
      const { size, path, offeredSize } = upload;
      try {
        await upload.release();
      } catch {
        // The others are to be let go of all the same.
        continue;
      }
      if (offeredSize === null || size === 0 || !upload.started) continue;
      this.#report({ type: "kept", id: this.#connection.id, path, bytes: size, size: offeredSize });
    }
    this.#incoming.clear();
  }

  /** Takes files until the sender says goodbye, and says true; false where it hung up, or we stop. */
  async #takeFiles(): Promise<boolean> {
    const connection = this.#connection;
    for (let message; (message = await connection.receive()) !== undefined;) {
      if (message.type === "bye") {
        await this.#settled();
        await connection.send({ type: "bye" });
        return true;
      }
      await this.#handle(message);
      // A sender whose next block is always there already would go on until it is cut.
      if (connection.signal.aborted && !connection.closed) return false;
    }
    return false;
  }

  async #handle(message: ParcelMessage): Promise<void> {
    switch (message.type) {
      case "offer":
        return await this.#begin(message);
      case "start":
        return await this.#try(message.id, async (incoming) => {
          const { upload } = incoming;
          // Each open file has its buffers, so there is one at a time.
          if (this.#isOneOpen()) throw unexpected("start", "the end of the file before");
          if (message.offset !== 0 && message.offset !== upload.size) {
            throw unexpected("start", `one from 0 or ${upload.size} on`);
          }
          incoming.resumedAt = message.offset;
          await upload.start(message.offset);
        });
      case "data":
        return await this.#try(message.id, (incoming) => this.#data(incoming.upload, message));
      case "end": {
        const { id } = message;
        if (this.#dropped.delete(id)) return;
        const incoming = await this.#required(id);
        if (!incoming.upload.started) throw unexpected("end", "start");
        this.#incoming.delete(id);
        await this.#besideLoop(() => this.#end(incoming, message));
        return;
      }
      case "cancel":
        return await this.#cancel(message);
      case "error":
        throw new ClosedError(`Cannot go on: the sender ended the session: ${message.reason}`, {
          code: "connection-closed",
          by: "peer",
        });
      case "body":
        // What still comes of a file that was refused.
      case "busy":
        return;
      default:
        throw unexpected(message.type, "a file");
    }
  }

  async #begin(offer: ParcelOffer): Promise<void> {
    const { id } = offer;
    this.#requireNew(id);
    const { done } = await this.#besideLoop(() => this.#offer(offer));
    this.#beginning.set(id, done);
    void done.finally(() => this.#beginning.delete(id));
  }

  async #offer(offer: ParcelOffer): Promise<void> {
    const { id, kind, path, size } = offer;
    const connection = this.#connection;
    const since = this.#clock.now();
    try {
      const { inbox } = this.#options;
      this.#quota.addFile();
      if (kind === "folder") {
        const same = await inbox.makeFolder(path);
        return void await connection.send({ type: "stored", id, path, size: 0, same });
      }
      this.#quota.requireRoom(size ?? 0);
      const upload = await inbox.begin(offer, { onHashed: this.#everyMuch() });
      this.#incoming.set(id, { upload, since, resumedAt: 0 });
      const sha256 = upload.digestSoFar;
      await connection.send({ type: "accept", id, offset: upload.size, ...sha256 && { sha256 } });
    } catch (error) {
      await this.#refuse({ id, path, error });
    }
  }

  #requireNew(id: number): void {
    const files = [this.#incoming, this.#dropped, this.#beginning, this.#storing];
    if (files.some((one) => one.has(id))) throw unexpected("offer", "a new id");
    const count = files.reduce((sum, { size }) => sum + size, 0);
    if (count >= MAX_OFFERS) throw unexpected("offer", `at most ${MAX_OFFERS} at once`);
  }

  /**
   * Does something while the loop goes on, once not too much is done beside it; returns what settles when it is done.
   * Its errors are files' own; one of the connection shows in the loop too.
   */
  async #besideLoop(work: () => Promise<void>): Promise<{ readonly done: Promise<void> }> {
    while (this.#beside.size >= MAX_BESIDE) await Promise.race(this.#beside);
    const done = work().catch((error) => this.#connection.abort(error));
    this.#beside.add(done);
    void done.finally(() => this.#beside.delete(done));
    return { done };
  }

  /** Waits for all that is done beside the loop. */
  async #settled(): Promise<void> {
    await Promise.all(this.#beside);
  }

  async #data(upload: Upload, { offset, rawBytes, bodyBytes }: ParcelDataHead): Promise<void> {
    if (!upload.started || offset !== upload.size) {
      throw unexpected("data", `a block at ${upload.size}`);
    }
    const { offeredSize } = upload;
    const bytesToCome = rawBytes || bodyBytes;
    if (offeredSize !== null && offset + bytesToCome > offeredSize) {
      const reason = `more than the ${offeredSize} bytes came that were announced`;
      throw new RefusedError(reason, { code: "size-mismatch" });
    }
    this.#quota.addBytes(bytesToCome);
    if (rawBytes === 0) {
      await this.#readBody(upload.buffer, bodyBytes);
      return await upload.write(bodyBytes);
    }
    const packed = takeBlock();
    await this.#readBody(packed, bodyBytes);
    const bytes = await inflate(packed.subarray(0, bodyBytes), { rawBytes, offset });
    releaseBlock(packed);
    await upload.writeBytes(bytes);
  }

  async #readBody(into: Uint8Array, bytes: number): Promise<void> {
    const { pacer } = this.#options;
    const connection = this.#connection;
    for (let at = 0; at < bytes;) {
      const most = Math.min(bytes - at, pacer?.pieceBytes ?? bytes);
      const count = await connection.readBody(into.subarray(at, at + most));
      at += count;
      await pacer?.take(count, connection.signal);
    }
  }

  async #end(
    { upload, since, resumedAt }: Incoming,
    { id, size, sha256 }: { id: number; size: number; sha256: string },
  ): Promise<void> {
    this.#storing.add(id);
    const connection = this.#connection;
    try {
      const stored = await upload.finish({ size, sha256 });
      const ms = this.#clock.now() - since;
      const event = { type: "stored", id: connection.id, ...stored, ms, resumedAt } as const;
      this.#report({ ...event, format: "parcel" });
      // Where the connection is over the loop knows it; the sender will hear at its next try that it is there.
      await connection.send({ type: "stored", id, ...stored }).catch(ignore);
    } catch (error) {
      await upload.discard().catch(ignore);
      await this.#refuse({ id, path: upload.path, error });
    } finally {
      this.#storing.delete(id);
    }
  }

  /** The sender gives a file up; what came of it is of use once the sender has it whole again. */
  async #cancel({ id, reason }: { id: number; reason: string }): Promise<void> {
    this.#dropped.delete(id);
    await this.#beginning.get(id);
    const upload = this.#incoming.get(id)?.upload;
    if (!upload) return;
    this.#incoming.delete(id);
    await upload.release().catch(ignore);
    const { path } = upload;
    this.#report({ type: "not-stored", id: this.#connection.id, path, code: "canceled", reason });
  }

  /** Does something with a file; where that cannot be done the file is refused, and the session goes on. */
  async #try(id: number, work: (incoming: Incoming) => Promise<void>): Promise<void> {
    if (this.#dropped.has(id)) return;
    const incoming = await this.#required(id);
    try {
      await work(incoming);
    } catch (error) {
      if (this.#isOver(error)) throw error;
      const { upload } = incoming;
      this.#incoming.delete(id);
      this.#dropped.add(id);
      const isFull = error instanceof RefusedError && error.code === "session-full";
      // Nothing is wrong with what came before the session was full: the next one goes on behind it.
      await (isFull ? upload.release() : upload.discard()).catch(ignore);
      await this.#refuse({ id, path: upload.path, error });
    }
  }

  #isOneOpen(): boolean {
    for (const { upload } of this.#incoming.values()) if (upload.started) return true;
    return false;
  }

  /** Returns a file that was accepted; a sender that does not wait for that is waited with. */
  async #required(id: number): Promise<Incoming> {
    await this.#beginning.get(id);
    const incoming = this.#incoming.get(id);
    if (incoming) return incoming;
    throw unexpected(`a message about file ${id}`, "one that was accepted");
  }

  async #refuse({ id, path, error }: { id: number; path: string; error: unknown }): Promise<void> {
    if (this.#isOver(error)) throw error;
    const { code, message: reason, cause } = refusalOf(error);
    const said = { type: "not-stored", id: this.#connection.id, path, code, reason } as const;
    this.#report(cause === undefined ? said : { ...said, error: cause });
    await this.#connection.send({ type: "refused", id, code, reason });
  }

  /** Returns what hears how many bytes of something were read, and tells the peer now and then that we live. */
  #everyMuch(): (bytes: number) => void {
    let told = 0;
    return (bytes) => {
      if (bytes - told < BUSY_BYTES) return;
      told = bytes;
      void this.#connection.send({ type: "busy" });
    };
  }

  /** Says whether an error ends the connection, and not only one file: the system has many words for that. */
  #isOver(error: unknown): boolean {
    if (error instanceof RefusedError) return false;
    return this.#connection.closed || error instanceof ProtocolError ||
      error instanceof ClosedError || error instanceof DeadlineError;
  }

  #report(event: FileEvent): void {
    this.#options.onEvent?.(event);
  }
}

function ignore(): void {}
