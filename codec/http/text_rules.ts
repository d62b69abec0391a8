// This module is browser compatible.

const TOKEN = /^[!#$%&\x27*+\-.^_\x60|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Says whether text is a token (RFC 9110, 5.6.2): a method, a field name. */
export function isToken(text: unknown): text is string {
  return typeof text === "string" && TOKEN.test(text);
}

/** Says whether text can stand in a field's value or in a reason (RFC 9110, 5.5): no control, one byte a character. */
export function isValue(text: unknown): text is string {
  return typeof text === "string" && VALUE.test(text);
}
