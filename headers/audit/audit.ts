import { auditCaching } from "./caching.ts";
import { auditContentPolicy } from "./content_policy.ts";
import { auditContentType } from "./content_type.ts";
import { auditCookies } from "./cookies.ts";
import { auditDisclosure } from "./disclosure.ts";
import type { AuditedAnswer, AuditFinding } from "./finding.ts";
import { auditSharing } from "./sharing.ts";
import { auditTransportSecurity } from "./transport_security.ts";

export type { AuditedAnswer, AuditFinding } from "./finding.ts";

/**
 * Returns what about an answer is less safe than it could be, as far as its head tells. It knows no more than that: what
 * it does not find may still be wrong.
 *
 * @example
 * ```ts
 * import { auditHead } from "@parley/sockets/headers";
 * import { assert } from "@std/assert";
 * const fields = [["Content-Type", "image/png"], ["Cache-Control", "no-store"]] as const;
 * const [only] = auditHead({ url: new URL("http://127.0.0.1/"), status: 200, fields });
 * assert(only?.level === "missing" && only.field === "X-Content-Type-Options");
 * ```
 */
export function auditHead(answer: AuditedAnswer): AuditFinding[] {
  return [
    ...auditTransportSecurity(answer),
    ...auditContentPolicy(answer),
    ...auditContentType(answer),
    ...auditCookies(answer),
    ...auditSharing(answer),
    ...auditCaching(answer),
    ...auditDisclosure(answer),
  ];
}
