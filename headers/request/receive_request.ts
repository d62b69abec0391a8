import { LimitError } from "../../codec/errors.ts";
import type { Clock } from "../../net/clock.ts";
import { messageOf } from "../../net/errors.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import type { WebhookSecret } from "../webhooks/verification.ts";
import { verifyWebhook } from "../webhooks/verify_webhook.ts";
import type { ReceivedBody } from "./body_view.ts";
import { type RequestRecord, requestRecord } from "./request_record.ts";

/** Bytes of a body that are kept; a request with more is refused. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** How {@linkcode receiveRequest} receives. */
export interface ReceiveRequestOptions {
  /** The request's number on the server. */
  readonly number: number;
  /** Whether the connection speaks TLS. */
  readonly tls: boolean;
  /** What its signature is checked with. */
  readonly secrets: readonly WebhookSecret[];
  /** The time to go by. */
  readonly clock: Clock;
}

/** A request with its body, or with what became of that. */
export interface Received {
  /** The request, taken apart. */
  readonly record: RequestRecord;
  /** Why its body did not come in whole, where it did not, and is not too large. */
  readonly failure?: unknown;
}

/** Reads a request with its body, takes it apart and checks its signatures. */
export async function receiveRequest(
  http: HttpServerConnection,
  request: HttpServerRequest,
  { number, tls, secrets, clock }: ReceiveRequestOptions,
): Promise<Received> {
  const date = clock.date();
  const { body, failure } = await bodyOf(request);
  const { method, target, version, path, query, fields, head } = request;
  const signed = {
    fields,
    body: body.state === "whole" ? body.bytes : body.state === "none" ? NO_BYTES : undefined,
    nowMs: date.getTime(),
  };
  const record = requestRecord({
    number,
    date,
    connection: {
      id: http.id,
      remote: http.remoteAddr,
      local: http.localAddr,
      requests: request.number,
      tls,
    },
    method,
    target,
    version,
    path,
    query,
    head: head.text,
    fields: [...fields],
    body,
    trailers: body.state === "whole" ? [...request.trailers] : [],
    // Nothing was signed that did not come.
    signatures: body.state === "cut" ? [] : secrets.map((secret) => verifyWebhook(secret, signed)),
  });
  return { record, ...failure !== undefined && { failure } };
}

const NO_BYTES = new Uint8Array();

async function bodyOf(
  request: HttpServerRequest,
): Promise<{ body: ReceivedBody; failure?: unknown }> {
  if (!request.hasBody) return { body: { state: "none" } };
  try {
    return { body: { state: "whole", bytes: await request.bytes({ maxBytes: MAX_BODY_BYTES }) } };
  } catch (error) {
    if (error instanceof LimitError) {
      return { body: { state: "too-large", maxBytes: MAX_BODY_BYTES } };
    }
    return { body: { state: "cut", reason: messageOf(error) }, failure: error };
  }
}
