import {
  bytes,
  type Codec,
  delimited,
  fixed,
  lengthPrefixed,
  type LineEnding,
  lines,
  netstring,
  varintPrefixed,
} from "../../../codec/mod.ts";
import { hex, utf8Bytes } from "../support.ts";
import { framed, MAX, MAX_LINE, type MutatedCodec } from "./mutated_codec.ts";
import { LINES, NO_UTF8 } from "./sample_lines.ts";

/** The codecs that cut a stream into messages. */
export const FRAMINGS: readonly MutatedCodec[] = [
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
