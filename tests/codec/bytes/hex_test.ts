import { assertEquals } from "@std/assert";
import { hexOf } from "../../../codec/bytes/hex.ts";
import { hex } from "../../../testing/bytes.ts";

Deno.test("hexOf() gives two digits a byte, with what stands between them", () => {
  assertEquals(hexOf(Uint8Array.of()), "");
  assertEquals(hexOf(Uint8Array.of(0, 9, 10, 255)), "00090aff");
  assertEquals(hexOf(Uint8Array.of(0, 9, 10, 255), " "), "00 09 0a ff");
});

for (const length of [255, 256, 257, 100_000]) {
  Deno.test(`hexOf() gives all digits of ${length} bytes`, () => {
    const bytes = Uint8Array.from({ length }, (_, at) => at);
    assertEquals(hex(hexOf(bytes)), bytes);
    assertEquals(hexOf(bytes, "\n").split("\n").join(""), hexOf(bytes));
  });
}
