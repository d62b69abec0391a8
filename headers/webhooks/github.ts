import {
  type ClaimProblem,
  DIGEST,
  type SignatureClaim,
  type SignedFields,
} from "./verification.ts";

const FIELD = "X-Hub-Signature-256";
const LEGACY_FIELD = "X-Hub-Signature";

/**
 * Returns what a request says of GitHub's signature: `X-Hub-Signature-256: sha256=` and the HMAC of the body. The one over
 * SHA-1 that GitHub sends beside it is not looked at.
 */
export function githubClaim(fields: SignedFields): SignatureClaim | ClaimProblem {
  const value = fields.get(FIELD);
  if (value === undefined) {
    if (fields.get(LEGACY_FIELD) === undefined) {
      return { why: "none", text: `has no ${FIELD}: GitHub sends it where the hook has a secret` };
    }
    return {
      why: "legacy",
      text: `has only ${LEGACY_FIELD}, which is over SHA-1; GitHub sends ${FIELD} beside it`,
    };
  }
  const [, signature = ""] = /^sha256=(.*)$/i.exec(value) ?? [];
  if (!DIGEST.test(signature)) {
    return { why: "malformed", text: `${FIELD} is not sha256= and 64 hexadecimal digits` };
  }
  return {
    field: FIELD,
    signatures: [signature.toLowerCase()],
    prefix: "",
    signedAt: undefined,
  };
}
