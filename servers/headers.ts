// Shows what a browser sends, to the browser itself and on the console; whoever sends a webhook is shown its own as well.
//
//   deno run --allow-net=127.0.0.1:8080 servers/headers.ts
//
// Open http://127.0.0.1:8080/ in a browser, and http://127.0.0.1:8080/-/live to see all requests as they come. From a second
// terminal:
//
//   curl -d 'a body' 'http://127.0.0.1:8080/some/path?a=1'

import * as cli from "../cli/mod.ts";
import { fields, status } from "../cli/http_options.ts";
import { readWebhookSecrets, webhookSecrets } from "../cli/webhook_secrets.ts";
import { escapeControls } from "../codec/escape_controls.ts";
import { answerTo, answerWhenFull, FIXED_FIELDS, requireFields } from "../headers/answer.ts";
import { FREE_BYTES, HeldBytes, type HeldClaim, isHeldRefusal } from "../headers/held_bytes.ts";
import type { LiveReader, LiveRefusal } from "../headers/live/live_access.ts";
import { LIVE_PATH, LiveRequests } from "../headers/live/live_requests.ts";
import { receiveRequest } from "../headers/request/receive_request.ts";
import { requestJson } from "../headers/request/request_json.ts";
import type { RequestRecord } from "../headers/request/request_record.ts";
import { requestText } from "../headers/request/request_text.ts";
import type { WebhookSecret } from "../headers/webhooks/verification.ts";
import { requireSecret } from "../headers/webhooks/verify_webhook.ts";
import { AddressList, type Server } from "../mod.ts";
import { sleep, systemClock } from "../net/clock.ts";
import {
  type Field,
  type HttpResponse,
  type HttpServerConnection,
  type HttpServerMessage,
  type HttpServerOutgoing,
  type HttpServerRequest,
  serveHttp,
} from "../net/http/mod.ts";
import { withoutPort } from "../net/http/own_host.ts";
import { safeListener } from "../net/safe_listener.ts";

/**
 * Serves what shows requests until it is shut down.
 *
 * @throws {TypeError} A secret is empty, or a field is one that the answer has of its own.
 */
export function serveHeaders(
  options?: HeadersServerOptions & cli.OverNetwork,
): HeadersServer<Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveHeaders(options: HeadersServerOptions): HeadersServer<cli.AnyAddr>;
export function serveHeaders(options: HeadersServerOptions = {}): HeadersServer<cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { clock = systemClock, deadlines = {} } = options;
  const { status, delayMs, header, verify, host, liveTo, showSecrets } = cli.withFallbacks(
    OPTIONS,
    options,
  );
  const given = requireFields(header);
  const secrets = verify.map((one) => requireSecret(one));
  const held = new HeldBytes({ maxHeldBytes: options.maxHeldBytes });
  const onRequest = safeListener(options.onRequest, { name: "onRequest" });
  const live = new LiveRequests({
    access: { liveTo: new AddressList(liveTo), hosts: host },
    showSecrets,
    describe: refusalText,
    idleMs: deadlines.idleMs ?? IDLE_MS,
    clock,
  });
  let count = 0;

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  const settled = { ...options, deadlines: { idleMs: IDLE_MS, ...deadlines } };
  return serveHttp(listener, settled, async (http) => {
    for await (const request of http) {
      if (live.isFor(request)) {
        await live.answer(http, request);
        continue;
      }
      using claim = held.claim(http.remoteAddr);
      try {
        // Nothing here keeps the answer, or what it was made of, while the client takes it.
        await prepare(http, request, claim).then((answer) => request.respond(answer));
      } catch (error) {
        if (isHeldRefusal(error)) await request.respond(answerWhenFull());
        throw error;
      }
      await taken(http);
    }
  });

  /** Reads a request, tells all of it, and makes its answer, which is due when this settles. */
  async function prepare(
    http: HttpServerConnection,
    request: HttpServerRequest,
    claim: HeldClaim,
  ): Promise<HttpResponse> {
    const answer = await show(http, request, claim);
    await delay(delayMs, http.signal);
    return answer;
  }

  async function show(
    http: HttpServerConnection,
    request: HttpServerRequest,
    claim: HeldClaim,
  ): Promise<HttpResponse> {
    const { record, failure } = await receiveRequest(http, request, {
      number: ++count,
      tls: tls !== undefined,
      secrets,
      clock,
      reserve: (bytes) => claim.hold(bytes),
    });
    onRequest(record);
    live.add(record);
    if (failure !== undefined) throw failure;
    const liveHref = live.isOpenTo(http, request) ? LIVE_PATH : undefined;
    const answer = answerTo(record, { status, fields: given, liveHref });
    claim.hold(answer.body.length);
    return answer;
  }

  /** Waits until few bytes of an answer are left that the client has not taken. */
  async function taken({ connection }: HttpServerConnection): Promise<void> {
    // That the client has left is said where the next request is waited for.
    if (connection.queuedBytes > FREE_BYTES) await connection.flush().catch(() => {});
  }

  /** Waits for as long as each answer has to, and for no longer than the server stands. */
  async function delay(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0 || signal.aborted) return;
    await sleep(ms, { clock, signal }).catch(() => {});
  }
}

