import { hmacSha256, sameDigest } from "../../codec/hashing.ts";
import { githubClaim } from "./github.ts";
import { slackClaim } from "./slack.ts";
import { stripeClaim } from "./stripe.ts";
import type {
  ClaimProblem,
  SignatureClaim,
  SignedFields,
  Verification,
  WebhookProvider,
  WebhookSecret,
} from "./verification.ts";

/** How far the time of a signature may be away, in seconds: what Stripe and Slack advise. */
export const WEBHOOK_TOLERANCE_SECONDS = 300;

/** What {@linkcode verifyWebhook} looks at. */
export interface SignedRequest {
  /** The request's fields. */
  readonly fields: SignedFields;
  /** The exact bytes of its body, empty where it has none; undefined where they were not kept. */
  readonly body: Uint8Array | undefined;
  /** The time, in milliseconds since 1970. */
  readonly nowMs: number;
}

const CLAIMS: Readonly<
  Record<WebhookProvider, (fields: SignedFields) => SignatureClaim | ClaimProblem>
> = { github: githubClaim, stripe: stripeClaim, slack: slackClaim };

/**
 * Says whether a request's signature was made with a secret, and if not, why. The time that it takes tells nothing about the
 * secret, nor does what it says.
 *
 * @throws {TypeError} The secret is empty, which anybody can sign with.
 */
export function verifyWebhook(
  { provider, secret }: WebhookSecret,
  { fields, body, nowMs }: SignedRequest,
): Verification {
  requireSecret({ provider, secret });
  const claim = CLAIMS[provider](fields);
  if ("why" in claim) return { provider, holds: false, ...claim };
  if (body === undefined) {
    const text = "cannot be checked: the body is too large to be kept";
    return { provider, holds: false, why: "body-too-large", text };
  }
  if (isSignedWith(secret, { claim, body })) return inTime(provider, claim.signedAt, nowMs);
  const blank = blankOf(secret, { claim, body });
  if (blank !== undefined) return { provider, holds: false, why: "blank-in-secret", text: blank };
  const text = `${claim.field} was made with another secret, or over another body`;
  return { provider, holds: false, why: "other-secret", text };
}

/** Returns a secret where it is one. @throws {TypeError} It is empty, which anybody can sign with. */
export function requireSecret<S extends WebhookSecret>(given: S): S {
  if (given.secret !== "") return given;
  throw new TypeError(`Cannot verify ${given.provider}: the secret is empty`);
}

interface Signed {
  readonly claim: SignatureClaim;
  readonly body: Uint8Array;
}

function isSignedWith(secret: string, { claim, body }: Signed): boolean {
  const made = hmacSha256(secret, claim.prefix, body);
  let holds = false;
  // All of them are compared, whichever holds.
  for (const signature of claim.signatures) holds = sameDigest(made, signature) || holds;
  return holds;
}

function inTime(
  provider: WebhookProvider,
  signedAt: number | undefined,
  nowMs: number,
): Verification {
  const age = signedAt === undefined ? 0 : Math.floor(nowMs / 1000) - signedAt;
  const seconds = Math.abs(age);
  const limit = `${WEBHOOK_TOLERANCE_SECONDS} s`;
  if (age > WEBHOOK_TOLERANCE_SECONDS) {
    const text =
      `was made with the secret, but ${seconds} s ago: more than ${limit} may be a replay`;
    return { provider, holds: false, why: "too-old", text };
  }
  if (age < -WEBHOOK_TOLERANCE_SECONDS) {
    const text =
      `was made with the secret, but for a time ${seconds} s ahead: ${limit} are allowed; ` +
      "compare the clocks";
    return { provider, holds: false, why: "in-the-future", text };
  }
  return { provider, holds: true, text: "holds" };
}

/** Returns what to say where a blank alone stands in the way, as it gets into a secret by copying it. */
function blankOf(secret: string, signed: Signed): string | undefined {
  const bare = secret.trim();
  if (bare !== secret && bare !== "" && isSignedWith(bare, signed)) {
    return "would hold if the secret given here had no blank at its start or end";
  }
  for (const [before, after] of [["", "\n"], ["", " "], [" ", ""], ["", "\r\n"]] as const) {
    if (isSignedWith(before + secret + after, signed)) {
      return "would hold if the secret given here had a blank more: the sender's has one";
    }
  }
  return undefined;
}
