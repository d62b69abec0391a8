import { inflate } from "../../codec/deflate.ts";
import type { ParcelDataHead } from "../../codec/parcel/messages.ts";
import type { BandwidthLimiter } from "../bandwidth_limiter.ts";
import { blockBuffers } from "../buffer_pool.ts";
import type { IncomingFile } from "../inbox/incoming_file.ts";
import type { ParcelConnection } from "./parcel_connection.ts";

/** What {@linkcode receiveBlock} receives. */
export interface ReceiveBlockOptions {
  /** What came in front of the block. */
  readonly head: ParcelDataHead;
  /** The file that it belongs to. */
  readonly file: IncomingFile;
  /** The rate to keep to. */
  readonly bandwidth: BandwidthLimiter | undefined;
  /** Called with the file's bytes that came so far. */
  readonly onRead: (bytes: number) => void;
}

/**
 * Receives the block behind a `data` head, inflates it if it is compressed, and adds it to its file.
 *
 * @throws {ProtocolError} The block is broken.
 * @throws {FileRefusedError} The file may not become so large.
 */
export async function receiveBlock(
  connection: ParcelConnection,
  { head: { offset, rawBytes, bodyBytes }, file, bandwidth, onRead }: ReceiveBlockOptions,
): Promise<void> {
  if (rawBytes === 0) {
    const into = file.buffer.subarray(0, bodyBytes);
    await readBody(connection, { into, bandwidth, onRead: (count) => onRead(offset + count) });
    return await file.write(bodyBytes);
  }
  const buffer = blockBuffers.take();
  const packed = buffer.subarray(0, bodyBytes);
  await readBody(connection, { into: packed, bandwidth, onRead: () => {} });
  const bytes = await inflate(packed, { rawBytes, offset });
  // Not in a `finally`: after a failed read the system may still write into it.
  blockBuffers.release(buffer);
  await file.writeBytes(bytes);
  onRead(file.size);
}

/** Fills `into` with the body, in pieces if there is a rate to keep to. */
async function readBody(
  connection: ParcelConnection,
  { into, bandwidth, onRead }: {
    into: Uint8Array<ArrayBuffer>;
    bandwidth: BandwidthLimiter | undefined;
    onRead: (count: number) => void;
  },
): Promise<void> {
  const pieceBytes = bandwidth?.pieceBytes ?? into.length;
  for (let at = 0; at < into.length;) {
    const count = await connection.readBody(into.subarray(at, at + pieceBytes));
    at += count;
    onRead(at);
    await bandwidth?.take(count, connection.signal);
  }
}
