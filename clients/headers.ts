// Shows the head that a web server sends: its status and its fields, and what is wrong with them.
//
//   deno run --allow-net=127.0.0.1:8080 --allow-env=TERM clients/headers.ts
//
// Any server, and where it leads; the body is never read unless it is wanted:
//
//   deno run --allow-net --allow-env=TERM clients/headers.ts https://example.org --follow --audit
//   deno run --allow-net --allow-env=TERM clients/headers.ts https://example.org --include-body 1k

import { explainedError } from "../cli/advice.ts";
import { AnswerReport } from "../cli/answer_report.ts";
import { tellFailure } from "../cli/failure.ts";
import * as cli from "../cli/mod.ts";
import { fields } from "../cli/http_options.ts";
import { parseResolve, parseUrl } from "../cli/url.ts";
import { VERSION } from "../cli/version.ts";
import { isToken } from "../codec/http/text_rules.ts";
import { auditHead } from "../headers/audit/audit.ts";
import { valuesOf } from "../headers/field_values.ts";
import { decodedContent } from "../headers/response/content_coding.ts";
import { firstBytes } from "../headers/response/first_bytes.ts";
import type { Hop } from "../headers/response/hop.ts";
import {
  NoHeadError,
  type OpenHop,
  probeHead,
  type ProbeOptions,
} from "../headers/response/probe.ts";
import { Redirects } from "../headers/response/redirect.ts";
import type { ProbeRequest } from "../headers/response/request.ts";
import { onAbort } from "../net/abort_listener.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { happyEyeballs } from "../net/happy_eyeballs.ts";
import { lookUp } from "../net/look_up.ts";
import { endpointOf } from "../net/url_endpoint.ts";

const PORT = 8080;
/** What servers say that know no HEAD; the head of the answer to GET is the same but for that (RFC 9110, 9.3.2). */
const KNOWS_NO_HEAD = [405, 501];

/** How servers are called. */
export interface CallServersOptions {
  /** Whom to trust where https is spoken. @default the system's authorities */
  readonly tls?: cli.ClientTls | undefined;
  /** Addresses of hosts that are not looked up, by `host:port`. @default none */
  readonly resolved?: ReadonlyMap<string, readonly string[]>;
}

/**
 * Returns what opens the byte stream to a URL's server. Its addresses are tried side by side (RFC 8305), where Deno allows
 * to call any; where it allows to call one host alone, the system looks it up.
 */
export function callServers(options: CallServersOptions = {}): OpenHop {
  const { tls = { caCerts: [] }, resolved = new Map<string, readonly string[]>() } = options;
  return async (url, { signal, timing }) => {
    const isSecure = url.protocol === "https:";
    const { hostname, port } = endpointOf(url);
    let addresses = resolved.get(`${url.hostname}:${port}`);
    if (!addresses && Deno.permissions.querySync({ name: "net" }).state === "granted") {
      const start = performance.now();
      addresses = await lookUp(hostname);
      if (addresses[0] !== hostname) timing.lookupMs = performance.now() - start;
    }
    const start = performance.now();
    const plain = await happyEyeballs({
      addresses: addresses ?? [hostname],
      open: (address, signal) => connectTcp({ hostname: address, port, signal }),
      signal,
    });
    timing.connectMs = performance.now() - start;
    return await cli.secured(plain, { hostname, tls: isSecure ? tls : undefined });
  };
}

