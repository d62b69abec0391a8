import { valuesOf } from "../field_values.ts";
import { type AuditedAnswer, type AuditFinding, shown, tokensOf, weak } from "./finding.ts";

const ORIGIN = "Access-Control-Allow-Origin";
const CREDENTIALS = "Access-Control-Allow-Credentials";

/** Looks at which other sites may read the answer (CORS, in the Fetch standard). */
export function auditSharing(answer: AuditedAnswer): AuditFinding[] {
  const values = valuesOf(answer, ORIGIN);
  const [value] = values;
  if (value === undefined) return [];
  if (values.length > 1 || /[\s,]/.test(value.trim())) {
    return [weak(ORIGIN, "it names more than one origin: browsers refuse it")];
  }
  const allowed = value.trim();
  const withCredentials = valuesOf(answer, CREDENTIALS).some((one) => one.trim() === "true");
  if (allowed === "*") {
    if (!withCredentials) return [];
    return [weak(ORIGIN, "* together with credentials: browsers refuse it, so name the origins")];
  }
  const findings: AuditFinding[] = [];
  if (allowed === "null") {
    findings.push(weak(ORIGIN, "null is the origin of any page in a sandbox: anybody can have it"));
  } else if (!/^https?:\/\/[^/?#]+$/i.test(allowed)) {
    findings.push(weak(ORIGIN, `${shown(allowed)} is no origin: browsers refuse it`));
  } else if (answer.url.protocol === "https:" && /^http:/i.test(allowed)) {
    findings.push(weak(ORIGIN, "a page that came over http may read it, and whoever changed that"));
  }
  if (withCredentials && answer.origin !== undefined && allowed === answer.origin) {
    findings.push(
      weak(ORIGIN, "it repeats the origin that asked, with credentials: see if any will do"),
    );
  }
  const vary = tokensOf(valuesOf(answer, "vary"));
  if (!vary.includes("origin") && !vary.includes("*")) {
    findings.push(
      weak("Vary", "a cache may give the answer for one origin to another: add Origin"),
    );
  }
  return findings;
}
