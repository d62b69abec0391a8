import { endOfWholeText } from "../../codec/text.ts";
import { fieldJson, type RequestJson, requestJson } from "../request/request_json.ts";
import type { FieldPair, RequestRecord } from "../request/request_record.ts";
import { isSecretField, withoutUserinfo } from "./secrets.ts";

/** How {@linkcode liveJson} says. */
export interface LiveJsonOptions {
  /** Cookies, authorization and what is like them are in it too. */
  readonly showSecrets: boolean;
}

/** Bytes of a body that others see at most. */
export const MAX_LIVE_BODY_BYTES = 64 * 1024;

/**
 * Returns a request as others may see it: without the values of cookies, authorization and fields of such names, unless
 * they are wanted, and with the beginning of a long body.
 */
export function liveJson(record: RequestRecord, { showSecrets }: LiveJsonOptions): RequestJson {
  const json = withoutRest(record);
  if (showSecrets) return json;
  const { fields, trailers, cookies, method, version } = record;
  const target = withoutUserinfo(record.target);
  return {
    ...json,
    requestLine: `${method} ${target} HTTP/${version}`,
    target,
    path: withoutUserinfo(record.path),
    fields: fields.map(openField),
    cookies: [],
    ...cookies.length > 0 && { cookiesLeftOut: cookies.length },
    ...trailers.length > 0 && { trailers: trailers.map(openField) },
  };
}

function openField(field: FieldPair): RequestJson {
  const [name, value] = field;
  return isSecretField(name) ? { name, leftOut: true, bytes: value.length } : fieldJson(field);
}

function withoutRest(record: RequestRecord): RequestJson {
  const { body, bodyView } = record;
  if (body.state !== "whole" || body.bytes.length <= MAX_LIVE_BODY_BYTES) {
    return requestJson(record);
  }
  const cut = body.bytes.subarray(0, MAX_LIVE_BODY_BYTES);
  const bytes = cut.subarray(0, endOfWholeText(cut));
  const { body: begun, ...json } = requestJson({
    ...record,
    body: { state: "whole", bytes },
    bodyView: undefined,
  });
  return {
    ...json,
    body: {
      // It is an object where there is a body.
      ...begun as RequestJson,
      ...bodyView && { kind: bodyView.kind },
      bytes: body.bytes.length,
      more: body.bytes.length - bytes.length,
    },
  };
}
