import { ProtocolError } from "../../codec/errors.ts";
import type { ParcelDataHead, ParcelOffer } from "../../codec/parcel/messages.ts";
import type { ParcelMessage } from "../../codec/parcel/parcel.ts";
import { hostOf } from "../../net/address.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import { safeListener } from "../../net/safe_listener.ts";
import { FileRefusedError, refusalOf } from "../file_refused_error.ts";
import { EmptyFolders } from "../inbox/empty_folders.ts";
import type { InboxEvent } from "../inbox/inbox_event.ts";
import type { IncomingFile, StoredFile } from "../inbox/incoming_file.ts";
import { SessionQuota } from "../inbox/session_quota.ts";
import type { ReceiveFilesOptions } from "../receive_options.ts";
import { ProgressTeller } from "../receive_progress.ts";
import { keepTellingBusy } from "./busy.ts";
import type { ParcelConnection } from "./parcel_connection.ts";
import { receiveBlock } from "./receive_block.ts";
import { sessionOver, tellFailure, unexpected } from "./session_errors.ts";
import { SideTasks } from "./side_tasks.ts";
import { MAX_OFFERS, welcomeSender } from "./welcome_sender.ts";

/** Files that are begun or stored while another one comes: most of that time they wait for the disk. */
const MAX_SIDE_TASKS = 8;

/** A file that was accepted and is not over. */
interface Accepted {
  readonly file: IncomingFile;
  /** When it was offered. */
  readonly since: number;
  /** Bytes of it that an earlier try left, once it has begun. */
  resumedAt: number;
}

/** One session of the parcel format, as the receiver has it. */
export class ParcelReceiver {
  readonly #connection: ParcelConnection;
  readonly #options: ReceiveFilesOptions;
  readonly #clock: Clock;
  readonly #quota: SessionQuota;
  readonly #folders: EmptyFolders;
  readonly #accepted = new Map<number, Accepted>();
  /** Files that were refused after they began: what still comes of them is dropped until the sender knows. */
  readonly #dropped = new Set<number>();
  /** Offers whose sender was asked for digests of these beginnings. */
  readonly #comparing = new Map<number, { offer: ParcelOffer; offsets: readonly number[] }>();
  /** Empty folders that were offered: they are made at the end of a session that ends well. */
  readonly #folderOffers = new Map<number, string>();
  /** Aborted when the session is over: nobody waits any more for what is being read. */
  readonly #over = new AbortController();
  /** Files whose offer is being looked at, and when that is done. */
  readonly #beginning = new Map<number, Promise<void>>();
  /** Files that are being stored. */
  readonly #storing = new Set<number>();
  readonly #side: SideTasks;
  readonly #report: (event: InboxEvent) => void;
  readonly #progress: ProgressTeller;

  /** Makes a receiver that has said nothing yet. */
  constructor(connection: ParcelConnection, options: ReceiveFilesOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#report = safeListener(options.onEvent, { name: "onEvent" });
    this.#progress = new ProgressTeller(connection.id, options.onProgress);
    this.#quota = new SessionQuota(options.inbox.limits);
    this.#folders = new EmptyFolders(options.inbox, this.#quota);
    // A file's own errors are told there, so what comes here is the connection's; the loop hears of it too.
    const onError = (error: unknown) => connection.abort(error);
    this.#side = new SideTasks({ max: MAX_SIDE_TASKS, onError });
  }