const OWN_OPTIONS = {
  follow: { ...cli.flag("Follow redirects, at most 10, and show each"), letter: "L" },
  get: cli.flag("Ask with GET at once, and leave at the end of the head"),
  method: { ...cli.optionalText("Ask with this method (default HEAD)", "METHOD"), letter: "X" },
  header: {
    ...fields("Send this field; without a value, none of its name"),
    letter: "H",
  },
  resolve: cli.list("Call a host at this address; may be repeated", "HOST:PORT:ADDRESS"),
  audit: cli.flag("Say what is missing or weak: HSTS, CSP, cookies, CORS, caching"),
  raw: cli.flag("Show every byte, and each fault at its place"),
  includeBody: cli.optionalSize("Show as much of the body, decoded, too"),
  headTimeout: cli.duration("Give up when the head is not whole after this long", {
    fallback: 10_000,
  }),
};
const OPTIONS = { ...OWN_OPTIONS, ...cli.callOptions() };

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "headers",
  summary: "shows the head that a web server sends, and what is wrong with it",
  operands: "[URL...]",
  defaultPort: PORT,
  permissions: ["--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `${command} http://127.0.0.1:${PORT}/ --audit`,
}, async ({ values, operands, io }) => {
  const urls = operands.length === 0 ? [`127.0.0.1:${PORT}`] : operands;
  const requests = urls.map(parseUrl).map((url) => firstRequest(url, values));
  const resolved = parseResolve(values.resolve);
  const report = new cli.Report(io, values.json);
  const { tls, trace } = await cli.callSettings(values, { io, report });
  const ended = new AbortController();
  onAbort(io.signal, () => ended.abort(io.signal?.reason));
  void io.streams?.stdout.failed.then((error) => ended.abort(error));
  const options: ProbeOptions = {
    agent: `parley/${VERSION}`,
    open: callServers({ tls, resolved }),
    connectMs: values.connectTimeout,
    headMs: values.headTimeout,
    idleMs: values.idleTimeout,
    signal: ended.signal,
    ...trace && { trace },
  };
  const answers = new AnswerReport({ name: "headers", io, report, raw: values.raw });
  let code: number = cli.EXIT_DONE;
  for (const request of requests) {
    try {
      if (!await show(request, { values, options, answers })) code = cli.EXIT_FAILED;
    } catch (error) {
      // The end of every program says so.
      if (io.streams?.stdout.error) return cli.EXIT_FAILED;
      if (io.signal?.aborted) return cli.EXIT_INTERRUPTED;
      tellFailure(await explained(error, tls), { name: "headers", io, json: values.json });
      code = cli.EXIT_FAILED;
    }
  }
  return code;
});

type Values = cli.OptionValues<typeof OPTIONS>;

function firstRequest(url: URL, values: Values): ProbeRequest {
  const { method, get, includeBody } = values;
  if (method !== undefined && get) {
    throw new cli.UsageError("--get and --method say different things: give one of them");
  }
  if (method !== undefined && !isToken(method)) {
    throw new cli.UsageError(`--method takes a method such as GET, not ${JSON.stringify(method)}`);
  }
  const asked = get || includeBody !== undefined ? "GET" : "HEAD";
  return { url, method: method ?? asked, fields: values.header };
}

interface Showing {
  readonly values: Values;
  readonly options: ProbeOptions;
  readonly answers: AnswerReport;
}

/** Shows what comes of one URL; says whether all heads are sound. */
async function show(first: ProbeRequest, { values, options, answers }: Showing): Promise<boolean> {
  const redirects = new Redirects();
  let isSound = true;
  let request: ProbeRequest | undefined = first;
  for (let id = 0; request; id++) {
    using hop = await probeHead(request, { ...options, id });
    if (!await answers.hop(hop)) isSound = false;
    const head = hop.heads.at(-1)!;
    const { status = 0 } = head;
    const isGuess = request.method === "HEAD" && values.method === undefined;
    let next: ProbeRequest | undefined;
    if (isGuess && KNOWS_NO_HEAD.includes(status)) {
      answers.askedAgain(request.url, status);
      next = { ...request, method: "GET" };
    } else if (values.follow) next = redirects.next(request, head);
    if (request.url.protocol === "https:" && next?.url.protocol === "http:") {
      answers.leavesHttps(next.url);
    }
    if (!next) await showRest(hop, { values, answers });
    request = next;
  }
  return isSound;
}

/** Shows what is wanted beside the head of the last answer. */
async function showRest(
  hop: Hop,
  { values, answers }: Pick<Showing, "values" | "answers">,
): Promise<void> {
  const head = hop.heads.at(-1)!;
  const { url } = hop.request;
  if (values.includeBody !== undefined) {
    const codings = valuesOf(head, "content-encoding").join(", ");
    const body = decodedContent(hop.body(), codings);
    await answers.body(url, firstBytes(body, values.includeBody));
  }
  if (!values.audit) return;
  const origins = valuesOf(hop.request, "origin");
  const origin = origins.length === 0 ? undefined : origins.join(", ");
  const { status, fields } = head;
  await answers.audit(url, auditHead({ url, status, fields, origin }));
}

/** Says why there is no head, in the words of a URL. */
async function explained(error: unknown, tls: cli.ClientTls | undefined): Promise<unknown> {
  if (!(error instanceof NoHeadError)) return error;
  const { tried, url, cause } = error;
  const address = { transport: "tcp", ...endpointOf(url) } as const;
  const spoken = url.protocol === "https:" ? tls : undefined;
  return await explainedError(cause, { tried, address, tls: spoken, byUrl: "http" });
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
