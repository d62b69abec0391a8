/**
 * HTTP/1.1 on the kernel: a server's connection is an async iterable of requests. The codec is here too, for who brings a
 * transport of their own.
 *
 * @example
 * ```ts
 * import { serveHttp } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveHttp(listener, {}, async (http) => {
 *   for await (const request of http) {
 *     const answer = await request.stream({ fields: { "Content-Type": "text/plain" } });
 *     for (let count = 3; count > 0; count--) await answer.write(`${count}\n`);
 *     await answer.end();
 *   }
 * });
 * const answer = await fetch(`http://127.0.0.1:${server.addr.port}/`);
 * assert(await answer.text() === "3\n2\n1\n");
 * ```
 *
 * @module
 */
export * from "../../codec/http/mod.ts";
export { type BodyWriterOptions, HttpBodyWriter } from "./body_writer.ts";
export { formatHttpDate } from "./http_date.ts";
export { type BodyOptions, RequestBody } from "./request_body.ts";
export type { HttpTransport, RequestHost } from "./request_host.ts";
export { type HttpHandler, serveHttp, type ServeHttpOptions } from "./serve_http.ts";
export { HttpServerConnection } from "./server_connection.ts";
export { HttpServerRequest, type UpgradeOptions } from "./server_request.ts";
