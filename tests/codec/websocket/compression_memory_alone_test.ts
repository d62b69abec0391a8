import { assert, assertEquals } from "@std/assert";
import { memoryUsage } from "node:process";
import { deflateEngine } from "../../../codec/deflate.ts";
import { comparable, utf8Bytes } from "../support.ts";

const TAKEOVER = { windowBits: 15, takeover: true };
const MIB = 1024 * 1024;

function roundtrip(message: Uint8Array): void {
  const deflater = deflateEngine.deflater(TAKEOVER);
  const inflater = deflateEngine.inflater(TAKEOVER);
  for (let count = 0; count < 2; count++) {
    const given = inflater.inflate(deflater.deflate(message), { maxBytes: MIB, offset: 0 });
    assertEquals(given.length, message.length);
  }
  deflater.release?.();
  inflater.release?.();
}

Deno.test("deflater and inflater give their windows up when they are released", () => {
  const message = utf8Bytes("Hello, ".repeat(100));
  for (let count = 0; count < 300; count++) roundtrip(message);
  const before = memoryUsage().rss;
  // They held 200 KiB each: 400 MB together.
  for (let count = 0; count < 2000; count++) roundtrip(message);
  const grown = memoryUsage().rss - before;
  assert(grown < 128 * MIB, `${grown} bytes more are held`);
});

Deno.test("deflater and inflater take no memory before there is a message", () => {
  const before = memoryUsage().rss;
  const held = Array.from({ length: 2000 }, () => [
    deflateEngine.deflater(TAKEOVER),
    deflateEngine.inflater(TAKEOVER),
  ]);
  const grown = memoryUsage().rss - before;
  assert(grown < 64 * MIB, `${grown} bytes are held by ${held.length}`);
});

Deno.test("deflater begins anew when it was released, and releasing twice is once", () => {
  const deflater = deflateEngine.deflater(TAKEOVER);
  const message = utf8Bytes("Hello");
  const first = comparable(deflater.deflate(message));
  deflater.release?.();
  deflater.release?.();
  assertEquals(comparable(deflater.deflate(message)), first);
  deflater.release?.();
});
