import { hexOf } from "../../codec/bytes/hex.ts";
import { escapeJson } from "../../codec/escape_json.ts";
import type { Address } from "../../net/address.ts";
import { textOf } from "./body_view.ts";
import { hexUnlessPlain, readable } from "./byte_text.ts";
import type { Pair } from "./pairs.ts";
import type { FieldPair, RequestRecord } from "./request_record.ts";

/** What a machine gets of a request. */
export type RequestJson = Readonly<Record<string, unknown>>;

/** Returns a request for a machine: text as people read it, and `hex` beside a value that is not printable ASCII alone. */
export function requestJson(record: RequestRecord): RequestJson {
  const { number, date, connection, method, target, version, requestLine, path } = record;
  const { id, requests, remote, local, tls } = connection;
  return {
    number,
    time: date.toISOString(),
    connection: { id, requests, remote: placeJson(remote), local: placeJson(local), tls },
    requestLine: readable(requestLine),
    method,
    target: readable(target),
    version,
    path: readable(path),
    query: record.queryPairs.map(pairJson),
    fields: record.fields.map(fieldJson),
    cookies: record.cookies.map(pairJson),
    ...record.body.state !== "none" && { body: bodyJson(record) },
    ...record.trailers.length > 0 && { trailers: record.trailers.map(fieldJson) },
    ...record.signatures.length > 0 && { signatures: record.signatures },
  };
}

/** Returns JSON over several lines, with a newline at its end and nothing in it that a terminal obeys. */
export function shownJson(json: RequestJson): string {
  return `${escapeJson(JSON.stringify(json, null, 2))}\n`;
}

function placeJson(address: Address): RequestJson {
  if ("hostname" in address) return { hostname: address.hostname, port: address.port };
  const { transport } = address;
  return "path" in address && address.path ? { transport, path: address.path } : { transport };
}

/** Returns a field for a machine. */
export function fieldJson([name, value]: FieldPair): RequestJson {
  return { name, value: readable(value), ...hexJson(value) };
}

function pairJson({ name, value, decodedName, decodedValue }: Pair): RequestJson {
  return {
    name: readable(name),
    ...value !== undefined && { value: readable(value), ...hexJson(value) },
    ...decodedName !== undefined && { decodedName },
    ...decodedValue !== undefined && { decodedValue },
  };
}

/** A form's body is UTF-8, so its text is exact. */
function formPairJson(pair: Pair): RequestJson {
  const { hex: _, ...json } = pairJson(pair);
  return json;
}

function hexJson(value: string): RequestJson {
  const hex = hexUnlessPlain(value);
  return hex === undefined ? {} : { hex };
}

function bodyJson({ body, bodyView: view, contentType }: RequestRecord): RequestJson {
  const type = contentType === undefined ? {} : { type: readable(contentType) };
  if (body.state === "too-large") return { ...type, tooLarge: true, maxBytes: body.maxBytes };
  if (body.state === "cut") return { ...type, cut: body.reason };
  const bytes = body.state === "whole" ? body.bytes : new Uint8Array();
  const text = textOf(bytes);
  return {
    bytes: bytes.length,
    ...type,
    ...view && { kind: view.kind },
    // Exactly what came: what is no text is in hexadecimal, which is no more than twice as long.
    ...text === undefined ? { hex: hexOf(bytes) } : { text },
    ...view?.kind === "form" && { pairs: view.pairs.map(formPairJson) },
    ...view?.kind === "multipart" && { parts: view.parts, moreParts: view.more },
  };
}
