import { ProtocolError } from "../../codec/mod.ts";
import type { BodyPiece } from "../../codec/body_decoder.ts";
import type { SimpleFileHeader, SimpleFileReply } from "../../codec/simple_file/simple_file.ts";
import { systemClock } from "../../net/clock.ts";
import type { Connection } from "../../net/mod.ts";
import type { ReceiveParcelsOptions } from "../parcel/receive_parcel.ts";
import { refusalOf, RefusedError } from "../refused_error.ts";
import { SessionQuota } from "../session_quota.ts";
import type { StoredUndigested, Upload } from "../inbox/upload.ts";

/** A connection that speaks the simple format, as its receiver has it. */
export type SimpleReceiverConnection = Connection<SimpleFileHeader | BodyPiece, SimpleFileReply>;

/** At most so many milliseconds pass between two words about what has come, and not less. */
const ACK_MS = 100;
/**
 * A block that took at least so long to come is hashed while the next one is on its way, which costs nothing. When they
 * come faster, hashing would hold them up: the peer, who has no digest to compare, is not kept waiting for ours.
 */
const HASH_MS = 4;

/**
 * Receives the files that a peer sends in the simple format. Each gets a name of its own, because the format has none;
 * `-end-` is said when it is stored.
 *
 * @throws {ProtocolError} The peer broke the protocol; it was told.
 * @throws {ClosedError} The connection broke.
 */
export async function receiveSimple(
  connection: SimpleReceiverConnection,
  options: ReceiveParcelsOptions,
): Promise<void> {
  const quota = new SessionQuota(options.limits);
  try {
    for (let head; (head = await connection.receive()) !== undefined;) {
      // Bodies are read past `receive`, so what it gives is the next file.
      if (head.type === "body") continue;
      if (!await receiveOne(connection, { head, quota, options })) return;
    }
  } catch (error) {
    if (error instanceof ProtocolError) {
      await connection.send({ type: "error", message: error.message }).catch(ignore);
    }
    throw error;
  }
}

/** Receives one file; says false when it was refused, which ends the connection. */
async function receiveOne(
  connection: SimpleReceiverConnection,
  { head, quota, options }: {
    head: SimpleFileHeader;
    quota: SessionQuota;
    options: ReceiveParcelsOptions;
  },
): Promise<boolean> {
  const { inbox, onEvent, clock = systemClock } = options;
  const { size, extension } = head;
  const { id } = connection;
  const since = clock.now();
  const path = nameOf(extension, clock.date());
  let stored: StoredUndigested;
  try {
    quota.addFile();
    quota.addBytes(size);
    await using upload = await inbox.beginNew({ path, size, mtimeMs: null });
    await upload.start(0);
    await receiveBody(connection, { upload, size, options });
    stored = await upload.finishUndigested();
  } catch (error) {
    if (connection.closed || error instanceof ProtocolError) throw error;
    // A wait for the rate ends with this where the server stops.
    const refusal = error === connection.signal.reason
      ? new RefusedError("the receiver is shutting down", { code: "canceled" })
      : refusalOf(error);
    const { code, message: reason, cause } = refusal;
    onEvent?.({
      type: "not-stored",
      id,
      path,
      code,
      reason,
      ...cause !== undefined && { error: cause },
    });
    await connection.send({ type: "error", message: reason });
    return false;
  }
  const ms = clock.now() - since;
  try {
    await connection.send({ type: "stored" });
    await connection.flush();
  } finally {
    // It is stored, whether the sender still hears it or not.
    const { digest, ...file } = stored;
    const event = { type: "stored", id, ...file, ms, resumedAt: 0, format: "simple" } as const;
    onEvent?.({ ...event, sha256: await digest().catch(ignore) });
  }
  return true;
}

async function receiveBody(
  connection: SimpleReceiverConnection,
  { upload, size, options }: { upload: Upload; size: number; options: ReceiveParcelsOptions },
): Promise<void> {
  const { pacer, clock = systemClock } = options;
  let told = clock.now();
  for (let received = 0; received < size;) {
    const { buffer } = upload;
    const wanted = Math.min(buffer.length, size - received);
    let filled = 0;
    const began = clock.now();
    while (filled < wanted) {
      const most = Math.min(wanted - filled, pacer?.pieceBytes ?? wanted);
      const count = await connection.readBody(buffer.subarray(filled, filled + most));
      filled += count;
      received += count;
      await pacer?.take(count, connection.signal);
      if (clock.now() - told < ACK_MS || received === size) continue;
      told = clock.now();
      // A sender that reads nothing before it has sent everything must not stop us: nobody waits for this.
      if (connection.queuedBytes === 0) void connection.send({ type: "received", bytes: received });
    }
    const isSlow = clock.now() - began >= HASH_MS;
    await upload.write(filled, { isHashed: isSlow || filled < buffer.length });
  }
}

/** Returns a name for a file that came without one: `received-20260102-030405.jpg`. */
function nameOf(extension: string, date: Date): string {
  const [day = "", time = ""] = date.toISOString().replaceAll(/[-:]/g, "").split(/[T.]/);
  return `received-${day}-${time}${extension === "" ? "" : `.${extension}`}`;
}

/** Nobody hears it. */
function ignore(): undefined {}
