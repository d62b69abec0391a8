import { assertEquals, assertStrictEquals } from "@std/assert";
import { firstByte, PARCEL_BYTE } from "../../transfer/mod.ts";
import { parcel } from "../../codec/parcel/parcel.ts";
import { simpleFileRequests } from "../../codec/simple_file/simple_file.ts";
import { bytesOf } from "./incoming.ts";

Deno.test("firstByte() gives the first byte, and leaves all of them there, when one has come", () => {
  const decoder = firstByte().decoder();
  assertEquals(decoder.next(), undefined);
  decoder.push(bytesOf("5::txt::hello"));
  assertStrictEquals(decoder.next(), 0x35);
  assertEquals(decoder.rest?.(), bytesOf("5::txt::hello"));
});

Deno.test("firstByte() gives nothing when the stream ends before a byte", () => {
  const decoder = firstByte().decoder();
  decoder.end();
  assertEquals(decoder.next(), undefined);
});

Deno.test("PARCEL_BYTE is what the parcel format begins with, and no size in the simple one", () => {
  assertStrictEquals(parcel().encode({ type: "magic" })[0], PARCEL_BYTE);
  const { encode } = simpleFileRequests();
  assertEquals(/^[0-9]/.test(String.fromCharCode(PARCEL_BYTE)), false);
  assertEquals(firstByte().encode("too many"), encode({ type: "error", message: "too many" }));
});
