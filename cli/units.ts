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

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

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
 * Reads a duration and returns milliseconds: `500ms`, `2s`, `1m`, `1h`, `7d`; a bare number is seconds, or refused where
 * it `needsUnit`.
 *
 * @throws {UsageError} It is no duration.
 */
export function parseDuration(
  text: string,
  { flag, needsUnit = false }: { flag: string; needsUnit?: boolean },
): number {
  const [, amount = "", unit = ""] = QUANTITY.exec(text) ?? [];
  if (needsUnit && amount !== "" && unit === "") {
    throw new UsageError(`${flag} needs a unit: say ${amount}ms or ${amount}s`);
  }
  const ms = Number(amount || NaN) * (DURATIONS[unit || "s"] ?? NaN);
  if (Number.isFinite(ms)) return ms;
  throw new UsageError(`${flag} takes a duration such as 500ms, 2s or 1m, not ${quoted(text)}`);
}

/** Reads a whole number. @throws {UsageError} It is none, or not from `min` to `max`. */
export function parseWhole(
  text: string,
  { name, min, max }: { name: string; min: number; max: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new UsageError(`${name} takes a whole number ${range}, not ${quoted(text)}`);
}

/** Writes a size as `parseSize` reads it. */
export function formatSize(bytes: number): string {
  for (const [power, unit] of [...UNITS.entries()].toReversed()) {
    const amount = bytes / 1024 ** (power + 1);
    if (amount >= 1 && Number.isInteger(amount)) return `${amount}${unit}`;
  }
  return String(bytes);
}

/** Writes a duration as `parseDuration` reads it. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms % 86_400_000 === 0) return `${ms / 86_400_000}d`;
  if (ms > 0 && ms % 3_600_000 === 0) return `${ms / 3_600_000}h`;
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  if (ms > 0 && ms % 1000 === 0) return `${ms / 1000}s`;
  return `${ms}ms`;
}

/** Returns text from a command line as it can stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
