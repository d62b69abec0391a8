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
};

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const QUANTITY = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i;

/**
 * Reads a size in bytes: `512`, `64k`, `1MiB`; k, M and G are 1024s, kB, MB and GB are 1000s.
 *
 * @throws {UsageError} It is no size, or not a whole number of bytes.
 */
export function parseSize(text: string, flag: string): number {
  const [, amount = "", unit = ""] = QUANTITY.exec(text) ?? [];
  const bytes = Number(amount || NaN) * (SIZES[unit.toLowerCase()] ?? NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`${flag} takes a size such as 512, 64k or 1MiB, not ${quoted(text)}`);
}

/**
 * Reads a duration and returns milliseconds: `500ms`, `2s`, `1m`, `1h`; a bare number counts `bare` units.
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
  if (bytes > 0 && bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}MiB`;
  if (bytes > 0 && bytes % 1024 === 0) return `${bytes / 1024}KiB`;
  return String(bytes);
}

/** Writes a duration as `parseDuration` reads it. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  if (ms > 0 && ms % 1000 === 0) return `${ms / 1000}s`;
  return `${ms}ms`;
}

/** Returns text from a command line as it can stand in a message. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
