import { valuesOf } from "../field_values.ts";
import { type AuditedAnswer, type AuditFinding, missing, tokensOf, weak } from "./finding.ts";

const FIELD = "Cache-Control";
/** What a cache may keep without being told to (RFC 9110, 15.1). */
const CACHEABLE = [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501];

/** Looks at who may keep the answer, and for how long (RFC 9111). */
export function auditCaching(answer: AuditedAnswer): AuditFinding[] {
  const directives = tokensOf(valuesOf(answer, FIELD)).map((one) => one.split("=")[0]!.trim());
  const has = (name: string) => directives.includes(name);
  const setsCookie = valuesOf(answer, "set-cookie").length > 0;
  if (directives.length === 0) {
    if (setsCookie) return [missing(FIELD, "it sets a cookie: say private or no-store")];
    if (valuesOf(answer, "expires").length > 0 || !CACHEABLE.includes(answer.status ?? 0)) {
      return [];
    }
    return valuesOf(answer, "pragma").length > 0
      ? [weak("Pragma", "it means nothing in an answer: say Cache-Control")]
      : [missing(FIELD, "each cache guesses how long it may keep this")];
  }
  const isKept = !has("no-store") && !has("private");
  if (setsCookie && isKept && (has("public") || has("s-maxage") || has("max-age"))) {
    return [weak(FIELD, "a shared cache may give one visitor's cookie to others: say private")];
  }
  if (has("public") && (has("private") || has("no-store"))) {
    return [weak(FIELD, "it says public, and the opposite of it")];
  }
  return [];
}
