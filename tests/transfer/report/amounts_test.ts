import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatBytesOf,
  formatRate,
  formatSpan,
} from "../../../transfer/report/amounts.ts";

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;

for (
  const [bytes, text] of [
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1023.9, "1023 B"],
    [KIB, "1.00 KiB"],
    [10 * KIB - 1, "9.99 KiB"],
    [10 * KIB, "10.0 KiB"],
    [100 * KIB - 1, "99.9 KiB"],
    [100 * KIB, "100 KiB"],
    [MIB - 1, "1023 KiB"],
    [12.34 * MIB, "12.3 MiB"],
    [GIB - 1, "1023 MiB"],
    [4 * GIB, "4.00 GiB"],
    [TIB - 1, "1023 GiB"],
    [TIB, "1.00 TiB"],
    [Number.MAX_SAFE_INTEGER, "7.99 PiB"],
    [5000 * 1024 ** 5, "5000 PiB"],
  ] as const
) {
  Deno.test(`formatBytes writes ${text} when there are ${bytes} bytes`, () => {
    assertEquals(formatBytes(bytes), text);
    assertEquals(formatRate(bytes), `${text}/s`);
  });
}

for (
  const [done, total, text] of [
    [0, 0, "0/0 B"],
    [3, 500, "3/500 B"],
    [0, 4 * GIB, "0.00/4.00 GiB"],
    [4 * GIB - 1, 4 * GIB, "3.99/4.00 GiB"],
    [4 * GIB, 4 * GIB, "4.00/4.00 GiB"],
    [1.25 * MIB, 12.3 * MIB, "1.2/12.3 MiB"],
    [999 * KIB, 123 * MIB, "0/123 MiB"],
    [5 * MIB, MIB, "5.00/1.00 MiB"],
  ] as const
) {
  Deno.test(`formatBytesOf writes ${text} when ${done} of ${total} bytes are done`, () => {
    assertEquals(formatBytesOf(done, total), text);
  });
}

for (
  const [ms, text] of [
    [0, "0 ms"],
    [350.7, "350 ms"],
    [999.9, "999 ms"],
    [1000, "1 s"],
    [12_999, "12 s"],
    [59_999, "59 s"],
    [60_000, "1 m 00 s"],
    [185_000, "3 m 05 s"],
    [3_599_999, "59 m 59 s"],
    [3_600_000, "1 h 00 m"],
    [7_800_000, "2 h 10 m"],
    [47 * 3_600_000, "47 h 00 m"],
    [76 * 3_600_000, "3 d 04 h"],
  ] as const
) {
  Deno.test(`formatSpan writes ${text} when it lasts ${ms} milliseconds`, () => {
    assertEquals(formatSpan(ms), text);
  });
}
