import { UsageError } from "./usage_error.ts";

const SIZES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
};

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;

/**
 * Reads a size in bytes: `512`, `64k`, `1MiB`; k, M, G and T are 1024s, kB, MB, GB and TB are 1000s.
 *
 * @throws {UsageError} It is no size, or not a whole number of bytes.
 */
export function parseSize(text: string, flag: string): number {
  const bytes = bytesIn(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`${flag} takes a size such as 512, 64k or 1MiB, not ${quoted(text)}`);
}

/**
 * Reads a rate in bytes a second: `512k`, `2MiB`, `2MiB/s`, by the units of {@linkcode parseSize}.
 *
 * @throws {UsageError} It is no rate, or not a whole number of bytes.
 */
export function parseRate(text: string, flag: string): number {
  const bytes = bytesIn(text.replace(/\s*\/s$/, ""));
  if (bytes !== undefined) return bytes;
  throw new UsageError(`${flag} takes a rate such as 512k or 2MiB/s, not ${quoted(text)}`);
}

function bytesIn(text: string): number | undefined {
  const [, amount = "", unit = ""] = QUANTITY.exec(text) ?? [];
  const bytes = Number(amount || NaN) * (SIZES[unit.toLowerCase()] ?? NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/**
 * Reads a duration and returns milliseconds: `500ms`, `2s`, `1m`, `1h`, `7d`; a bare number counts `bare` units.
 *
 * @throws {UsageError} It is no duration.
 */
export function parseDuration(
  text: string,
  { flag, bare }: { flag: string; bare: "s" | "ms" },
): number {
  const [, amount = "", unit = ""] = QUANTITY.exec(text) ?? [];
  const ms = Number(amount || NaN) * (DURATIONS[unit || bare] ?? NaN);
  if (Number.isFinite(ms)) return ms;
  throw new UsageError(`${flag} takes a duration such as 500ms, 2s or 1m, not ${quoted(text)}`);
}

/** Writes a size as `parseSize` reads it. */
export function formatSize(bytes: number): string {
  for (const unit of ["TiB", "GiB", "MiB", "KiB"] as const) {
    const amount = bytes / 1024 ** UNITS.indexOf(unit);
    if (amount >= 1 && Number.isInteger(amount)) return `${amount}${unit}`;
  }
  return String(bytes);
}

/**
 * Writes bytes for people, with three digits: `512 B`, `1.00 KiB`, `12.3 MiB`. What the digits do not say is cut off and
 * not rounded up, so that nothing is said to be there before it is.
 */
export function formatBytes(bytes: number): string {
  const power = powerOf(bytes);
  return `${amountOf(bytes, { power, decimals: decimalsOf(bytes) })} ${UNITS[power]}`;
}

/** Writes how many bytes of a total are done, in the total's unit: `0.50/4.00 GiB`. */
export function formatBytesOf(doneBytes: number, totalBytes: number): string {
  const power = powerOf(totalBytes);
  const done = amountOf(doneBytes, { power, decimals: decimalsOf(totalBytes) });
  return `${done}/${formatBytes(totalBytes)}`;
}

/** Writes a rate for people, as {@linkcode formatBytes} writes bytes: `123 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

function powerOf(bytes: number): number {
  let power = 0;
  while (bytes >= 1024 ** (power + 1) && power < UNITS.length - 1) power++;
  return power;
}

function decimalsOf(bytes: number): number {
  const power = powerOf(bytes);
  const amount = bytes / 1024 ** power;
  if (power === 0 || amount >= 100) return 0;
  return amount >= 10 ? 1 : 2;
}

function amountOf(
  bytes: number,
  { power, decimals }: { power: number; decimals: number },
): string {
  const shift = 10 ** decimals;
  return (Math.floor(bytes / 1024 ** power * shift) / shift).toFixed(decimals);
}

/** Writes a duration as `parseDuration` reads it. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms % 86_400_000 === 0) return `${ms / 86_400_000}d`;
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  if (ms > 0 && ms % 1000 === 0) return `${ms / 1000}s`;
  return `${ms}ms`;
}

/** Writes for people how long something lasts, in full units: `350 ms`, `12 s`, `3 m 05 s`, `2 h 10 m`, `3 d 04 h`. */
export function formatSpan(ms: number): string {
  if (ms < 1000) return `${Math.floor(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} m ${twoDigits(seconds % 60)} s`;
  if (hours < 48) return `${hours} h ${twoDigits(minutes % 60)} m`;
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/** Returns text from a command line as it can stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
