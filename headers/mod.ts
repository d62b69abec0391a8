/**
 * What the headers server stands on: a request taken apart, and whether a webhook's signature holds.
 *
 * @example Whether GitHub signed a request, over the exact bytes of its body
 * ```ts
 * import { verifyWebhook } from "@parley/sockets/headers";
 * import { assert } from "@std/assert";
 *
 * const signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
 * const fields = new Headers({ "X-Hub-Signature-256": `sha256=${signature}` });
 * const body = new TextEncoder().encode("Hello, World!");
 * const secret = "It's a Secret to Everybody";
 * const said = verifyWebhook(
 *   { provider: "github", secret },
 *   { fields: { get: (name) => fields.get(name) ?? undefined }, body, nowMs: Date.now() },
 * );
 * assert(said.holds);
 * ```
 *
 * @module
 */
export type { BodyView, ReceivedBody } from "./request/body_view.ts";
export type { MultipartPart, MultipartParts } from "./request/multipart.ts";
export type { Pair } from "./request/pairs.ts";
export type {
  FieldPair,
  ReceivedRequest,
  RequestConnection,
  RequestRecord,
} from "./request/request_record.ts";
export type {
  SignedFields,
  Verification,
  VerificationProblem,
  WebhookProvider,
  WebhookSecret,
} from "./webhooks/verification.ts";
export {
  type SignedRequest,
  verifyWebhook,
  WEBHOOK_TOLERANCE_SECONDS,
} from "./webhooks/verify_webhook.ts";
