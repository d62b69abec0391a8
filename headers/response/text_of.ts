/** Returns what a peer sent, one character a byte, as the text that it is in UTF-8; what is none stays as it is. */
export function textOf(latin1: string): string {
  const bytes = Uint8Array.from(latin1, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1;
  }
}
