import { LimitError } from "../../codec/errors.ts";
import type { Clock } from "../../net/clock.ts";
import { messageOf } from "../../net/errors.ts";
import type { HttpServerConnection, HttpServerRequest } from "../../net/http/mod.ts";
import type { WebhookSecret } from "../webhooks/verification.ts";
import { isHeldRefusal } from "../held_bytes.ts";
import { LARGE_BYTES, largeTurn } from "../large_turns.ts";
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
  /** Is told how many bytes of the body are kept, as `bytes` of a request tells it. */
  readonly reserve: (bytes: number) => void;
}

/** A request with its body, or with what became of that. */
export interface Received {
  /** The request, taken apart. */
  readonly record: RequestRecord;
  /** Why its body did not come in whole, where it did not, and is not too large. */
  readonly failure?: unknown;
}

/**
 * Reads a request with its body, takes it apart and checks its signatures. One with a large body is taken apart when no other
 * was on this turn of the event loop.
 *
 * @throws {LimitError} `reserve` refuses the body.
 */
export async function receiveRequest(
  http: HttpServerConnection,
  request: HttpServerRequest,
  { number, tls, secrets, clock, reserve }: ReceiveRequestOptions,
): Promise<Received> {
  const date = clock.date();
  const { body, failure } = await bodyOf(request, reserve);
  if (body.state === "whole" && body.bytes.length > LARGE_BYTES) await largeTurn();
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
  reserve: (bytes: number) => void,
): Promise<{ body: ReceivedBody; failure?: unknown }> {
  if (!request.hasBody) return { body: { state: "none" } };
  try {
    const bytes = await request.bytes({ maxBytes: MAX_BODY_BYTES, reserve });
    return { body: { state: "whole", bytes } };
  } catch (error) {
    if (isHeldRefusal(error)) throw error;
    if (error instanceof LimitError) {
      return { body: { state: "too-large", maxBytes: MAX_BODY_BYTES } };
    }
    return { body: { state: "cut", reason: messageOf(error) }, failure: error };
  }
}
