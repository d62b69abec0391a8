const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/**
 * Writes bytes for people, with three digits: `512 B`, `1.00 KiB`, `12.3 MiB`. It rounds down, so that a transfer never
 * looks complete before it is.
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

/** Writes for people how long something lasts, rounded down to whole units: `350 ms`, `12 s`, `3 m 05 s`, `2 h 10 m`, `3 d 04 h`. */
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