/** Returns what somebody is told who may not see what others send. */
function refusalText(refusal: LiveRefusal, { remote, host = "" }: LiveReader): string {
  const what = "This page shows what others send";
  switch (refusal) {
    case "other-host": {
      const name = escapeControls(withoutPort(host));
      return `${what}, and "${name}" may be a name that a stranger pointed here.\n` +
        "It answers where it is called by its address, by localhost, or by a name that the server " +
        `was started with: --host ${name || "NAME"}`;
    }
    case "other-address": {
      const address = "hostname" in remote ? remote.hostname : "ADDRESS";
      return `${what}, to its own machine alone.\n` +
        `To show it to you, the server has to be started with --live-to ${address}`;
    }
    case "through-proxy":
      return `${what}, to its own machine alone, and a proxy or tunnel asks for somebody else.\n` +
        "To show it to all whom the proxy serves, the server has to be started with --live-to and " +
        "the proxy's address";
  }
}

/** A server that shows requests. */
export type HeadersServer<Addr extends cli.AnyAddr> = Server<
  HttpServerMessage,
  HttpServerOutgoing,
  Addr
>;

const PORT = 8080;
/** How long a connection may be silent where nobody says otherwise. */
const IDLE_MS = 60_000;
/** Lines of a body that the console shows, and characters of each. */
const CONSOLE_BODY = { maxBodyLines: 40, maxLineChars: 2000 };

/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<HeadersServerSettings> = {
  status: status("Answer with this status", 200),
  delayMs: { ...cli.duration("Answer after this time", { fallback: 0 }), fallbackText: undefined },
  header: fields("Answer with this field as well", { except: FIXED_FIELDS }),
  verify: webhookSecrets("Say whether webhooks were signed with this; @FILE reads it from a file"),
  liveTo: cli.addresses(`Let these addresses see ${LIVE_PATH} too, and not this machine alone`),
  host: cli.list(`Let ${LIVE_PATH} be called by this name too`, "NAME"),
  showSecrets: cli.flag(`Show cookies and authorization in ${LIVE_PATH} as well`),
};

/** What the headers server's own options are. */
export interface HeadersServerSettings {
  /** The status of each answer. */
  status: number;
  /** How long each answer waits, in milliseconds. */
  delayMs: number;
  /** Fields of each answer, beside or instead of those that it has. */
  header: readonly Field[];
  /** What the signatures of webhooks are checked with. */
  verify: readonly WebhookSecret[];
  /** Who may see the requests of all as they come, beside this machine: addresses and CIDR blocks. */
  liveTo: readonly string[];
  /** Names that the page of these may be called by, beside addresses and `localhost`. */
  host: readonly string[];
  /** Whether that page has cookies, authorization and what is like them. */
  showSecrets: boolean;
}

/** How {@linkcode serveHeaders} answers. */
export interface HeadersServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /**
   * Bytes of bodies under way and of answers that wait to be taken, all clients together, beside the first 16 KiB of each;
   * one address may hold an eighth of them, or half where no other holds anything. Who sends more is told so with 503.
   * @default 64 MiB
   */
  maxHeldBytes?: number;
  /** Hears of each request, but of those for `/-/live` and of those that are refused because too much is held. */
  onRequest?: (request: RequestRecord) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "headers",
  summary: "shows what a browser or a webhook sends",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "curl -d 'a body' 'http://127.0.0.1:8080/some/path?a=1'",
  start: async ({ settings, report }) =>
    serveHeaders({
      ...settings,
      verify: await readWebhookSecrets(settings.verify, "--verify"),
      onRequest: (record) =>
        report.block(
          () => ({ event: "request", ...requestJson(record) }),
          () => consoleText(record),
        ),
    }),
});

/** Returns a request as the console shows it. */
function consoleText(record: RequestRecord): string {
  const title = `Request ${record.number} at ${record.date.toISOString()}`;
  return `${title}\n${requestText(record, CONSOLE_BODY)}\n`;
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
