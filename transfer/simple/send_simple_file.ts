import { type Hasher, sha256 } from "../../codec/hashing.ts";
import type { BodyPiece } from "../../codec/body_decoder.ts";
import type { SimpleFileHeader, SimpleFileReply } from "../../codec/simple_file/simple_file.ts";
import { type Clock, sleep, systemClock } from "../../net/clock.ts";
import type { Connection } from "../../net/connection.ts";
import { requireWaitMs } from "../../net/deadlines.ts";
import { ClosedError } from "../../net/errors.ts";
import { safeListener } from "../../net/safe_listener.ts";
import { FileRefusedError } from "../file_refused_error.ts";
import type { SendSimpleFilesOptions } from "../send_options.ts";
import { BlockReader } from "../sources/block_reader.ts";
import type { FileSource, OpenFileSource } from "../sources/file_source.ts";

/** A connection that speaks the simple file format, as the sender has it. */
export type SimpleSenderConnection = Connection<SimpleFileReply, SimpleFileHeader | BodyPiece>;

/** No receiver reads more at a time: a longer file never comes whole with its header, and needs no pause between them. */
const LONGEST_READ_BYTES = 1024 * 1024;
/** The pause for old receivers when none is given. */
const HEADER_PAUSE_MS = 50;

/** How {@linkcode sendSimpleFile} sends. */
export interface SendSimpleFileOptions
  extends Pick<SendSimpleFilesOptions, "bandwidth" | "headerPauseMs"> {
  /** The file. */
  source: FileSource & { readonly size: number };
  /** Called as the file goes out, with the bytes that are sent. */
  onBytes?: (sent: number) => void;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/**
 * Sends one file in the simple format, and waits until the receiver has stored it. Replies are read meanwhile, so that
 * neither side waits for the other. A file that was changed meanwhile is not ended, so that nobody stores it. After an
 * error the connection is over.
 *
 * @throws {FileRefusedError} The receiver does not take it; `changed`: it is not what it was when it was begun.
 * @throws {ClosedError} The connection broke.
 * @throws {RangeError} `headerPauseMs` is not a time from 0.
 */
export async function sendSimpleFile(
  connection: SimpleSenderConnection,
  { source, ...options }: SendSimpleFileOptions,
): Promise<void> {
  const { bandwidth, headerPauseMs = HEADER_PAUSE_MS, clock = systemClock } = options;
  requireWaitMs("headerPauseMs", headerPauseMs);
  const onBytes = safeListener(options.onBytes, { name: "onBytes" });
  const { size } = source;
  await using file = await source.open();
  const reader = new BlockReader(file, {
    maxBytes: size,
    ...bandwidth && { blockBytes: bandwidth.pieceBytes },
  });
  const hearing = untilStored(connection);
  let isOver = false;
  hearing.then(() => isOver = true, (error) => {
    isOver = true;
    // A block that waits for a receiver that has refused the file would wait for long.
    connection.abort(error);
  });
  try {
    await connection.send({ type: "file", size, extension: extensionOf(source.path) });
    await connection.flush();
    if (size > 0 && size <= LONGEST_READ_BYTES) {
      await sleep(headerPauseMs, { clock, signal: connection.signal });
    }
    // To hash costs more than to send: only what is likely to be changed again is worth it.
    const hasher = file.isFresh ? sha256() : undefined;
    let sent = 0;
    for (let block; !isOver && (block = await reader.next()) !== undefined;) {
      hasher?.update(block.bytes);
      if (sent + block.bytes.length === size) await requireStill(file, { size, hasher });
      await bandwidth?.take(block.bytes.length, connection.signal);
      await connection.sendBytes(block.bytes);
      sent += block.bytes.length;
      onBytes(sent);
    }
    if (!isOver && sent !== size) {
      const reason = "it became shorter while it was sent";
      throw new FileRefusedError(reason, { code: "changed" });
    }
    await hearing;
    if (sent === size) return;
    const reason = "the receiver says that it is stored, and has not got all of it";
    throw new FileRefusedError(reason, { code: "size-mismatch" });
  } catch (error) {
    // A receiver that refuses a file says why and hangs up: that says more than a write that failed.
    if (error instanceof ClosedError) await hearing;
    connection.abort(error);
    throw error;
  } finally {
    await reader.release();
  }
}

/** Refuses a file that does not hold any more what was read of it; its last bytes were not sent yet. */
async function requireStill(
  file: OpenFileSource,
  { size, hasher }: { size: number; hasher: Hasher | undefined },
): Promise<void> {
  const isStill = await file.isStill?.({ bytes: size, sha256: hasher?.digest() });
  if (isStill !== false) return;
  throw new FileRefusedError("it was changed while it was sent", { code: "changed" });
}

async function untilStored(connection: SimpleSenderConnection): Promise<void> {
  for (let reply; (reply = await connection.receive()) !== undefined;) {
    if (reply.type === "stored") return;
    if (reply.type === "error") {
      throw new FileRefusedError(reply.message, { code: "storage-failed" });
    }
  }
  throw new ClosedError("Cannot send: the receiver hung up before it had stored the file", {
    code: "connection-closed",
    by: "peer",
  });
}

/** Returns what stands behind the last dot of a name; nothing when the format cannot say it. */
function extensionOf(path: string): string {
  const [, extension = ""] = /\.([A-Za-z0-9]{1,16})$/.exec(path) ?? [];
  return extension;
}
