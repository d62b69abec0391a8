// This module is browser compatible.

import { ProtocolError } from "./errors.ts";

// A byte order mark is data: it must come out as it went in.
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Returns UTF-8 bytes as text. @throws {ProtocolError} `bad-utf8`, where `fatal`. */
export function decodeText(
  bytes: Uint8Array,
  { offset, what, fatal }: { offset: number; what: string; fatal: boolean },
): string {
  if (!fatal) return lenient.decode(bytes);
  try {
    return strict.decode(bytes);
  } catch (cause) {
    const at = offset + firstBadByte(bytes);
    throw new ProtocolError(
      `Cannot decode ${what} at offset ${at}: the bytes are not UTF-8`,
      {
        code: "bad-utf8",
        side: "remote",
        offset: at,
        expected: "UTF-8",
        received: "other bytes",
        cause,
      },
    );
  }
}

/** Refuses text that UTF-8 cannot say. @throws {ProtocolError} `bad-utf8`: a surrogate stands alone. */
export function requireWellFormed(text: string, what: string): void {
  if (text.isWellFormed()) return;
  const at = text.search(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/,
  );
  throw new ProtocolError(
    `Cannot encode ${what}: a surrogate stands alone at ${at}, which UTF-8 cannot say`,
    {
      code: "bad-utf8",
      side: "local",
      offset: at,
      expected: "well-formed text",
      received: "a lone surrogate",
    },
  );
}

/** Returns how many bytes remain when a character that is cut at the end is left out. */
export function endOfWholeText(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back]!;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) {
      // No character begins with these.
      if (byte < 0xc2 || byte > 0xf4) return length;
      const width = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return width > back ? length - back : length;
    }
  }
  return length;
}

function firstBadByte(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // The longest valid beginning: a prefix that is cut inside a character is still valid.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    try {
      new TextDecoder("utf-8", { fatal: true })
        .decode(bytes.subarray(0, middle), { stream: true });
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}
