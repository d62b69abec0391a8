// This module is browser compatible.

const SAYS_NO_BODY: readonly string[] = ["PATCH", "POST", "PUT"];

/** Says whether requests of this method that have no body say so, rather than nothing (RFC 9110, 8.6). */
export function saysNoBody(method: string): boolean {
  return SAYS_NO_BODY.includes(method);
}
