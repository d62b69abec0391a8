import { BufferedDecoder } from "../../codec/buffered_decoder.ts";
import type { ReceiveBuffer } from "../../codec/bytes/receive_buffer.ts";
import { type Codec, defineCodec } from "../../codec/codec.ts";
import { ProtocolError } from "../../codec/errors.ts";

/**
 * A protocol of one letter a message that says much of itself: `?` is answered with `!`, the last words are `.` or, when
 * the server stops, `,`, and `#` is no message and is refused with `x`.
 */
export const letters: Codec<string> = defineCodec<string>(() => {
  let owed = 0;
  class Letters extends BufferedDecoder<string> {
    protected override decode(buffer: ReceiveBuffer): string | undefined {
      while (buffer.length > 0) {
        const letter = String.fromCharCode(buffer.at(0));
        if (letter === "#") {
          throw new ProtocolError("Cannot decode letter: it is #", {
            code: "bad-letter",
            side: "remote",
            offset: buffer.offset,
            expected: "a letter",
            received: "#",
          });
        }
        buffer.skip(1);
        if (letter !== "?") return letter;
        owed++;
      }
      return undefined;
    }
  }
  return {
    decoder: new Letters(),
    encode: (letter, writer) => void writer.text(letter),
    answer(writer) {
      for (; owed > 0; owed--) writer.text("!");
    },
    farewell: (reason, writer) => void writer.text(reason === "stopping" ? "," : "."),
    refuse: (error, writer) => void writer.text(error.code === "bad-letter" ? "x" : "f"),
  };
});
