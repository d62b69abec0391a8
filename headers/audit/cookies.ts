import { valuesOf } from "../field_values.ts";
import { type AuditedAnswer, type AuditFinding, shown, weak } from "./finding.ts";

const FIELD = "Set-Cookie";

/** Looks at each cookie that the answer sets (RFC 6265bis). */
export function auditCookies(answer: AuditedAnswer): AuditFinding[] {
  return valuesOf(answer, FIELD).flatMap((value) => {
    const [pair = "", ...rest] = value.split(";");
    const name = pair.slice(0, Math.max(0, pair.indexOf("="))).trim();
    const attributes = new Map(rest.map((one) => {
      const [key = "", said = ""] = one.split("=", 2);
      return [key.trim().toLowerCase(), said.trim()];
    }));
    const problems = [...flagProblems(attributes), ...prefixProblems(name, attributes)];
    if (problems.length === 0) return [];
    return [weak(FIELD, `${shown(name) || "a cookie without a name"}: ${problems.join("; ")}`)];
  });
}

type Attributes = ReadonlyMap<string, string>;

function flagProblems(attributes: Attributes): string[] {
  const problems: string[] = [];
  const isSecure = attributes.has("secure");
  const sameSite = attributes.get("samesite");
  if (!isSecure) problems.push("without Secure it goes over http as well");
  if (!attributes.has("httponly")) problems.push("without HttpOnly scripts may read it");
  if (sameSite === undefined) problems.push("without SameSite other sites may have it sent");
  else if (/^none$/i.test(sameSite)) {
    if (!isSecure) problems.push("browsers drop SameSite=None without Secure");
  } else if (!/^(?:lax|strict)$/i.test(sameSite)) {
    problems.push(`SameSite=${shown(sameSite)} is none: take Lax or Strict`);
  }
  return problems;
}

/** What a name promises, browsers hold it to. */
function prefixProblems(name: string, attributes: Attributes): string[] {
  const isSecure = attributes.has("secure");
  if (/^__secure-/i.test(name)) {
    return isSecure ? [] : ["browsers drop a name that begins __Secure- without Secure"];
  }
  if (!/^__host-/i.test(name)) return [];
  const isKept = isSecure && attributes.get("path") === "/" && !attributes.has("domain");
  return isKept
    ? []
    : ["browsers drop a name that begins __Host- without Secure and Path=/, or with a Domain"];
}
