import { valuesOf } from "../field_values.ts";
import { type AuditedAnswer, type AuditFinding, shown, weak } from "./finding.ts";

/** Fields that exist to tell what runs there. */
const TELLTALES = ["X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator"];

/** Looks at what the answer tells of the software behind it. */
export function auditDisclosure(answer: AuditedAnswer): AuditFinding[] {
  const findings = TELLTALES.flatMap((name) =>
    valuesOf(answer, name).map((value) =>
      weak(name, `it tells what runs here (${shown(value)}), and serves nobody else`)
    )
  );
  const [server] = valuesOf(answer, "server");
  if (server === undefined || !/\d/.test(server)) return findings;
  return [
    weak("Server", `it tells the version (${shown(server)}), and so its known holes`),
    ...findings,
  ];
}
