/** Whose way of signing a webhook is known. */
export type WebhookProvider = "github" | "stripe" | "slack";

/** Those whose way of signing is known, in the order in which a help shows them. */
export const WEBHOOK_PROVIDERS: readonly WebhookProvider[] = ["github", "stripe", "slack"];

/** A secret that a provider signs its requests with. */
export interface WebhookSecret {
  /** Who signs. */
  readonly provider: WebhookProvider;
  /** What it signs with, as the provider shows it. */
  readonly secret: string;
}

/** Why a signature does not hold. */
export type VerificationProblem =
  /** The secret that is at hand has a blank that the provider's has not, or the other way round. */
  | "blank-in-secret"
  /** Its body was too large to be kept, so nothing can be said. */
  | "body-too-large"
  /** It was signed for a time that lies ahead. */
  | "in-the-future"
  /** Only a signature of a kind that is given up came. */
  | "legacy"
  /** The field is there, and is none of this provider's signatures. */
  | "malformed"
  /** The request has no signature. */
  | "none"
  /** It was made with another secret, or over another body. */
  | "other-secret"
  /** It holds, and is so old that somebody may be sending it again. */
  | "too-old";

/** What became of a request's signature; `text` says it in a sentence without its end. */
export type Verification =
  & { readonly provider: WebhookProvider; readonly text: string }
  & ({ readonly holds: true } | { readonly holds: false; readonly why: VerificationProblem });

/** What a signature stands in: a request's fields by their names. */
export interface SignedFields {
  /** Returns a field's value, whatever the case of its name; several are joined with commas. */
  get(name: string): string | undefined;
}

/** What a request says of its own signature. */
export interface SignatureClaim {
  /** The field that it stands in. */
  readonly field: string;
  /** The signatures in lower-case hex: one of them has to hold. */
  readonly signatures: readonly string[];
  /** What is signed in front of the body. */
  readonly prefix: string;
  /** When it was signed, in seconds since 1970; undefined where the provider does not say. */
  readonly signedAt: number | undefined;
}

/** Why there is nothing to check. */
export interface ClaimProblem {
  readonly why: "legacy" | "malformed" | "none";
  readonly text: string;
}

/** A SHA-256 in hex. */
export const DIGEST = /^[\da-f]{64}$/i;

/** Seconds since 1970, as webhooks write them. */
export const SECONDS = /^\d{1,12}$/;
