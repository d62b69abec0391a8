import { hex, utf8Bytes } from "../support.ts";

/** Bytes, and where the first one stands that no text has there; where it is undefined, they are text. */
export interface Utf8Sequence {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The number of the bytes where they end inside a character. */
  readonly badAt?: number;
}

function sound(name: string, bytes: string): Utf8Sequence {
  return { name, bytes: hex(bytes) };
}

function unsound(name: string, bytes: string, badAt: number): Utf8Sequence {
  return { name, bytes: hex(bytes), badAt };
}

/** Returns each byte of a range. */
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function codePoint(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Characters at the ends of what each number of bytes can say, around the surrogates, and the last one. */
const ENDS = [0, 1, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0xd7ff, 0xe000, 0xfffd, 0x10ffff];
/** They are no characters, and text may hold them all the same. */
const NON_CHARACTERS = [
  ...range(0xfdd0, 0xfdef),
  ...range(0, 16).flatMap((plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]),
];

/** What is text. */
const SOUND: readonly Utf8Sequence[] = [
  { name: "Greek", bytes: utf8Bytes("κόσμε") },
  { name: "ASCII between characters of two, three and four bytes", bytes: utf8Bytes("aéb€c😀d") },
  sound("a byte order mark", "ef bb bf 61"),
  ...ENDS.map((code) => ({ name: codePoint(code), bytes: utf8Bytes(String.fromCodePoint(code)) })),
  ...NON_CHARACTERS.map((code) => ({
    name: `${codePoint(code)}, which is no character`,
    bytes: utf8Bytes(String.fromCodePoint(code)),
  })),
  sound(
    "the private ones at the ends of their planes",
    "ee 80 80 ef a3 bf f3 b0 80 80 f4 80 80 80",
  ),
];

/** What cannot go on: each stands behind text too, since a sound beginning must not hide it. */
const IMPOSSIBLE: readonly Utf8Sequence[] = [
  ...range(0x80, 0xbf).map((byte) =>
    unsound("a continuation of nothing", `${hexByte(byte)} 20`, 0)
  ),
  unsound("continuations behind a character that is whole", "c3 a9 80 bf", 2),
  unsound("six continuations", "80 bf 80 bf 80 bf", 0),
  ...range(0xc0, 0xc1).map((byte) => unsound("a first byte of overlong ones", hexByte(byte), 0)),
  ...range(0xc2, 0xdf).map((byte) =>
    unsound("a first byte of two, alone", `${hexByte(byte)} 20`, 1)
  ),
  ...range(0xe0, 0xef).map((byte) =>
    unsound("a first byte of three, alone", `${hexByte(byte)} 20`, 1)
  ),
  ...range(0xf0, 0xf4).map((byte) =>
    unsound("a first byte of four, alone", `${hexByte(byte)} 20`, 1)
  ),
  ...range(0xf5, 0xff).map((byte) => unsound("a byte that text never has", hexByte(byte), 0)),
  unsound("a character of three, cut by a space", "e2 82 20", 2),
  unsound("a character of four, cut by a space", "f0 9f 98 20", 3),
  unsound("a character of three, cut by a character", "e2 82 c3 a9", 2),
  unsound("a character of four, cut by the beginning of another", "f0 9f f0 9f 98 80", 2),
  unsound("a slash in two bytes", "c0 af", 0),
  unsound("a slash in three bytes", "e0 80 af", 1),
  unsound("a slash in four bytes", "f0 80 80 af", 1),
  unsound("a slash in five bytes", "f8 80 80 80 af", 0),
  unsound("a slash in six bytes", "fc 80 80 80 80 af", 0),
  unsound("the highest overlong one of two bytes", "c1 bf", 0),
  unsound("the highest overlong one of three bytes", "e0 9f bf", 1),
  unsound("the highest overlong one of four bytes", "f0 8f bf bf", 1),
  unsound("NUL in two bytes", "c0 80", 0),
  unsound("NUL in three bytes", "e0 80 80", 1),
  unsound("NUL in four bytes", "f0 80 80 80", 1),
  ...["a0 80", "ad bf", "ae 80", "af bf", "b0 80", "be 80", "bf bf"].map((rest) =>
    unsound("a surrogate", `ed ${rest}`, 1)
  ),
  ...["a0 80 ed b0 80", "a0 80 ed bf bf", "af bf ed b0 80", "af bf ed bf bf"].map((rest) =>
    unsound("a pair of surrogates", `ed ${rest}`, 1)
  ),
  unsound("U+110000", "f4 90 80 80", 1),
  unsound("U+13FFFF", "f4 bf bf bf", 1),
  unsound("U+140000", "f5 80 80 80", 0),
  unsound("U+1FFFFF", "f7 bf bf bf", 0),
  unsound("a character of five bytes", "f8 88 80 80 80", 0),
  unsound("a character of six bytes", "fc 84 80 80 80 80", 0),
];

/** What is cut at its end. */
const CUT: readonly Utf8Sequence[] = ["c3", "df", "e2", "e2 82", "ef bf", "f0", "f0 9f", "f0 9f 98"]
  .concat(["f4 8f bf", "ed 9f", "ee 80", "e0 a0", "f0 90", "f4 8f"])
  .map((digits) => unsound("a character that does not end", digits, hex(digits).length));

/** Sequences by the classes of what can be wrong, with all their members where there are few. */
export const UTF8_SEQUENCES: readonly Utf8Sequence[] = [...SOUND, ...IMPOSSIBLE, ...CUT];

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** Returns a sequence with sound text around it: behind it only where it says so. */
export function between(
  { name, bytes, badAt }: Utf8Sequence,
  { before, behind = "" }: { before: string; behind?: string },
): Utf8Sequence {
  const [front, back] = [utf8Bytes(before), utf8Bytes(behind)];
  const all = new Uint8Array([...front, ...bytes, ...back]);
  return { name, bytes: all, ...badAt !== undefined && { badAt: front.length + badAt } };
}
