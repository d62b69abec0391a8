import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { progressLine, type ProgressState } from "../../../transfer/report/progress_line.ts";

const GIB = 1024 ** 3;

const STATE: ProgressState = {
  doneBytes: 1.5 * GIB,
  totalBytes: 4 * GIB,
  bytesPerSecond: 123.9 * 1024 ** 2,
  file: "holiday.mkv",
  fileIndex: 0,
  files: 1,
};

function line(state: Partial<ProgressState>, columns: number): string {
  const whole = { ...STATE, ...state };
  const { doneBytes, totalBytes } = whole;
  const progress = totalBytes ? Math.min(1, doneBytes / totalBytes) : 1;
  return progressLine(whole, { columns, progress, colour: false });
}

for (
  const [columns, state, text] of [
    [120, {}, ` 37% ${"█".repeat(11)}${"░".repeat(19)} 1.50/4.00 GiB 123 MiB/s 21 s holiday.mkv`],
    [80, {}, ` 37% ${"█".repeat(7)}${"░".repeat(13)} 1.50/4.00 GiB 123 MiB/s 21 s holiday.mkv`],
    [70, {}, ` 37% ${"█".repeat(3)}${"░".repeat(7)} 1.50/4.00 GiB 123 MiB/s 21 s holiday.mkv`],
    [69, {}, " 37% 1.50/4.00 GiB 123 MiB/s 21 s holiday.mkv"],
    [69, { files: 3, fileIndex: 1 }, " 37% 1.50/4.00 GiB 123 MiB/s 21 s 2/3 holiday.mkv"],
    [45, {}, " 37% 1.50/4.00 GiB 123 MiB/s 21 s …liday.mkv"],
    [45, { files: 3 }, " 37% 1.50/4.00 GiB 123 MiB/s 21 s …liday.mkv"],
    [40, {}, " 37% 1.50/4.00 GiB 123 MiB/s 21 s"],
    [40, { bytesPerSecond: undefined }, " 37% 1.50/4.00 GiB holiday.mkv"],
    [40, { bytesPerSecond: 0 }, " 37% 1.50/4.00 GiB 0 B/s holiday.mkv"],
    [30, {}, " 37% 1.50/4.00 GiB 123 MiB/s"],
    [80, { totalBytes: undefined }, "1.50 GiB 123 MiB/s holiday.mkv"],
    [60, { doneBytes: 4 * GIB }, "100% 4.00/4.00 GiB 123 MiB/s holiday.mkv"],
    [60, { doneBytes: 4 * GIB - 1, file: "" }, " 99% 3.99/4.00 GiB 123 MiB/s 1 s"],
    [60, { doneBytes: 0, totalBytes: 0, bytesPerSecond: undefined, file: "" }, "100% 0/0 B"],
    [60, { comparing: { bytes: GIB, size: 2 * GIB } }, "comparing 1.00/2.00 GiB holiday.mkv"],
    [60, { comparing: { bytes: GIB, size: null } }, "comparing 1.00 GiB holiday.mkv"],
    [30, { comparing: { bytes: GIB, size: 2 * GIB } }, "comparing 1.00/2.00 GiB"],
    [12, { comparing: { bytes: GIB, size: 2 * GIB } }, "comparing"],
  ] as const
) {
  Deno.test(`progressLine says ${text.trim()} when there are ${columns} columns`, () => {
    assertEquals(line(state, columns), text);
  });
}

Deno.test("progressLine has room for every number when there are 40 columns", () => {
  const state = {
    doneBytes: 1023 * 1024 ** 2,
    totalBytes: 1023 * 1024 ** 2 + 1023 * 1024,
    bytesPerSecond: 1000,
    file: "",
  };
  assertEquals(line(state, 40), " 99% 1023/1023 MiB 1000 B/s 17 m 28 s");
});

Deno.test("progressLine keeps a name's end when it is too long", () => {
  const file = `${"x".repeat(5000)}/end.txt`;
  const text = line({ bytesPerSecond: undefined, file }, 40);
  assertEquals(text, " 37% 1.50/4.00 GiB …xxxxxxxxxxx/end.txt");
  assertEquals(text.length, 39);
});

for (
  const [what, file, shown] of [
    ["wide characters", "写真".repeat(20), `…真${"写真".repeat(4)}`],
    // Where they are not joined each takes six columns.
    ["emoji of several parts", "👨‍👩‍👧".repeat(20), `…${"👨‍👩‍👧".repeat(3)}`],
    ["flags", "🇨🇭".repeat(20), `…${"🇨🇭".repeat(4)}`],
    ["signs shown as emoji", "❤️".repeat(20), `…${"❤️".repeat(9)}`],
    ["wide forms of letters", "ｆ".repeat(40), `…${"ｆ".repeat(9)}`],
    ["Hangul in parts", "\u1112\u1161\u11ab".repeat(40), `…${"\u1112\u1161\u11ab".repeat(9)}`],
    ["accents", "e\u0301".repeat(40), `…${"e\u0301".repeat(19)}`],
  ] as const
) {
  Deno.test(`progressLine cuts a name by its columns when it has ${what}`, () => {
    const text = line({ bytesPerSecond: undefined, file }, 40);
    assertEquals(text, ` 37% 1.50/4.00 GiB ${shown}`);
  });
}

Deno.test("progressLine stays below the columns when anything is to be said", () => {
  const bytes = fc.maxSafeNat();
  fc.assert(fc.property(
    fc.record({
      doneBytes: bytes,
      totalBytes: fc.option(bytes, { nil: undefined }),
      bytesPerSecond: fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: undefined }),
      file: fc.string({ unit: "binary-ascii", maxLength: 300 }),
      fileIndex: fc.nat(1e6),
      files: fc.integer({ min: 1, max: 1e6 }),
    }),
    fc.integer({ min: 1, max: 300 }),
    (state, columns) => {
      const text = line(state, columns);
      assert(text.length < Math.max(columns, 2), text);
      assert(!/\p{Cc}/u.test(text), text);
    },
  ));
});
