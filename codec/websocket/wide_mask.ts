// This module is browser compatible.

/** Masks 16 bytes at a time, in memory of its own. */
export interface WideMask {
  /** Where the bytes have to stand. */
  readonly bytes: Uint8Array;
  /** Masks the first `count` bytes, a multiple of 16 from 16 on; returns 0 where all that comes out is ASCII. */
  run(count: number, mask: number): number;
}

/**
 * The module in WebAssembly's binary format:
 *
 * ```text
 *   (memory (export "memory") 1)
 *   (func (export "run") (param $end i32) (param $mask i32) (result i32) (local $at i32) (local $key $all $some v128)
 *     $key = splat($mask)
 *     loop
 *       $some = load($at) xor $key; store($at, $some); $all = $all or $some
 *       $at = $at + 16; again while $at < $end
 *     the highest bit of each byte of $all)
 * ```
 */
const MODULE = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // the magic number, version 1
  ...[0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f], // one type: (i32, i32) -> i32
  ...[0x03, 0x02, 0x01, 0x00], // one function, of this type
  ...[0x05, 0x03, 0x01, 0x00, 0x01], // one memory, of one page
  ...[0x07, 0x10, 0x02], // two exports:
  ...[0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00], // "memory"
  ...[0x03, 0x72, 0x75, 0x6e, 0x00, 0x00], // "run"
  ...[0x0a, 0x3b, 0x01, 0x39], // one body of code:
  ...[0x02, 0x01, 0x7f, 0x03, 0x7b], // locals: $at (2); $key (3), $all (4), $some (5)
  ...[0x20, 0x01, 0xfd, 0x11, 0x21, 0x03], // $key = i32x4.splat($mask)
  ...[0x03, 0x40], // loop
  ...[0x20, 0x02, 0x20, 0x02, 0xfd, 0x00, 0x04, 0x00], // $at, v128.load($at)
  ...[0x20, 0x03, 0xfd, 0x51, 0x22, 0x05], // xor $key, kept in $some
  ...[0xfd, 0x0b, 0x04, 0x00], // v128.store
  ...[0x20, 0x04, 0x20, 0x05, 0xfd, 0x50, 0x21, 0x04], // $all = $all or $some
  ...[0x20, 0x02, 0x41, 0x10, 0x6a, 0x22, 0x02], // $at = $at + 16
  ...[0x20, 0x00, 0x49, 0x0d, 0x00, 0x0b], // loop again while $at < $end
  ...[0x20, 0x04, 0xfd, 0x64, 0x0b], // i8x16.bitmask($all)
);

/** Makes one; undefined where there is no WebAssembly with vectors, or a page's policy forbids it. */
export function wideMask(): WideMask | undefined {
  try {
    const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(MODULE)).exports;
    // The module above says so.
    const exported = { memory: memory as WebAssembly.Memory, run: run as WideMask["run"] };
    return { bytes: new Uint8Array(exported.memory.buffer), run: exported.run };
  } catch {
    return undefined;
  }
}
