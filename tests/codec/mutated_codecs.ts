import {
  BodyDecoder,
  type BodyPiece,
  bytes,
  checksummed,
  type Codec,
  defineCodec,
  delimited,
  fixed,
  joined,
  json,
  jsonLines,
  latin1,
  lengthPrefixed,
  type LineEnding,
  lines,
  mapped,
  netstring,
  ProtocolError,
  type ReceiveBuffer,
  utf8,
  varintPrefixed,
} from "../../codec/mod.ts";
import { parcel } from "../../codec/parcel/mod.ts";
import { simpleFileReplies, simpleFileRequests } from "../../codec/simple_file/mod.ts";
import { telnet } from "../../codec/telnet/mod.ts";
import { hex, joined as concat, utf8Bytes } from "./support.ts";

/** A codec, and sound bytes to change. Short ones: what a change can do, it does within a few bytes. */
export interface MutatedCodec {
  readonly name: string;
  /** The exported function that makes it, or the exported class of its decoder. */
  readonly of: string;
  readonly codec: Codec<unknown, never>;
  readonly samples: readonly Uint8Array[];
  /** Bytes that may wait. */
  readonly limit: number;
  /** Returns the bytes of a message that is a piece, as large as it arrived. */
  readonly pieces?: (message: unknown) => Uint8Array | undefined;
}

const LINES = ["hi\n", "\n", "a\r\nb\n", "c\r", "é€\n", "\r\r\n", "12345678\n", "e"].map(utf8Bytes);
const NO_UTF8 = [hex("61 ff 0a"), hex("e2 82 0a")];
const MAX_LINE = { maxBytes: 12 };
const MAX = { maxBytes: 20 };

