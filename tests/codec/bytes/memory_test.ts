import { assert, assertEquals } from "@std/assert";
import {
  detach,
  giveBack,
  keptMemoryBytes,
  takeKept,
  takeMemory,
  takeWhole,
} from "../../../codec/bytes/memory.ts";

Deno.test("takeMemory() carves small messages from one block, and never two from one place", () => {
  const all = Array.from({ length: 2000 }, (_, at) => takeMemory(at % 300));
  all.forEach((bytes, at) => bytes.fill(at & 255));
  all.forEach((bytes, at) => {
    assertEquals(bytes.length, at % 300);
    assert(bytes.every((byte) => byte === (at & 255)));
    assertEquals(bytes.byteOffset % 8, 0);
  });
  assert(new Set(all.map(({ buffer }) => buffer)).size < 50);
});

Deno.test("takeMemory() gives memory of its own from 2 KiB on", () => {
  const [first, second] = [takeMemory(2049), takeMemory(2049)];
  assert(first.buffer !== second.buffer);
});

for (const bytes of [4096, 5000, 65_540, 1_048_580]) {
  Deno.test(`memory of ${bytes} bytes that is given back serves the next one of about that size`, () => {
    const taken = takeWhole(bytes);
    assertEquals(taken.length, bytes);
    assert(taken.buffer.byteLength <= bytes * 1.125);
    const memory = detach(taken.buffer)!;
    assertEquals(taken.length, 0);
    const before = keptMemoryBytes();
    giveBack(memory);
    assertEquals(keptMemoryBytes(), before + memory.byteLength);
    const next = takeWhole(bytes);
    assert(next.buffer === memory);
    assertEquals([next.length, keptMemoryBytes()], [bytes, before]);
  });
}

Deno.test("takeKept() makes no memory: it has what was given back, and nothing where none was", () => {
  const bytes = 3_000_001;
  assertEquals([takeKept(bytes), takeKept(100)], [undefined, undefined]);
  const memory = detach(takeWhole(bytes).buffer)!;
  const before = keptMemoryBytes();
  giveBack(memory);
  const taken = takeKept(bytes);
  assert(taken?.buffer === memory && taken.length === bytes);
  assertEquals([keptMemoryBytes(), takeKept(bytes)], [before, undefined]);
});

Deno.test("giveBack() keeps nothing small, nothing of an odd size, and 64 MiB at most", () => {
  const before = keptMemoryBytes();
  giveBack(new ArrayBuffer(4095));
  giveBack(new ArrayBuffer(5001));
  assertEquals(keptMemoryBytes(), before);
  const size = 8 * 1024 * 1024;
  for (let count = 0; count < 10; count++) giveBack(new ArrayBuffer(size));
  const kept = keptMemoryBytes();
  assert(kept <= 64 * 1024 * 1024 && kept > 64 * 1024 * 1024 - size, String(kept));
  while (keptMemoryBytes() > kept % size) takeWhole(size);
});

Deno.test("detach() leaves memory that cannot be taken away", () => {
  const { buffer } = new WebAssembly.Memory({ initial: 1 });
  assert(buffer instanceof ArrayBuffer);
  assertEquals([detach(buffer), buffer.byteLength], [undefined, 65_536]);
});

Deno.test("detach() works where ArrayBuffer has no transfer(), as on Node 20", () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  Object.defineProperty(buffer, "transfer", { value: undefined });
  assertEquals(new Uint8Array(detach(buffer)!), new Uint8Array([1, 2, 3]));
  assertEquals(buffer.byteLength, 0);
});
Deno.test("takeMemory() goes on when somebody transferred the block of a message away", () => {
  const first = takeMemory(10);
  structuredClone(first.buffer, { transfer: [first.buffer] });
  const next = takeMemory(10);
  assertEquals([first.length, next.length], [0, 10]);
});
