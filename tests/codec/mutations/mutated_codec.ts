import { type Codec, ProtocolError } from "../../../codec/mod.ts";
import { utf8Bytes } from "../support.ts";

/** A codec, and sound bytes to change. Short ones: what a change can do, it does within a few bytes. */
export interface MutatedCodec {
  readonly name: string;
  /** The exported function that makes it, or the exported class of its decoder. Those of one share the inputs. */
  readonly of: string;
  readonly codec: Codec<unknown, never>;
  readonly samples: readonly Uint8Array[];
  /** Bytes that may wait. */
  readonly limit: number;
  /** Returns the bytes of a message that is a piece, as large as it arrived. */
  readonly pieces?: (message: unknown) => Uint8Array | undefined;
}

/** What most codecs are limited to here. */
export const MAX = { maxBytes: 20 };
/** What lines are limited to here. */
export const MAX_LINE = { maxBytes: 12 };

/** A codec of frames of bytes, or one around it; its name begins with that of its function. */
export function framed(
  { name, frame, around = (codec) => codec, texts = ["", "a", "hi!"], more = [] }: {
    name: string;
    frame: Codec<Uint8Array>;
    around?: (codec: Codec<Uint8Array>) => Codec<unknown, never>;
    texts?: readonly string[];
    more?: readonly Uint8Array[];
  },
): MutatedCodec {
  const samples = [...texts.map((text) => frame.encode(utf8Bytes(text))), ...more];
  return { name, of: /^\w+/.exec(name)![0], codec: around(frame), samples, limit: 32 };
}

/** Makes an error as a codec from outside has it. */
export function refusal(what: string, offset: number): ProtocolError {
  return new ProtocolError(`Cannot decode ${what} at offset ${offset}: it is refused`, {
    code: "bad-thing",
    side: "remote",
    offset,
    expected: "another one",
    received: what,
  });
}
