import { Fields, type FieldsInit } from "../../../codec/http/mod.ts";
import { HttpServerRequest } from "../../../net/http/server_request.ts";
import type { RequestHost } from "../../../net/http/request_host.ts";

/** Returns a request that came, with nobody to answer it to. */
export function requestOf(
  { method = "GET", target = "/", fields = {} }: {
    method?: string;
    target?: string;
    fields?: FieldsInit;
  } = {},
): HttpServerRequest {
  // Whoever would answer finds out.
  const host = {} as unknown as RequestHost;
  return new HttpServerRequest({
    type: "request",
    method,
    target,
    version: "1.1",
    fields: new Fields(fields),
    body: 0,
    keepAlive: true,
    expectsContinue: false,
    upgrade: [],
    text: "",
  }, { host, number: 1 });
}
