import {
  type ReceivedRequest,
  type RequestRecord,
  requestRecord,
} from "../../../headers/request/request_record.ts";
import { latin1Text } from "../../../codec/bytes/latin1_text.ts";

/** Returns text as its UTF-8 bytes, one character each: as it stands in a head. */
export function inBytes(text: string): string {
  return latin1Text(new TextEncoder().encode(text));
}

/** Returns a request as a server gets it, with something of it given. */
export function sampleRequest(
  given: Partial<Omit<ReceivedRequest, "body">> & { readonly body?: string | Uint8Array } = {},
): RequestRecord {
  const { method = "GET", target = "/", version = "1.1", fields = [["Host", "localhost:8080"]] } =
    given;
  const question = target.indexOf("?");
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  const { body } = given;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return requestRecord({
    number: 1,
    date: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
    connection: {
      id: 0,
      remote: { transport: "tcp", hostname: "127.0.0.1", port: 50312 },
      local: { transport: "tcp", hostname: "127.0.0.1", port: 8080 },
      requests: 1,
      tls: false,
    },
    trailers: [],
    signatures: [],
    ...given,
    method,
    target,
    version,
    fields,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? "" : target.slice(question + 1),
    head: `${method} ${target} HTTP/${version}\r\n${lines.join("")}`,
    body: bytes === undefined ? { state: "none" } : { state: "whole", bytes },
  });
}