  /** Receives until the sender says goodbye or hangs up, or the server stops. */
  async run(): Promise<void> {
    const connection = this.#connection;
    const { signal } = connection;
    try {
      if (await welcomeSender(connection, this.#options) && await this.#takeFiles()) return;
    } catch (error) {
      // When the server stops, a wait for bandwidth rejects with the signal's reason.
      if (error !== signal.reason || connection.closed) throw error;
    }
    if (!signal.aborted) return;
    await this.release();
    await tellFailure(connection, { code: "stopping", reason: "the receiver is shutting down" });
  }

  /** Stores what is whole, and lets go of every other file. */
  async release(): Promise<void> {
    this.#over.abort(sessionOver());
    await this.#side.settled();
    for (const { file } of this.#accepted.values()) {
      const { size, path, offeredSize, started } = file;
      this.#progress.end(file);
      // The others have to be let go of all the same.
      const isKept = await file.release().catch(() => false);
      if (!isKept || !started || offeredSize === null) continue;
      this.#report({ type: "kept", id: this.#connection.id, path, bytes: size, size: offeredSize });
    }
    this.#accepted.clear();
  }

  /** Takes files, and returns whether the sender said goodbye; otherwise it hung up, or the server stops. */
  async #takeFiles(): Promise<boolean> {
    const connection = this.#connection;
    for (let message; (message = await connection.receive()) !== undefined;) {
      if (message.type === "bye") {
        await this.#side.settled();
        await this.#makeFolders();
        await connection.send({ type: "bye" });
        return true;
      }
      await this.#handle(message);
      // A fast sender's next block has always come already: without this it would go on until it is cut.
      if (connection.signal.aborted && !connection.closed) return false;
    }
    return false;
  }

  async #handle(message: ParcelMessage): Promise<void> {
    switch (message.type) {
      case "offer":
        return await this.#begin(message);
      case "digests":
        return await this.#compare(message);
      case "start":
        return await this.#try(message.id, (accepted) => this.#start(accepted, message.offset));
      case "data":
        return await this.#try(message.id, ({ file }) => this.#takeBlock(file, message));
      case "end": {
        const { id } = message;
        if (this.#dropped.delete(id)) return;
        const accepted = await this.#required(id);
        if (!accepted.file.started) throw unexpected("end", "start");
        this.#accepted.delete(id);
        this.#progress.end(accepted.file);
        await this.#side.start(() => this.#store(accepted, message));
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
        // The rest of a block of a file that was refused.
      case "busy":
        return;
      default:
        throw unexpected(message.type, "a file");
    }
  }

  async #begin(offer: ParcelOffer): Promise<void> {
    this.#requireNew(offer.id);
    await this.#beside(offer, () => this.#answerOffer(offer));
  }

  /** Does something about an offer beside what else comes; a failure refuses it. */
  async #beside({ id, path }: ParcelOffer, work: () => Promise<void>): Promise<void> {
    const { done } = await this.#side.start(async () => {
      using _busy = keepTellingBusy(this.#connection, this.#clock);
      try {
        await work();
      } catch (error) {
        if (!this.#over.signal.aborted) await this.#refuse({ id, path, error });
      }
    });
    this.#beginning.set(id, done);
    void done.finally(() => this.#beginning.delete(id));
  }

  async #answerOffer(offer: ParcelOffer): Promise<void> {
    const { id, kind, path, size } = offer;
    this.#quota.addFile();
    if (kind === "folder") {
      if (await this.#folders.note(path) === "noted") this.#folderOffers.set(id, path);
      else await this.#connection.send({ type: "stored", id, path, size: 0, same: true });
      return;
    }
    this.#quota.requireRoom(size ?? 0);
    const offsets = await this.#options.inbox.offsetsToCompare(offer);
    if (offsets.length === 0) return await this.#take(offer, new Map());
    this.#comparing.set(id, { offer, offsets });
    await this.#connection.send({ type: "compare", id, offsets });
  }

  /** Takes the digests that the sender was asked for: only who has shown that he has something hears what is here. */
  async #compare({ id, sha256 }: { id: number; sha256: readonly string[] }): Promise<void> {
    await this.#beginning.get(id);
    const asked = this.#comparing.get(id);
    if (asked?.offsets.length !== sha256.length) {
      throw unexpected(`${sha256.length} digests`, asked ? `${asked.offsets.length}` : "none");
    }
    this.#comparing.delete(id);
    const { offer, offsets } = asked;
    const digests = new Map(offsets.map((offset, at) => [offset, sha256[at]!]));
    await this.#beside(offer, () => this.#take(offer, digests));
  }

  async #take(offer: ParcelOffer, digests: ReadonlyMap<number, string>): Promise<void> {
    const { id } = offer;
    const { inbox } = this.#options;
    const connection = this.#connection;
    const since = this.#clock.now();
    const known = { digests, from: hostOf(connection.remoteAddr), signal: this.#over.signal };
    const stored = await inbox.findSame(offer, known);
    if (stored) return await this.#tellStored(id, { stored, since, resumedAt: 0 });
    const file = await inbox.begin(offer, known);
    this.#accepted.set(id, { file, since, resumedAt: 0 });
    await connection.send({ type: "accept", id, offset: file.size });
  }

