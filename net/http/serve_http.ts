import { requireNames } from "../../codec/arguments.ts";
import { httpServerCodec } from "../../codec/http/http.ts";
import { HTTP_LIMIT_NAMES, type HttpLimits } from "../../codec/http/limits.ts";
import type { HttpServerMessage, HttpServerOutgoing } from "../../codec/http/mod.ts";
import type { Address } from "../address.ts";
import { systemClock } from "../clock.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../limits.ts";
import { serve, type ServeOptions, type Server } from "../serve.ts";
import { closeQuietly, type Listener } from "../transport.ts";
import { httpDateOf } from "./http_date.ts";
import { HttpServerConnection } from "./server_connection.ts";

/** A head has so long, however it drips. */
const HEAD_MS = 10_000;
/** A connection may be silent for so long between two requests. */
const IDLE_MS = 60_000;
const LIMIT_NAMES = [...Object.keys(DEFAULT_SERVER_LIMITS), ...HTTP_LIMIT_NAMES];

/** How {@linkcode serveHttp} serves: as `serve` does, with the limits of HTTP beside the others. */
export interface ServeHttpOptions
  extends
    Omit<ServeOptions<HttpServerMessage, HttpServerOutgoing>, "codec" | "refusal" | "limits"> {
  /** How many connections there may be, and how much each may hold and send. */
  limits?: Partial<ServerLimits & HttpLimits>;
}

/** Answers one client's requests; the connection is closed politely when it returns. */
export type HttpHandler = (http: HttpServerConnection) => Promise<void> | void;

/**
 * Serves HTTP/1.1 to every client that connects: each connection gets a run of `handler`, which takes its requests one by one.
 * Keep-alive, pipelining, `Expect` and what breaks the protocol are taken care of: that gets its status and a close. A head
 * has 10 s as a whole, a connection 60 s between two requests, unless `deadlines` says otherwise.
 *
 * A handler that fails while a request has no answer answers 500.
 *
 * @throws {TypeError} The listener is none, or a limit or deadline has a name that nobody looks at.
 * @throws {RangeError} A limit, deadline or rate is none.
 *
 * @example
 * ```ts
 * import { serveHttp } from "@parley/sockets/http";
 * import { assert } from "@std/assert";
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serveHttp(listener, {}, async (http) => {
 *   for await (const request of http) await request.respond({ body: `You asked for ${request.path}` });
 * });
 * const answer = await fetch(`http://127.0.0.1:${server.addr.port}/news`);
 * assert(await answer.text() === "You asked for /news");
 * ```
 */
export function serveHttp<Addr extends Address = Address>(
  listener: Listener<Addr>,
  options: ServeHttpOptions,
  handler: HttpHandler,
): Server<HttpServerMessage, HttpServerOutgoing, Addr> {
  const { clock = systemClock, deadlines } = options;
  try {
    const { http, server } = limitsOf(options.limits);
    const codec = httpServerCodec({ limits: http, date: httpDateOf(clock) });
    return serve(listener, {
      ...options,
      codec,
      limits: server,
      deadlines: { headMs: HEAD_MS, idleMs: IDLE_MS, ...deadlines },
    }, async (connection) => {
      const http = new HttpServerConnection(connection);
      try {
        await handler(http);
      } finally {
        http.answerForHandler();
      }
    });
  } catch (error) {
    closeQuietly(listener);
    throw error;
  }
}

function limitsOf(given: Partial<ServerLimits & HttpLimits> = {}): {
  http: Partial<HttpLimits>;
  server: Partial<ServerLimits>;
} {
  requireNames(given, { what: "limits of serveHttp()", names: LIMIT_NAMES });
  const entries = Object.entries(given);
  const isOfHttp = ([name]: [string, unknown]) => HTTP_LIMIT_NAMES.includes(name);
  return {
    http: Object.fromEntries(entries.filter(isOfHttp)),
    server: Object.fromEntries(entries.filter((entry) => !isOfHttp(entry))),
  };
}
