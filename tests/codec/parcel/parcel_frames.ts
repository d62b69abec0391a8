import { ByteWriter, type Codec, crc32c, type Decoder } from "../../../codec/mod.ts";
import {
  parcel,
  PARCEL_MAGIC,
  type ParcelMessage,
  type ParcelOutgoing,
} from "../../../codec/parcel/parcel.ts";
import { joinedBodies } from "../joined_bodies.ts";
import { hex, joined, utf8Bytes } from "../support.ts";

/** The parcel format from its magic on; a block is one message. */
export const parcelWithMagic = withWholeBlocks(() => parcel().decoder());

/** The same behind its magic: offsets begin with 9. */
export const parcelFrames = withWholeBlocks(() => {
  const decoder = parcel().decoder();
  decoder.push(utf8Bytes(PARCEL_MAGIC));
  decoder.next();
  return decoder;
});

/** Returns a frame: its head in hex, and its payload as text. */
export function frame(head: string, payload: string): Uint8Array<ArrayBuffer> {
  return joined([hex(head), utf8Bytes(payload)]);
}

/** Returns a frame of any type and payload, with the right length and checksum. */
export function sealed(type: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(type);
  writer.u32(payload.length, "big");
  // A block is covered by its file's digest.
  const covered = type === 8 ? payload.subarray(0, 16) : payload;
  writer.u32(crc32c(covered, crc32c(writer.finish())), "big");
  writer.bytes(payload);
  return writer.finish();
}

/** Returns the fields of a data frame in front of its block. */
export function blockFields(
  { id = 1, offset = 0n, rawBytes = 0 }: { id?: number; offset?: bigint; rawBytes?: number } = {},
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u32(id, "big");
  writer.u64(offset, "big");
  writer.u32(rawBytes, "big");
  return writer.finish();
}

function withWholeBlocks(decoder: () => Decoder<ParcelMessage>): Codec<ParcelOutgoing> {
  return joinedBodies({
    decoder,
    join(head, bytes): ParcelOutgoing {
      if (head.type !== "data") return head;
      const { type, id, offset, rawBytes } = head;
      return { type, id, offset, rawBytes, bytes };
    },
    encode: parcel().session().encode,
  });
}
