import { irc, type IrcMessage } from "../../../codec/irc/mod.ts";
import { IrcDecoder } from "../../../codec/irc/irc_decoder.ts";
import { type Codec, defineCodec, LimitError, mapped } from "../../../codec/mod.ts";
import { hex, utf8Bytes } from "../support.ts";
import type { MutatedCodec } from "./mutated_codec.ts";

const LIMITS = { maxBytes: 12, maxTagBytes: 10 };
const SAMPLES = [
  ...["PING :a b\r\n", "@a=b;c :d E\n", "A\r", "\r\n", "@a=\\s\\ B  c\n", "é :\ufffd\n"].map(
    utf8Bytes,
  ),
  ...["41 20 e9 0a", "00 41 00 20 00 62 0d 0a"].map(hex),
];

const SKIPPING = defineCodec<IrcMessage | LimitError, never>(
  () => new IrcDecoder({ ...LIMITS, onTooLong: "skip" }),
  () => {},
);

/** IRC; the tags are compared as an array. */
export const IRC: readonly MutatedCodec[] = [
  { name: "irc()", of: "irc", codec: irc(LIMITS), samples: SAMPLES, limit: 22 },
  {
    name: "irc() with its tags",
    of: "irc",
    codec: withTags(irc(LIMITS)),
    samples: SAMPLES,
    limit: 22,
  },
  {
    name: "IrcDecoder, onTooLong: skip",
    of: "IrcDecoder",
    codec: withTags(SKIPPING),
    samples: SAMPLES,
    limit: 22,
  },
];

/** What is compared are arrays and objects. */
function withTags(codec: Codec<IrcMessage | LimitError, never>): Codec<unknown, never> {
  return mapped(codec, {
    decode: (message) =>
      message instanceof LimitError ? message : { ...message, tags: [...message.tags ?? []] },
    encode: (message: never) => message,
  });
}
