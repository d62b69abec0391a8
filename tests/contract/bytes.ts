import { assertEquals } from "@std/assert";

/** Returns `length` bytes in which no stretch looks like the next one. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, at) => (at ^ (at >> 8) ^ (at >> 16)) & 0xff);
}

/** Returns a text as UTF-8. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Returns the text of some UTF-8. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Joins what came in pieces. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Asserts that bytes are these, and says no more than where they are not. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length, "Their lengths differ");
  const at = actual.findIndex((byte, at) => byte !== expected[at]);
  assertEquals(at, -1, `They differ at byte ${at}`);
}

/** Writes everything. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads to the end. */
export async function readAll(conn: Deno.Conn): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, error } = await readUntilOver(conn);
  if (error !== undefined) throw error;
  return bytes;
}

/** Reads to the end or to an error, and returns what came before it. */
export async function readUntilOver(
  conn: Deno.Conn,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; error: unknown }> {
  const pieces: Uint8Array[] = [];
  let error: unknown;
  try {
    const into = new Uint8Array(65_536);
    for (let count; (count = await conn.read(into)) !== null;) pieces.push(into.slice(0, count));
  } catch (reason) {
    error = reason;
  }
  return { bytes: joined(pieces), error };
}

/** Reads that many bytes, or fewer when the end comes first. */
export async function readExactly(
  conn: Deno.Conn,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
