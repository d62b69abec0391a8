import { valuesOf } from "../field_values.ts";
import {
  type AuditedAnswer,
  type AuditFinding,
  isPage,
  isRedirect,
  mediaTypeOf,
  missing,
  shown,
  tokensOf,
  weak,
} from "./finding.ts";

const OPTIONS = "X-Content-Type-Options";
const TYPE = "Content-Type";
const REFERRER = "Referrer-Policy";
/** Policies under which other sites learn the whole URL. */
const TELLING = ["unsafe-url", "no-referrer-when-downgrade"];
const POLICIES = [
  ...TELLING,
  "no-referrer",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
];

/** Looks at what a browser may take the answer for, and what a page tells other sites. */
export function auditContentType(answer: AuditedAnswer): AuditFinding[] {
  const { status = 0 } = answer;
  if (isRedirect(answer) || status < 200 || status === 204 || status === 304) return [];
  return [...auditType(answer), ...isPage(answer) ? auditReferrer(answer) : []];
}

function auditType(answer: AuditedAnswer): AuditFinding[] {
  const findings: AuditFinding[] = [];
  const [type] = valuesOf(answer, TYPE);
  const hasBody = valuesOf(answer, "content-length")[0] !== "0";
  if (mediaTypeOf(answer) === undefined) {
    if (hasBody) findings.push(missing(TYPE, "browsers guess what it is, and may run it"));
  } else if (isPage(answer) && !/;\s*charset=/i.test(type!)) {
    findings.push(weak(TYPE, "without a charset browsers guess it: add charset=utf-8"));
  }
  const [options] = valuesOf(answer, OPTIONS);
  if (options === undefined) {
    findings.push(missing(OPTIONS, "browsers may take it for a script or a page: say nosniff"));
  } else if (tokensOf([options])[0] !== "nosniff") {
    findings.push(weak(OPTIONS, `browsers ignore ${shown(options)}: nosniff is the only value`));
  }
  const [filter] = valuesOf(answer, "x-xss-protection");
  if (filter !== undefined && !/^\s*0/.test(filter)) {
    findings.push(weak("X-XSS-Protection", "where it is still heard it does harm: leave it out"));
  }
  return findings;
}

function auditReferrer(answer: AuditedAnswer): AuditFinding[] {
  const values = valuesOf(answer, REFERRER);
  if (values.length === 0) {
    return [missing(REFERRER, "each browser decides what other sites learn of the URL")];
  }
  // The last one that a browser knows counts.
  const policy = tokensOf(values).findLast((token) => POLICIES.includes(token));
  if (policy === undefined) {
    return [weak(REFERRER, `browsers know no ${shown(values.join(", "))}`)];
  }
  return TELLING.includes(policy)
    ? [weak(REFERRER, `${policy} tells other sites the whole URL`)]
    : [];
}
