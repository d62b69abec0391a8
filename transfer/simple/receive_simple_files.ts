import type { BodyPiece } from "../../codec/body_decoder.ts";
import { ProtocolError } from "../../codec/errors.ts";
import type { SimpleFileHeader, SimpleFileReply } from "../../codec/simple_file/simple_file.ts";
import { hostOf } from "../../net/address.ts";
import { systemClock } from "../../net/clock.ts";
import type { Connection } from "../../net/connection.ts";
import { safeListener } from "../../net/safe_listener.ts";
import { FileRefusedError, refusalOf } from "../file_refused_error.ts";
import type { IncomingFile, StoredWithoutDigest } from "../inbox/incoming_file.ts";
import { SessionQuota } from "../inbox/session_quota.ts";
import { ProgressTeller } from "../receive_progress.ts";
import type { ReceiveSimpleFilesOptions } from "../receive_options.ts";

/** A connection that speaks the simple file format, as the receiver has it. */
export type SimpleReceiverConnection = Connection<SimpleFileHeader | BodyPiece, SimpleFileReply>;

/** Milliseconds between two replies that say how much has come. */
const ACK_MS = 100;
/**
 * A block that took so many milliseconds to come is hashed while the next one is on its way, which costs nothing. If blocks
 * come faster, hashing would hold them up: they are hashed after the peer, who gave no digest, has its answer.
 */
const HASH_MS = 4;

/**
 * Receives files in the simple format, one after the other, until the peer hangs up or a file is refused. The format has no
 * names, so each file gets one from the date and its extension: `received-20260102-030405.jpg`. `-end-` is sent when it is
 * stored.
 *
 * @throws {ProtocolError} The peer broke the protocol, and was told so.
 * @throws {ClosedError} The connection broke.
 * @throws {DeadlineError} The peer was silent for too long.
 */
export async function receiveSimpleFiles(
  connection: SimpleReceiverConnection,
  options: ReceiveSimpleFilesOptions,
): Promise<void> {
  const quota = new SessionQuota(options.inbox.limits);
  try {
    for (let head; (head = await connection.receive()) !== undefined;) {
      // What `receiveBody` left of the body of a file.
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

/** Receives one file; returns false when it was refused, which ends the connection. */
async function receiveOne(
  connection: SimpleReceiverConnection,
  { head, quota, options }: {
    head: SimpleFileHeader;
    quota: SessionQuota;
    options: ReceiveSimpleFilesOptions;
  },
): Promise<boolean> {
  const { inbox, clock = systemClock } = options;
  const onEvent = safeListener(options.onEvent, { name: "onEvent" });
  const { size, extension } = head;
  const { id } = connection;
  const since = clock.now();
  const path = nameOf(extension, clock.date());
  let stored: StoredWithoutDigest;
  try {
    quota.addSimpleFile();
    quota.addBytes(size);
    await using file = await inbox.beginUnnamed({ path, size, mtimeMs: null }, {
      from: hostOf(connection.remoteAddr),
    });
    await file.start();
    const progress = new ProgressTeller(id, options.onProgress);
    progress.begin(file);
    try {
      await receiveBody(connection, { file, size, options, progress });
    } finally {
      progress.end(file);
    }
    stored = await file.finishWithoutDigest();
  } catch (error) {
    if (connection.closed || error instanceof ProtocolError) throw error;
    // When the server stops, a wait for bandwidth rejects with the signal's reason.
    const refusal = error === connection.signal.reason
      ? new FileRefusedError("the receiver is shutting down", { code: "canceled" })
      : refusalOf(error);
    const { code, message: reason, cause } = refusal;
    onEvent({
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
    // It is stored, whether the sender still hears of it or not.
    const { digest, ...file } = stored;
    const event = { type: "stored", id, ...file, ms, resumedAt: 0, format: "simple" } as const;
    onEvent({ ...event, sha256: await digest().catch(ignore) });
  }
  return true;
}

async function receiveBody(
  connection: SimpleReceiverConnection,
  { file, size, options, progress }: {
    file: IncomingFile;
    size: number;
    options: ReceiveSimpleFilesOptions;
    progress: ProgressTeller;
  },
): Promise<void> {
  const { bandwidth, clock = systemClock } = options;
  let told = clock.now();
  for (let received = 0; received < size;) {
    const { buffer } = file;
    const wanted = Math.min(buffer.length, size - received);
    let filled = 0;
    const began = clock.now();
    while (filled < wanted) {
      const most = Math.min(wanted - filled, bandwidth?.pieceBytes ?? wanted);
      const count = await connection.readBody(buffer.subarray(filled, filled + most));
      filled += count;
      received += count;
      progress.go(received);
      await bandwidth?.take(count, connection.signal);
      if (clock.now() - told < ACK_MS || received === size) continue;
      told = clock.now();
      // Not awaited, and only when nothing waits: a sender that reads no replies before the end must not stop us.
      if (connection.queuedBytes === 0) void connection.send({ type: "received", bytes: received });
    }
    const isSlow = clock.now() - began >= HASH_MS;
    await file.write(filled, { isHashed: isSlow || filled < buffer.length });
  }
}

/** Returns a name for a file that came without one: `received-20260102-030405.jpg`. */
function nameOf(extension: string, date: Date): string {
  const [day = "", time = ""] = date.toISOString().replaceAll(/[-:]/g, "").split(/[T.]/);
  return `received-${day}-${time}${extension === "" ? "" : `.${extension}`}`;
}

function ignore(): undefined {}
