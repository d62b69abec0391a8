import type { BodyPiece } from "../../codec/body_decoder.ts";
import type { SimpleFileHeader, SimpleFileReply } from "../../codec/simple_file/simple_file.ts";
import { type Clock, sleep, systemClock } from "../../net/clock.ts";
import { ClosedError, type Connection } from "../../net/mod.ts";
import { BlockReader } from "../sources/block_reader.ts";
import type { Pacer } from "../pacer.ts";
import { RefusedError } from "../refused_error.ts";
import type { FileSource } from "../sources/source.ts";

/** A connection that speaks the simple format, as its sender has it. */
export type SimpleSenderConnection = Connection<SimpleFileReply, SimpleFileHeader | BodyPiece>;

/** A longer file cannot come whole with its header: no receiver reads so much at a time. */
const LONGEST_READ_BYTES = 1024 * 1024;

/** How a file is sent. */
export interface SendSimpleOptions {
  /** Keeps all connections that share it to a rate. */
  pacer?: Pacer | undefined;
  /**
   * Milliseconds between the header and a file of up to 1 MiB: an old receiver that gets both at once waits for ever.
   *
   * @default {50}
   */
  headerPauseMs?: number;
  /** Hears how much was sent. */
  onBytes?: (sent: number) => void;
  /** The clock to go by. @default {systemClock} */
  clock?: Clock;
}

/**
 * Sends one file in the simple format, and waits until the receiver has stored it. What the receiver says meanwhile is
 * read, so that neither waits for the other. Where it fails, the connection is over.
 *
 * @returns Whether the file was changed here while it was sent.
 * @throws {RefusedError} The receiver does not take it, or it is not what it was.
 * @throws {ClosedError} The connection broke.
 */
export async function sendSimple(
  connection: SimpleSenderConnection,
  { source, ...options }: SendSimpleOptions & { source: FileSource & { readonly size: number } },
): Promise<{ readonly changed: boolean }> {
  const { pacer, headerPauseMs = 50, onBytes, clock = systemClock } = options;
  const { size } = source;
  await using file = await source.open();
  const reader = new BlockReader(file, {
    maxBytes: size,
    ...pacer && { blockBytes: pacer.pieceBytes },
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
    let sent = 0;
    for (let block; !isOver && (block = await reader.next()) !== undefined;) {
      await pacer?.take(block.bytes.length, connection.signal);
      await connection.sendBytes(block.bytes);
      sent += block.bytes.length;
      onBytes?.(sent);
    }
    if (!isOver && sent !== size) {
      const reason = "it became shorter while it was sent";
      throw new RefusedError(reason, { code: "changed" });
    }
    const changed = await file.hasChanged();
    await hearing;
    if (sent === size) return { changed };
    const reason = "the receiver says that it is stored, and has not got all of it";
    throw new RefusedError(reason, { code: "size-mismatch" });
  } catch (error) {
    // Who refuses a file hangs up, and says why before: that says more than that a write failed.
    if (error instanceof ClosedError) await hearing;
    connection.abort(error);
    throw error;
  } finally {
    await reader.release();
  }
}

async function untilStored(connection: SimpleSenderConnection): Promise<void> {
  for (let reply; (reply = await connection.receive()) !== undefined;) {
    if (reply.type === "stored") return;
    if (reply.type === "error") throw new RefusedError(reply.message, { code: "storage-failed" });
  }
  throw new ClosedError("Cannot send: the receiver hung up before it had stored the file", {
    code: "connection-closed",
    by: "peer",
  });
}

/** Returns what stands behind the last dot of a name, where the format can say it. */
function extensionOf(path: string): string {
  const [, extension = ""] = /\.([A-Za-z0-9]{1,16})$/.exec(path) ?? [];
  return extension;
}
