import { valuesOf } from "../field_values.ts";
import {
  type AuditedAnswer,
  type AuditFinding,
  isPage,
  isRedirect,
  missing,
  shown,
  weak,
} from "./finding.ts";

const CSP = "Content-Security-Policy";
const FRAMES = "X-Frame-Options";

/** One policy: its directives with what they allow. */
type Policy = ReadonlyMap<string, readonly string[]>;

/** Looks at what a page may run, and who may show it in a frame (Content Security Policy). */
export function auditContentPolicy(answer: AuditedAnswer): AuditFinding[] {
  if (!isPage(answer) || isRedirect(answer)) return [];
  const policies = valuesOf(answer, CSP).flatMap(policiesIn);
  return [...auditScripts(answer, policies), ...auditFrames(answer, policies)];
}

function auditScripts(answer: AuditedAnswer, policies: readonly Policy[]): AuditFinding[] {
  if (policies.length === 0) {
    return valuesOf(answer, `${CSP}-Report-Only`).length > 0
      ? [weak(CSP, "there is only the one that reports: it blocks nothing")]
      : [missing(CSP, "a script that somebody smuggles into the page runs: nothing forbids it")];
  }
  // Each policy has to allow what is run, so only what all of them allow is a weakness.
  const [first = [], ...others] = policies.map(weaknessesOf);
  return first.filter((one) => others.every((other) => other.includes(one)))
    .map((reason) => weak(CSP, reason));
}

function weaknessesOf(policy: Policy): string[] {
  const scripts = policy.get("script-src") ?? policy.get("default-src");
  const found: string[] = [];
  if (!scripts) found.push("it says nothing of scripts: add script-src or default-src");
  else {
    const has = (source: string) => scripts.includes(source);
    const isStrict = has("'strict-dynamic'");
    const names = scripts.some((source) => /^'(?:nonce|sha\d{3})-/.test(source));
    if (has("'unsafe-inline'") && !names && !isStrict) {
      found.push("'unsafe-inline' lets every script in the page run: use nonces or hashes");
    }
    if (has("'unsafe-eval'")) found.push("'unsafe-eval' lets text become a script");
    const wide = scripts.find((source) => /^(?:\*|https?:|\*\.|data:|blob:)$/.test(source));
    if (wide !== undefined && !isStrict) {
      found.push(`scripts may come from anywhere (${shown(wide)})`);
    }
  }
  if (!policy.has("object-src") && !policy.has("default-src")) {
    found.push("it says nothing of plug-ins: add object-src 'none'");
  }
  if (!policy.has("base-uri")) {
    found.push("a smuggled <base> moves every link: add base-uri 'none'");
  }
  return found;
}

function auditFrames(answer: AuditedAnswer, policies: readonly Policy[]): AuditFinding[] {
  const named = policies.map((policy) => policy.get("frame-ancestors")).filter((it) => !!it);
  if (named.some((sources) => !sources.includes("*"))) return [];
  if (named.length > 0) {
    return [weak(CSP, "frame-ancestors * lets any site show the page in a frame")];
  }
  const [value] = valuesOf(answer, FRAMES);
  if (value === undefined) {
    const reason = "any site may show the page in a frame and catch clicks: add frame-ancestors";
    return [missing(FRAMES, reason)];
  }
  if (/^\s*(?:deny|sameorigin)\s*$/i.test(value)) return [];
  return [weak(FRAMES, `browsers ignore ${shown(value)}: take DENY or SAMEORIGIN`)];
}

function policiesIn(value: string): Policy[] {
  return value.split(",").filter((one) => one.trim() !== "").map((one) => {
    const policy = new Map<string, readonly string[]>();
    for (const directive of one.split(";")) {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      // The first of a name counts.
      const key = name.toLowerCase();
      if (key !== "" && !policy.has(key)) {
        policy.set(key, sources.map((source) => source.toLowerCase()));
      }
    }
    return policy;
  });
}
