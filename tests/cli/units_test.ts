import { assertEquals, assertThrows } from "@std/assert";
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseRate,
  parseSize,
} from "../../cli/units.ts";
import { UsageError } from "../../cli/usage_error.ts";

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;

for (
  const [text, bytes] of [
    ["0", 0],
    ["512", 512],
    ["512b", 512],
    ["512B", 512],
    ["64k", 64 * KIB],
    ["64K", 64 * KIB],
    ["1KiB", KIB],
    ["1kb", 1000],
    ["1MiB", MIB],
    ["1m", MIB],
    ["1 MiB", MIB],
    ["1.5k", 1536],
    ["2MB", 2_000_000],
    ["1g", 1024 ** 3],
    ["1GiB", 1024 ** 3],
    ["3GB", 3_000_000_000],
    ["2t", 2 * TIB],
    ["2TiB", 2 * TIB],
    ["2TB", 2_000_000_000_000],
    ["0.5TiB", TIB / 2],
    ["007", 7],
  ] as const
) {
  Deno.test(`parseSize gives ${bytes} when it reads ${text}`, () => {
    assertEquals(parseSize(text, "--size"), bytes);
  });
}

for (
  const text of [
    "",
    "k",
    "-1",
    "1.3",
    "1e3",
    "0x10",
    "1 2",
    "1kk",
    "1kibi",
    "1s",
    "١",
    ".5k",
    "1.k",
  ]
    .concat(["9007199254740993", "9999999g", "Infinity", "NaN"])
) {
  Deno.test(`parseSize refuses what it reads when that is ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseSize(text, "--size"), UsageError);
    assertEquals(
      error.message,
      `--size takes a size such as 512, 64k or 1MiB, not ${JSON.stringify(text)}`,
    );
  });
}

for (
  const [text, ms] of [
    ["500ms", 500],
    ["2s", 2000],
    ["2", 2000],
    ["0", 0],
    ["1.5s", 1500],
    ["0.25", 250],
    ["1m", 60_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
    ["1 s", 1000],
  ] as const
) {
  Deno.test(`parseDuration gives ${ms} when it reads ${text}`, () => {
    assertEquals(parseDuration(text, { flag: "--time" }), ms);
  });
}

Deno.test("parseDuration refuses a bare number, and names both readings, when a unit is needed", () => {
  const needsUnit = { flag: "--gap", needsUnit: true };
  assertEquals(parseDuration("50ms", needsUnit), 50);
  for (const text of ["50", "0", "1.5"]) {
    const error = assertThrows(() => parseDuration(text, needsUnit), UsageError);
    assertEquals(error.message, `--gap needs a unit: say ${text}ms or ${text}s`);
  }
  const { message } = assertThrows(() => parseDuration("soon", needsUnit), UsageError);
  assertEquals(message, '--gap takes a duration such as 500ms, 2s or 1m, not "soon"');
});

for (const text of ["", "s", "-1", "1w", "1M", "1S", "1e3", "soon", "1s2", "Infinity"]) {
  Deno.test(`parseDuration refuses what it reads when that is ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseDuration(text, { flag: "--time" }), UsageError);
    assertEquals(
      error.message,
      `--time takes a duration such as 500ms, 2s or 1m, not ${JSON.stringify(text)}`,
    );
  });
}

for (
  const [bytes, text] of [
    [0, "0"],
    [1, "1"],
    [1000, "1000"],
    [KIB, "1KiB"],
    [64 * KIB, "64KiB"],
    [MIB, "1MiB"],
    [1025, "1025"],
    [1536 * KIB, "1536KiB"],
    [GIB, "1GiB"],
    [1536 * MIB, "1536MiB"],
    [3 * TIB, "3TiB"],
    [2000 * TIB, "2000TiB"],
  ] as const
) {
  Deno.test(`formatSize writes ${text} when there are ${bytes} bytes`, () => {
    assertEquals(formatSize(bytes), text);
    assertEquals(parseSize(text, "--size"), bytes);
  });
}

for (
  const [ms, text] of [
    [50, "50ms"],
    [1000, "1s"],
    [1500, "1500ms"],
    [60_000, "1m"],
    [300_000, "5m"],
    [90_000, "90s"],
    [7_200_000, "2h"],
    [604_800_000, "7d"],
  ] as const
) {
  Deno.test(`formatDuration writes ${text} when it lasts ${ms} milliseconds`, () => {
    assertEquals(formatDuration(ms), text);
    assertEquals(parseDuration(text, { flag: "--time" }), ms);
  });
}

for (
  const [text, bytesPerSecond] of [
    ["1", 1],
    ["0", 0],
    ["512k", 512 * KIB],
    ["2MiB", 2 * MIB],
    ["2MiB/s", 2 * MIB],
    ["2 MB /s", 2_000_000],
  ] as const
) {
  Deno.test(`parseRate gives ${bytesPerSecond} when it reads ${text}`, () => {
    assertEquals(parseRate(text, "--limit"), bytesPerSecond);
  });
}

for (const text of ["", "/s", "2/", "2s", "2MiB/m", "2MiB/s/s", "-1", "1.3", "fast"]) {
  Deno.test(`parseRate refuses what it reads when that is ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseRate(text, "--limit"), UsageError);
    assertEquals(
      error.message,
      `--limit takes a rate such as 512k or 2MiB/s, not ${JSON.stringify(text)}`,
    );
  });
}
