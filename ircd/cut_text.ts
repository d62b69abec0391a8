const encoder = new TextEncoder();
const room = new Uint8Array(512);

/** Returns text cut at a character to at most `maxBytes` of UTF-8, which is no more than a line has. */
export function cutText(text: string, maxBytes: number): string {
  // A unit of UTF-16 is at most three bytes.
  if (text.length * 3 <= maxBytes) return text;
  const { read } = encoder.encodeInto(text, room.subarray(0, Math.max(0, maxBytes)));
  return read === text.length ? text : text.slice(0, read);
}

/** Returns how many bytes of UTF-8 text of a line is; what is longer than a line counts as a line. */
export function byteLength(text: string): number {
  return encoder.encodeInto(text, room).written;
}
