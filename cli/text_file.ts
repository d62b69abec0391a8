/** Marks at the beginning of a file that say how its text is written (Unicode 16, 23.8). */
const MARKS = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
] as const;

/**
 * Reads a file that a person wrote, as text: in UTF-8, or as its byte order mark says, which is no part of the text.
 * Windows' editors and PowerShell write such marks.
 */
export async function readTextWithMark(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  const mark = MARKS.find((one) => one.bytes.every((byte, at) => bytes[at] === byte));
  // The decoder drops the mark of its encoding.
  return new TextDecoder(mark?.encoding ?? "utf-8").decode(bytes);
}
