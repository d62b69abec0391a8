import {
  checksummed,
  joined,
  json,
  jsonLines,
  latin1,
  lengthPrefixed,
  lines,
  mapped,
  netstring,
  utf8,
  varintPrefixed,
} from "../../../codec/mod.ts";
import { refuseOtherProtocols } from "../../../codec/other_protocols.ts";
import { joined as concat, utf8Bytes } from "../support.ts";
import { framed, MAX, MAX_LINE, type MutatedCodec, refusal } from "./mutated_codec.ts";
import { LINES, NO_UTF8 } from "./sample_lines.ts";

/** The codecs around another one. */
export const WRAPPERS: readonly MutatedCodec[] = [
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
    samples: ["1", '{"a":1}', '["é"]', "[-1.5]", "null", " true "].map(utf8Bytes).map((text) =>
      concat([Uint8Array.of(text.length), text])
    ),
    limit: 21,
  },
  {
    name: "jsonLines()",
    of: "jsonLines",
    codec: jsonLines(MAX),
    samples: ["1\n", '{"a":1}\r\n', '["é"]\n', "-1.5\n", "null\n", "\n", " \t\n", "2"].map(
      utf8Bytes,
    ),
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
    name: "refuseOtherProtocols(lines())",
    of: "refuseOtherProtocols",
    // Where a line is too long before it is known what it is, the cut decides which of the two is said.
    codec: refuseOtherProtocols(lines({ maxBytes: 64 })),
    samples: [...LINES, ...["GET / HTTP/1.1\r\n", "P * HTTP/2\n", "\x16\x03\n"].map(utf8Bytes)],
    limit: 65,
  },
];
