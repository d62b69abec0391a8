import { isLocalHost, parseIp } from "../../net/address.ts";
import { withoutBrackets } from "../../net/url_endpoint.ts";
import { parsedUrl } from "../parsed_url.ts";
import { valuesOf } from "../field_values.ts";
import {
  type AuditedAnswer,
  type AuditFinding,
  isRedirect,
  missing,
  shown,
  weak,
} from "./finding.ts";

const HSTS = "Strict-Transport-Security";
const YEAR_SECONDS = 31_536_000;
const DAY_SECONDS = 86_400;

/** Looks at what keeps visitors on https (RFC 6797). */
export function auditTransportSecurity(answer: AuditedAnswer): AuditFinding[] {
  const { url } = answer;
  const values = valuesOf(answer, HSTS);
  const address = withoutBrackets(url.hostname);
  if (url.protocol !== "https:") {
    const findings = values.length > 0
      ? [weak(HSTS, "browsers ignore it over http: it has to come over https")]
      : [];
    if (isLocalHost(address) || leadsToHttps(answer)) return findings;
    return [
      missing("https", "whoever is on the way can read and change this: send visitors to https"),
      ...findings,
    ];
  }
  // Only names have it (RFC 6797, 8.1.1).
  if (parseIp(address) || address === "localhost") return [];
  const [value] = values;
  if (value === undefined) {
    return [
      missing(HSTS, "a visitor who types the name goes over http first, which can be caught"),
    ];
  }
  return [
    ...values.length > 1 ? [weak(HSTS, "it is there more than once: only the first counts")] : [],
    ...auditDirectives(value),
  ];
}

function auditDirectives(value: string): AuditFinding[] {
  const directives = new Map(
    value.split(";").map((one) => {
      const [name = "", argument = ""] = one.split("=", 2);
      return [name.trim().toLowerCase(), argument.trim().replace(/^"(.*)"$/, "$1")];
    }),
  );
  const maxAge = directives.get("max-age");
  if (maxAge === undefined || !/^\d+$/.test(maxAge)) {
    return [weak(HSTS, "it has no max-age that is a number: browsers ignore it")];
  }
  const seconds = Number(maxAge);
  if (seconds === 0) return [weak(HSTS, "max-age=0 makes browsers forget it")];
  const findings: AuditFinding[] = [];
  if (seconds < YEAR_SECONDS) {
    const days = Math.floor(seconds / DAY_SECONDS);
    const long = days === 0 ? `${shown(maxAge)} s` : days === 1 ? "1 day" : `${days} days`;
    findings.push(weak(HSTS, `it holds for ${long}: take a year (max-age=${YEAR_SECONDS})`));
  }
  if (!directives.has("includesubdomains")) {
    findings.push(weak(HSTS, "it leaves out the names below this one: add includeSubDomains"));
  }
  return findings;
}

function leadsToHttps(answer: AuditedAnswer): boolean {
  const [location] = valuesOf(answer, "location");
  if (!isRedirect(answer) || location === undefined) return false;
  return parsedUrl(location, answer.url)?.protocol === "https:";
}