/** Each kind of codec that codec/ exports; a test holds it to that. */
export const MUTATED_CODECS: readonly MutatedCodec[] = [
  ...(["any", "lf", "crlf", "cr"] as const).flatMap((ending) => [
    linesOf(`ending: ${ending}`, lines({ ending, ...MAX_LINE }), ending),
    linesOf(`ending: ${ending}, binary`, lines({ ending, binary: true, ...MAX_LINE }), ending),
  ]),
  linesOf("fatal", lines({ fatal: true, ...MAX_LINE })),
  linesOf("onTooLong: skip", lines({ onTooLong: "skip", ...MAX_LINE })),
  linesOf(
    "onTooLong: skip, binary",
    lines({ onTooLong: "skip", binary: true, ...MAX_LINE }),
  ),
  {
    name: "bytes()",
    of: "bytes",
    codec: bytes(),
    samples: [utf8Bytes("hi"), hex("00 ff")],
    limit: 0,
    pieces: (message) => message instanceof Uint8Array ? message : undefined,
  },
  {
    name: 'delimited("\\r\\n\\r\\n")',
    of: "delimited",
    codec: delimited("\r\n\r\n", MAX),
    samples: ["ab\r\n\r\n", "a\r\nb\r\n\r\n", "\r\n\r\n", "\r\r\n"].map(utf8Bytes),
    limit: 24,
  },
  {
    name: "delimited() of several, unended: error",
    of: "delimited",
    codec: delimited(["--", "-!", ";;;", "abcd", "bc"], { unended: "error", ...MAX }),
    samples: ["a;;b--", "a-!b", ";;;", "xabcd", "bcabc"].map(utf8Bytes),
    limit: 24,
  },
  {
    name: "fixed(3)",
    of: "fixed",
    codec: fixed(3),
    samples: [hex("01 02 03"), hex("04 05 06 07 08 09")],
    limit: 3,
  },
  framed({ name: "lengthPrefixed()", frame: lengthPrefixed(MAX) }),
  framed({
    name: "lengthPrefixed({ width: 1, includesHeader })",
    frame: lengthPrefixed({ width: 1, includesHeader: true, ...MAX }),
  }),
  framed({
    name: "lengthPrefixed({ width: 2, endian: little, adjust: -2 })",
    frame: lengthPrefixed({ width: 2, endian: "little", adjust: -2, ...MAX }),
  }),
  framed({
    name: "lengthPrefixed({ width: 8, adjust: 1 })",
    frame: lengthPrefixed({ width: 8, adjust: 1, ...MAX }),
    texts: ["a", "hi!"],
  }),
  framed({
    name: "lengthPrefixed({ magic, leadBytes })",
    frame: lengthPrefixed({ magic: hex("aa 55"), leadBytes: 1, width: 1, ...MAX }),
    texts: ["t", "thi!"],
  }),
  framed({ name: "netstring()", frame: netstring(MAX) }),
  framed({ name: "varintPrefixed()", frame: varintPrefixed(MAX), more: [hex("82 00 61 62")] }),
  ...(["crc-16/ccitt-false", "crc-16/modbus", "crc-16/xmodem", "crc-32", "crc-32c"] as const).map(
    (checksum) =>
      framed({
        name: `checksummed(lengthPrefixed({ width: 1 }), { checksum: ${checksum} })`,
        frame: checksummed(lengthPrefixed({ width: 1, ...MAX }), { checksum }),
      }),
  ),
  framed({
    name: "checksummed(netstring()) of one's own, little endian",
    frame: checksummed(netstring(MAX), {
      checksum: { width: 1, compute: (message) => message.reduce((sum, byte) => sum ^ byte, 0) },
      endian: "little",
    }),
  }),
  {
    name: "json(lengthPrefixed({ width: 1 }))",
    of: "json",
    codec: json(lengthPrefixed({ width: 1, ...MAX })),
    samples: ["1", '{"a":1}', '["€",-1.5]', "null", " true "].map(utf8Bytes).map((text) =>
      concat([Uint8Array.of(text.length), text])
    ),
    limit: 21,
  },
  {
    name: "jsonLines()",
    of: "jsonLines",
    codec: jsonLines(MAX),
    samples: ["1\n", '{"a":1}\r\n', '["€",-1.5]\n', "null\n", "\n", " \t\n", "2"].map(utf8Bytes),
    limit: 20,
  },
  {
    name: "mapped(lines()) that leaves out and refuses",
    of: "mapped",
    codec: mapped<string, string, number, string>(lines(MAX_LINE), {
      decode(line, offset) {
        if (line.startsWith("#")) return undefined;
        if (!line.includes("!")) return line.length;
        throw refusal("line", offset);
      },
      encode: (line) => line,
    }),
    samples: ["a\n", "#b\r\n", "ab\n", "!\n"].map(utf8Bytes),
    limit: 12,
  },
  framed({
    name: "latin1(lengthPrefixed({ width: 1 }))",
    frame: lengthPrefixed({ width: 1, ...MAX }),
    around: latin1,
  }),
  {
    name: "latin1(lines({ binary, onTooLong: skip }))",
    of: "latin1",
    codec: latin1(lines({ binary: true, onTooLong: "skip", ...MAX_LINE })),
    samples: [...LINES, ...NO_UTF8],
    limit: 12,
  },
  framed({
    name: "utf8(varintPrefixed())",
    frame: varintPrefixed(MAX),
    around: utf8,
    texts: ["", "a", "€é"],
  }),
  {
    name: "joined(netstring(), lines())",
    of: "joined",
    codec: joined(netstring(MAX), lines()),
    samples: ["2:hi,", "0:,", "12:hello world!,"].map(utf8Bytes),
    limit: 24,
  },
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
];

function linesOf(
  options: string,
  codec: Codec<unknown, never>,
  ending: LineEnding = "any",
): MutatedCodec {
  const written = { any: "\n", lf: "\n", crlf: "\r\n", cr: "\r" }[ending];
  const own = ["ab", "", "é"].map((line) => utf8Bytes(line + written));
  const samples = [...LINES, ...NO_UTF8, ...own];
  return { name: `lines({ ${options} })`, of: "lines", codec, samples, limit: 13 };
}

/** A codec of frames of bytes, or one around it; its name begins with that of its function. */
function framed({ name, frame, around = (codec) => codec, texts = ["", "a", "hi!"], more = [] }: {
  name: string;
  frame: Codec<Uint8Array>;
  around?: (codec: Codec<Uint8Array>) => Codec<unknown, never>;
  texts?: readonly string[];
  more?: readonly Uint8Array[];
}): MutatedCodec {
  const samples = [...texts.map((text) => frame.encode(utf8Bytes(text))), ...more];
  return { name, of: /^\w+/.exec(name)![0], codec: around(frame), samples, limit: 32 };
}

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

function refusal(what: string, offset: number): ProtocolError {
  return new ProtocolError(`Cannot decode ${what} at offset ${offset}: it is refused`, {
    code: "bad-thing",
    side: "remote",
    offset,
    expected: "another one",
    received: what,
  });
}
