import {
  type ClaimProblem,
  DIGEST,
  SECONDS,
  type SignatureClaim,
  type SignedFields,
} from "./verification.ts";

const FIELD = "X-Slack-Signature";
const TIME_FIELD = "X-Slack-Request-Timestamp";

/**
 * Returns what a request says of Slack's signature: `X-Slack-Signature: v0=` and the HMAC of `v0:`, the time in
 * `X-Slack-Request-Timestamp`, `:` and the body.
 */
export function slackClaim(fields: SignedFields): SignatureClaim | ClaimProblem {
  const value = fields.get(FIELD);
  if (value === undefined) return { why: "none", text: `has no ${FIELD}` };
  const time = fields.get(TIME_FIELD);
  if (time === undefined) {
    return { why: "malformed", text: `has no ${TIME_FIELD} beside ${FIELD}` };
  }
  if (!SECONDS.test(time)) {
    return { why: "malformed", text: `${TIME_FIELD} is no number of seconds since 1970` };
  }
  const [, signature = ""] = /^v0=(.*)$/.exec(value) ?? [];
  if (!DIGEST.test(signature)) {
    return { why: "malformed", text: `${FIELD} is not v0= and 64 hexadecimal digits` };
  }
  return {
    field: FIELD,
    signatures: [signature.toLowerCase()],
    prefix: `v0:${time}:`,
    signedAt: Number(time),
  };
}
