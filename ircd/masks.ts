import { cutText } from "./cut_text.ts";

/** A mask is a nickname, a user and a host: longer ones are in no list, and find nobody. */
export const MAX_MASK_BYTES = 120;

/** Says whether a mask is no longer than it may be, and so costs no more to compare. */
export function isShortMask(mask: string): boolean {
  return cutText(mask, MAX_MASK_BYTES) === mask;
}

/**
 * Returns a mask with all of its parts, where it can be one: `ann` is `ann!*@*`, `*.example` is `*!*@*.example`, and any text
 * stands where a part is empty.
 */
export function wholeMask(typed: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (typed === "" || typed.startsWith(":") || /[\x00-\x20\x7f,]/.test(typed)) return undefined;
  const mask = /[!@]/.test(typed)
    ? withParts(typed)
    : /[.:]/.test(typed)
    ? `*!*@${typed}`
    : `${typed}!*@*`;
  return isShortMask(mask) ? mask : undefined;
}

function withParts(typed: string): string {
  const bang = typed.indexOf("!");
  const at = typed.indexOf("@", bang + 1);
  const nick = typed.slice(0, Math.max(0, bang));
  const user = typed.slice(bang + 1, at < 0 ? undefined : at);
  const host = at < 0 ? "" : typed.slice(at + 1);
  return `${nick || "*"}!${user || "*"}@${host || "*"}`;
}
