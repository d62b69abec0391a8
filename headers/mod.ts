/**
 * What the headers programs stand on: a request taken apart, and whether a webhook's signature holds; a server's answer as
 * far as it goes, with its faults, and what is missing or weak in it.
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
export { type AuditedAnswer, type AuditFinding, auditHead } from "./audit/audit.ts";
export type { BodyView, ReceivedBody } from "./request/body_view.ts";
export type { MultipartPart, MultipartParts } from "./request/multipart.ts";
export type { Pair } from "./request/pairs.ts";
export type {
  FieldPair,
  ReceivedRequest,
  RequestConnection,
  RequestRecord,
} from "./request/request_record.ts";
export type { HeadFault, HeadFaultKind } from "./response/head_fault.ts";
export type { HeadLine } from "./response/head_lines.ts";
export {
  type HeadEnd,
  HeadReader,
  type HeadReaderOptions,
  type RawHead,
} from "./response/head_reader.ts";
export { BodyError, Hop, type HopTiming, type ProbedHead } from "./response/hop.ts";
export { type InspectedHead, inspectHead } from "./response/inspect_head.ts";
export { NoHeadError, type OpenHop, probeHead, type ProbeOptions } from "./response/probe.ts";
export type { ProbeRequest, RequestOptions } from "./response/request.ts";
export type { StatusLineParts } from "./response/status_line.ts";
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