  async #makeFolders(): Promise<void> {
    for (const [id, path] of this.#folderOffers) {
      this.#folderOffers.delete(id);
      try {
        const same = await this.#folders.make(path);
        await this.#connection.send({ type: "stored", id, path, size: 0, same });
      } catch (error) {
        await this.#refuse({ id, path, error });
      }
    }
  }

  #requireNew(id: number): void {
    const files = [
      this.#accepted,
      this.#dropped,
      this.#beginning,
      this.#comparing,
      this.#storing,
    ];
    if (this.#folderOffers.has(id) || files.some((one) => one.has(id))) {
      throw unexpected("offer", "a new id");
    }
    const count = files.reduce((sum, { size }) => sum + size, 0);
    if (count >= MAX_OFFERS) throw unexpected("offer", `at most ${MAX_OFFERS} at once`);
  }

  async #start(accepted: Accepted, offset: number): Promise<void> {
    const { file } = accepted;
    // One at a time, because each open file has its buffers.
    if (this.#isOneOpen()) throw unexpected("start", "the end of the file before");
    if (offset !== file.size) throw unexpected("start", `one from ${file.size} on`);
    accepted.resumedAt = offset;
    await file.start();
    this.#progress.begin(file);
  }

  async #takeBlock(file: IncomingFile, head: ParcelDataHead): Promise<void> {
    const { offset, rawBytes, bodyBytes } = head;
    if (!file.started || offset !== file.size) {
      throw unexpected("data", `a block at ${file.size}`);
    }
    const { offeredSize } = file;
    const bytesToCome = rawBytes || bodyBytes;
    if (offeredSize !== null && offset + bytesToCome > offeredSize) {
      const reason = `more than the ${offeredSize} bytes came that were announced`;
      throw new FileRefusedError(reason, { code: "size-mismatch" });
    }
    this.#quota.addBytes(bytesToCome);
    const { bandwidth } = this.#options;
    const onRead = (bytes: number) => this.#progress.go(bytes);
    await receiveBlock(this.#connection, { head, file, bandwidth, onRead });
  }

  async #store(
    { file, since, resumedAt }: Accepted,
    { id, size, sha256 }: { id: number; size: number; sha256: string },
  ): Promise<void> {
    this.#storing.add(id);
    using _busy = keepTellingBusy(this.#connection, this.#clock);
    try {
      await this.#tellStored(id, { stored: await file.finish({ size, sha256 }), since, resumedAt });
    } catch (error) {
      await file.abandon(error).catch(ignore);
      await this.#refuse({ id, path: file.path, error });
    } finally {
      this.#storing.delete(id);
    }
  }

  async #tellStored(
    id: number,
    { stored, since, resumedAt }: { stored: StoredFile; since: number; resumedAt: number },
  ): Promise<void> {
    const connection = this.#connection;
    const ms = this.#clock.now() - since;
    const event = { type: "stored", id: connection.id, ...stored, ms, resumedAt } as const;
    this.#report({ ...event, format: "parcel" });
    // If the connection is over the loop knows it, and the sender learns at its next try that the file is there.
    await connection.send({ type: "stored", id, ...stored }).catch(ignore);
  }

  /** Lets go of a file that the sender gives up; what came of it is of use once the sender has it whole again. */
  async #cancel({ id, reason }: { id: number; reason: string }): Promise<void> {
    this.#dropped.delete(id);
    await this.#beginning.get(id);
    this.#comparing.delete(id);
    const file = this.#accepted.get(id)?.file;
    if (!file) return;
    this.#accepted.delete(id);
    this.#progress.end(file);
    await file.release().catch(ignore);
    const { path } = file;
    this.#report({ type: "not-stored", id: this.#connection.id, path, code: "canceled", reason });
  }

  /** Does something with an accepted file. If that fails the file is refused, and the session goes on. */
  async #try(id: number, work: (accepted: Accepted) => Promise<void>): Promise<void> {
    if (this.#dropped.has(id)) return;
    const accepted = await this.#required(id);
    try {
      await work(accepted);
    } catch (error) {
      if (this.#isOver(error)) throw error;
      const { file } = accepted;
      this.#accepted.delete(id);
      this.#dropped.add(id);
      this.#progress.end(file);
      // Where nothing is wrong with what came, a later try goes on behind it.
      await file.abandon(error).catch(ignore);
      await this.#refuse({ id, path: file.path, error });
    }
  }

  #isOneOpen(): boolean {
    for (const { file } of this.#accepted.values()) if (file.started) return true;
    return false;
  }

  /** Returns a file that was accepted. If its offer is still being looked at, that is waited for. */
  async #required(id: number): Promise<Accepted> {
    await this.#beginning.get(id);
    const accepted = this.#accepted.get(id);
    if (accepted) return accepted;
    throw unexpected(`a message about file ${id}`, "one that was accepted");
  }

  async #refuse({ id, path, error }: { id: number; path: string; error: unknown }): Promise<void> {
    if (this.#isOver(error)) throw error;
    const { code, message: reason, cause } = refusalOf(error);
    const said = { type: "not-stored", id: this.#connection.id, path, code, reason } as const;
    this.#report(cause === undefined ? said : { ...said, error: cause });
    await this.#connection.send({ type: "refused", id, code, reason });
  }

  /** Says whether an error ends the connection. All others are a file's: the system has too many to list them. */
  #isOver(error: unknown): boolean {
    if (error instanceof FileRefusedError) return false;
    return this.#connection.closed || error instanceof ProtocolError ||
      error instanceof ClosedError || error instanceof DeadlineError;
  }
}

function ignore(): void {}
