import { BufferedDecoder, type Codec, defineCodec, type ReceiveBuffer } from "../codec/mod.ts";
import { PARCEL_MAGIC } from "../codec/parcel/parcel.ts";
import { simpleFileRequests } from "../codec/simple_file/simple_file.ts";

/** The byte that only the parcel format begins with. */
export const PARCEL_BYTE: number = PARCEL_MAGIC.charCodeAt(0);

/**
 * Gives the first byte of a stream and leaves it there, for who decides by it which codec to switch to. What it sends is
 * an error of the simple format, which a person can read whatever is spoken.
 */
export function firstByte(): Codec<number, string> {
  const { encode } = simpleFileRequests();
  return defineCodec<number, string>(() => new FirstByteDecoder(), (message, writer) => {
    writer.bytes(encode({ type: "error", message }));
  });
}

class FirstByteDecoder extends BufferedDecoder<number> {
  protected override decode(buffer: ReceiveBuffer): number | undefined {
    return buffer.length === 0 ? undefined : buffer.at(0);
  }
}
