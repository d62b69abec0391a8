import {
  type ClaimProblem,
  DIGEST,
  SECONDS,
  type SignatureClaim,
  type SignedFields,
} from "./verification.ts";

const FIELD = "Stripe-Signature";
/** While a secret is rolled there are two. */
const MAX_SIGNATURES = 16;

/**
 * Returns what a request says of Stripe's signature: `Stripe-Signature: t=` and the time, `,v1=` and the HMAC of the time,
 * `.` and the body. There is one `v1` for each secret that is good now; other schemes (`v0`) are not looked at.
 */
export function stripeClaim(fields: SignedFields): SignatureClaim | ClaimProblem {
  const value = fields.get(FIELD);
  if (value === undefined) return { why: "none", text: `has no ${FIELD}` };
  const times: string[] = [];
  const signatures: string[] = [];
  for (const item of value.split(",")) {
    const said = item.trim();
    if (said.startsWith("t=")) times.push(said.slice(2));
    else if (said.startsWith("v1=")) signatures.push(said.slice(3));
  }
  const [time = ""] = times;
  if (times.length !== 1 || !SECONDS.test(time)) {
    return { why: "malformed", text: `${FIELD} has not one t= with seconds since 1970` };
  }
  const isWhole = signatures.length > 0 && signatures.length <= MAX_SIGNATURES &&
    signatures.every((one) => DIGEST.test(one));
  if (!isWhole) {
    return { why: "malformed", text: `${FIELD} has no v1= with 64 hexadecimal digits` };
  }
  return {
    field: FIELD,
    signatures: signatures.map((one) => one.toLowerCase()),
    prefix: `${time}.`,
    signedAt: Number(time),
  };
}
