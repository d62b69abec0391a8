// This module is browser compatible.

/** Bytes that one SIMD register holds, and that one step of the program takes. */
const STEP_BYTES = 16;

/**
 * A multiple of CRC-32C's polynomial with few terms, as distances in bytes: to xor a byte onto the five bytes that are
 * so far behind it, and to clear it, leaves the checksum as it is. Fewer terms would need a distance of 5275; of those
 * with six terms, this has the shortest reach whose first distance is 128 or more, so that no step waits for what the
 * steps just before it store. The way is that of S. Russell's Chorba, arXiv:2412.16398.
 */
export const TAPS_BYTES = [154, 177, 183, 258, 290] as const;

/** How far a step looks back. */
const REACH_BYTES = TAPS_BYTES[4];

/** What stays of any input, and the least that a fold takes: the reach, in whole steps. */
export const WINDOW_BYTES = Math.ceil(REACH_BYTES / STEP_BYTES) * STEP_BYTES;

/** What is copied into the program's memory at once; the cache nearest to the core holds it. */
export const PIECE_BYTES = 24 * 1024;

/** Where the memory has the window of cleared bytes, a piece with the bytes to keep behind it, and the result. */
const PIECE_AT = WINDOW_BYTES;
const RESULT_AT = PIECE_AT + PIECE_BYTES + WINDOW_BYTES;

/**
 * Makes out of `bytes`, which are {@linkcode WINDOW_BYTES} or more, and of the `state` before them fewer than
 * `WINDOW_BYTES` + 16 bytes, which bring a state of 0 to where `bytes` bring `state`. The next call overwrites them.
 */
export type Fold = (bytes: Uint8Array, state: number) => Uint8Array;

/**
 * Returns a new fold by WebAssembly's SIMD, or `undefined` where the engine has none or the page's policy forbids it.
 */
export function openFold(): Fold | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble()));
    // The program below exports exactly these.
    return foldWith(exports as unknown as Program);
  } catch {
    return undefined;
  }
}

interface Program {
  readonly memory: WebAssembly.Memory;
  /** Xors onto the bytes from `block` to `end` those that lie at the taps' distances before `from` + the reach. */
  readonly pull: (from: number, block: number, end: number) => void;
}

function foldWith({ memory: { buffer }, pull }: Program): Fold {
  const memory = new Uint8Array(buffer);
  const view = new DataView(buffer);
  return (bytes, state) => {
    memory.fill(0, 0, WINDOW_BYTES);
    // The farthest tap alone meets these four, and xors them onto the input's first four.
    view.setInt32(PIECE_AT - REACH_BYTES, state, true);
    let at = 0;
    // The last piece keeps a window of bytes that are not cleared.
    for (; bytes.length - at >= PIECE_BYTES + WINDOW_BYTES; at += PIECE_BYTES) {
      memory.set(bytes.subarray(at, at + PIECE_BYTES), PIECE_AT);
      pull(PIECE_AT - REACH_BYTES, PIECE_AT, PIECE_AT + PIECE_BYTES);
      memory.copyWithin(0, PIECE_BYTES, PIECE_BYTES + WINDOW_BYTES);
    }
    const rest = bytes.length - at;
    memory.set(bytes.subarray(at), PIECE_AT);
    const cleared = (rest - WINDOW_BYTES) & -STEP_BYTES;
    const kept = rest - cleared;
    const keptAt = PIECE_AT + cleared;
    pull(PIECE_AT - REACH_BYTES, PIECE_AT, keptAt);
    // The kept bytes meet the cleared ones only, so zeros take their place while they do.
    memory.copyWithin(RESULT_AT, keptAt, keptAt + kept);
    memory.fill(0, keptAt, keptAt + kept);
    pull(keptAt - REACH_BYTES, RESULT_AT, RESULT_AT + kept);
    return memory.subarray(RESULT_AT, RESULT_AT + kept);
  };
}

/** The binary format's bytes that the module needs (WebAssembly Core 2.0 §5). */
const I32 = 0x7f;
const VOID = 0x40;
const FUNCTION_TYPE = 0x60;
const FUNCTION_EXPORT = 0;
const MEMORY_EXPORT = 2;
const LOOP = 0x03;
const IF = 0x04;
const END = 0x0b;
const BRANCH = 0x0c;
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const I32_CONST = 0x41;
const I32_LESS_UNSIGNED = 0x49;
const I32_ADD = 0x6a;
const V128_LOAD = [0xfd, 0x00];
const V128_STORE = [0xfd, 0x0b];
const V128_XOR = [0xfd, 0x51];

/** The parameters of `pull`. */
const FROM = 0;
const BLOCK = 1;
const LIMIT = 2;

function assemble(): Uint8Array<ArrayBuffer> {
  const pull = [
    ...vector([]), // no locals
    ...[LOOP, VOID, LOCAL_GET, BLOCK, LOCAL_GET, LIMIT, I32_LESS_UNSIGNED, IF, VOID],
    ...[LOCAL_GET, BLOCK],
    ...[LOCAL_GET, BLOCK, ...V128_LOAD, ...address(0)],
    ...TAPS_BYTES.flatMap((tap) => [
      ...[LOCAL_GET, FROM, ...V128_LOAD, ...address(REACH_BYTES - tap), ...V128_XOR],
    ]),
    ...[...V128_STORE, ...address(0)],
    ...[LOCAL_GET, FROM, I32_CONST, STEP_BYTES, I32_ADD, LOCAL_SET, FROM],
    ...[LOCAL_GET, BLOCK, I32_CONST, STEP_BYTES, I32_ADD, LOCAL_SET, BLOCK],
    ...[BRANCH, 1, END, END, END],
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d], // "\0asm"
    ...[1, 0, 0, 0], // version
    ...section(1, [[FUNCTION_TYPE, ...vector([[I32], [I32], [I32]]), ...vector([])]]),
    ...section(3, [[0]]), // the function has type 0
    ...section(5, [[0, 1]]), // a memory of 1 page or more, 64 KiB
    ...section(7, [
      [...name("memory"), MEMORY_EXPORT, 0],
      [...name("pull"), FUNCTION_EXPORT, 0],
    ]),
    ...section(10, [[...unsigned(pull.length), ...pull]]),
  ]);
}

function section(id: number, items: readonly number[][]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(ascii: string): number[] {
  return vector(Array.from(ascii, (character) => [character.charCodeAt(0)]));
}

/** What a load or a store has behind it: that any alignment is right, and the distance to its operand. */
function address(offset: number): number[] {
  return [0, ...unsigned(offset)];
}

/** LEB128, as every count and index has it. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [value & 0x7f | 0x80, ...unsigned(value >>> 7)];
}
