import {
  BodyDecoder,
  type BodyPiece,
  defineCodec,
  lengthPrefixed,
  lines,
  type ReceiveBuffer,
} from "../../../codec/mod.ts";
import { parcel } from "../../../codec/parcel/mod.ts";
import { simpleFileReplies, simpleFileRequests } from "../../../codec/simple_file/mod.ts";
import { telnet } from "../../../codec/telnet/mod.ts";
import { hex, joined as concat, utf8Bytes } from "../support.ts";
import { HTTP } from "./http.ts";
import { IRC } from "./irc.ts";
import { MAX, MAX_LINE, type MutatedCodec, refusal } from "./mutated_codec.ts";
import { WEBSOCKET } from "./websocket.ts";

/** The codecs of protocols, and what they are made of. */
export const PROTOCOLS: readonly MutatedCodec[] = [
  {
    name: "telnet(lines())",
    of: "telnet",
    codec: telnet(lines(MAX_LINE), { local: [1], remote: [3] }),
    samples: [
      ...["68 69 0d 0a", "68 ff fd 01 69 0a", "ff fb 03 0a", "ff fa 18 01 ff f0", "0d 00 61 0a"],
      ...["ff ff 0a", "ff f1 62 0d 0a", "61 0d ff fe 01 0a"],
    ].map(hex),
    limit: 12,
  },
  {
    name: "telnet(lengthPrefixed({ width: 1 }))",
    of: "telnet",
    codec: telnet(lengthPrefixed({ width: 1, ...MAX })),
    samples: ["03 61 ff ff 62", "04 0d 00 0d 0a 61", "00", "01 ff fd 01 61"].map(hex),
    limit: 21,
  },
  {
    name: "BodyDecoder in chunks",
    of: "BodyDecoder",
    codec: defineCodec<unknown, never>(() => new ChunkedDecoder(), () => {}),
    samples: ["03 61 62 63", "00", "80 02 61 62 01 63 00", "80 00", "01 07"].map(hex),
    limit: 1,
    pieces: pieceOf,
  },
  {
    name: "simpleFileRequests()",
    of: "simpleFileRequests",
    codec: simpleFileRequests(),
    samples: ["2::txt::hi", "0::::", "1::a::x", "10::", "3::jpg::abc"].map(utf8Bytes),
    limit: 36,
    pieces: pieceOf,
  },
  {
    name: "simpleFileReplies()",
    of: "simpleFileReplies",
    codec: simpleFileReplies(),
    samples: ["Received:2\n", "-end-", "error: no\n", "a-end-b\r\n", "-en", "é\n"].map(utf8Bytes),
    limit: 8192,
  },
  {
    name: "parcel()",
    of: "parcel",
    codec: parcel(),
    samples: [
      parcel().encode({ type: "magic" }),
      ...framesOfParcel().map((frame) => concat([parcel().encode({ type: "magic" }), frame])),
      ...framesOfParcel(),
    ],
    limit: 16 * 1024 + 9,
    pieces: pieceOf,
  },
  ...HTTP.map((mutated) => ({ ...mutated, pieces: pieceOf })),
  ...WEBSOCKET,
  ...IRC,
];

function framesOfParcel(): Uint8Array[] {
  const one = parcel();
  return [
    one.encode({ type: "start", id: 1, offset: 0 }),
    one.encode({ type: "data", id: 1, offset: 0, rawBytes: 0, bytes: utf8Bytes("hi") }),
    hex("0e 00 00 00 02 17 80 fe 0a 7b 7d"),
  ];
}

function pieceOf(message: unknown): Uint8Array | undefined {
  const isPiece = typeof message === "object" && message !== null && "type" in message &&
    message.type === "body";
  // Its type says so.
  return isPiece ? (message as BodyPiece).bytes : undefined;
}

/** A byte is the length of the body, or says that it comes in chunks, each with a length, 0 the last. */
class ChunkedDecoder extends BodyDecoder<{ type: "head"; length: number }> {
  #sum = 0;

  protected override decodeHead(
    buffer: ReceiveBuffer,
  ): { type: "head"; length: number } | undefined {
    if (buffer.length === 0) return undefined;
    const length = buffer.at(0);
    if (length > 0x81) throw refusal("head", buffer.offset);
    buffer.skip(1);
    if (length === 0x81) this.expectBody(Infinity);
    else if (length === 0x80) this.expectChunks();
    else this.expectBody(length);
    return { type: "head", length };
  }

  protected override decodeChunkHead(buffer: ReceiveBuffer): number | undefined {
    if (buffer.length === 0) return undefined;
    const length = buffer.at(0);
    if (length > 0x7f) throw refusal("chunk", buffer.offset);
    buffer.skip(1);
    return length;
  }

  protected override onBody(bytes: Uint8Array): void {
    for (const byte of bytes) this.#sum ^= byte;
  }

  protected override onBodyEnd(): void {
    // One body in four is said to be broken.
    if (this.#sum % 4 === 3) throw refusal("body", this.#sum);
    this.#sum = 0;
  }
}
