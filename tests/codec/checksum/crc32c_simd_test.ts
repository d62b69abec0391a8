import { assert, assertEquals } from "@std/assert";
import {
  openFold,
  PIECE_BYTES,
  TAPS_BYTES,
  WINDOW_BYTES,
} from "../../../codec/checksum/crc32c_simd.ts";

Deno.test("TAPS_BYTES are the terms of a multiple of the polynomial", () => {
  const reach = Math.max(...TAPS_BYTES);
  let sum = 0;
  for (const distance of [0, ...TAPS_BYTES]) sum ^= powerOfX(8 * (reach - distance));
  assertEquals(sum, 0);
});

/** x to the power of `exponent`, modulo the polynomial, bits reversed. */
function powerOfX(exponent: number): number {
  let power = 0x80000000;
  for (let bit = 0; bit < exponent; bit++) {
    power = power & 1 ? power >>> 1 ^ 0x82f63b78 : power >>> 1;
  }
  return power;
}

Deno.test("openFold() gives a fold that leaves little of any input", () => {
  const fold = openFold();
  assert(fold !== undefined);
  for (const length of [WINDOW_BYTES, 1000, PIECE_BYTES, 9 * PIECE_BYTES + 15]) {
    const kept = fold(new Uint8Array(length).fill(1), -1).length;
    assertEquals(kept, WINDOW_BYTES + length % 16);
  }
});

Deno.test("openFold() gives folds that do not disturb each other", () => {
  const [first, second] = [openFold(), openFold()];
  assert(first !== undefined && second !== undefined);
  const bytes = new Uint8Array(5000).fill(7);
  const kept = first(bytes, 0);
  const copy = kept.slice();
  assert(copy.some((byte) => byte !== 0));
  second(new Uint8Array(5000).fill(9), 5);
  assertEquals(kept, copy);
  assertEquals(first(bytes, 0), copy);
});

Deno.test("openFold() builds a module that a browser's main thread compiles at once", () => {
  let moduleBytes = 0;
  class Measured extends WebAssembly.Module {
    constructor(bytes: BufferSource) {
      super(bytes);
      moduleBytes = bytes.byteLength;
    }
  }
  assert(withWebAssembly({ ...members(), Module: Measured }, openFold) !== undefined);
  assert(moduleBytes > 0 && moduleBytes < 4096, `${moduleBytes} bytes`);
});

Deno.test("openFold() gives undefined when WebAssembly is missing or forbidden", () => {
  class Forbidden {
    constructor() {
      throw new WebAssembly.CompileError("Refused by the policy");
    }
  }
  class Exhausted {
    constructor() {
      throw new RangeError("Out of memory");
    }
  }
  const { Module, Instance } = members();
  const engines = [undefined, {}, { Module: Forbidden, Instance }, { Module, Instance: Exhausted }];
  for (const engine of engines) assertEquals(withWebAssembly(engine, openFold), undefined);
});

function members() {
  const { Module, Instance, CompileError } = WebAssembly;
  return { Module, Instance, CompileError };
}

/** Calls `run` while the global WebAssembly is `engine`. */
function withWebAssembly<Result>(engine: unknown, run: () => Result): Result {
  const own = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly")!;
  Object.defineProperty(globalThis, "WebAssembly", { ...own, value: engine });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "WebAssembly", own);
  }
}
