// Talks to a WebSocket server: prints what arrives, and sends what is typed or piped in, each line a message.
//
//   deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts
//
// Any server, for as long as it is there, and what drives a conformance suite:
//
//   deno run --allow-net --allow-env=TERM clients/push.ts wss://example.org/news --stay --reconnect
//   deno run --allow-net --allow-env=TERM clients/push.ts ws://127.0.0.1:9001/ --echo --max-message 16MiB

import { explainedError } from "../cli/advice.ts";
import { isGoodClose, isWorthRetry } from "../cli/close_codes.ts";
import { fields, subprotocols } from "../cli/http_options.ts";
import { type Interruption, interruption } from "../cli/interruption.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import * as cli from "../cli/mod.ts";
import { Outbox } from "../cli/outbox.ts";
import { typedMessages } from "../cli/typed_messages.ts";
import { parseWebSocketUrl } from "../cli/url.ts";
import { VERSION } from "../cli/version.ts";
import { closeText, WebSocketReport } from "../cli/websocket_report.ts";
import { type TalkEnd, talkOver } from "../cli/websocket_talk.ts";
import type { Field } from "../codec/http/mod.ts";
import { basicAuthorization } from "../headers/response/basic_authorization.ts";
import { fieldsToSend } from "../headers/response/fields_to_send.ts";
import { shownUrl } from "../headers/response/request.ts";
import {
  DeadlineError,
  escapeControls,
  formatAddress,
  LimitError,
  ProtocolError,
  reconnect,
} from "../mod.ts";
import { onAbort } from "../net/abort_listener.ts";
import type { Retry } from "../net/reconnect.ts";
import { endpointOf } from "../net/url_endpoint.ts";
import {
  connectWebSocket,
  type ConnectWebSocketOptions,
  DEFAULT_WEBSOCKET_LIMITS,
  type WebSocketConnection,
} from "../net/websocket/mod.ts";

const PORT = 4000;
const URL_OF_SERVER = `ws://127.0.0.1:${PORT}/`;

/** How {@linkcode connectPush} connects. */
export interface PushClientOptions extends Omit<ConnectWebSocketOptions, "open" | "tls"> {
  /** Whom to trust where wss is spoken. @default the system's authorities */
  tls?: cli.ClientTls | undefined;
}

/**
 * Connects to a WebSocket server.
 *
 * @throws What `connectWebSocket` throws.
 */
export function connectPush(
  url: string | URL = URL_OF_SERVER,
  { tls = { caCerts: [] }, ...options }: PushClientOptions = {},
): Promise<WebSocketConnection> {
  const { hostname, port } = endpointOf(new URL(url));
  const isSecure = new URL(url).protocol === "wss:";
  return connectWebSocket(url, {
    ...options,
    open: async (signal) => {
      const plain = await Deno.connect({ hostname, port, signal });
      return await cli.secured(plain, { hostname, tls: isSecure ? tls : undefined });
    },
  });
}

/** What the handshake writes itself. */
const OF_HANDSHAKE = [
  "connection",
  "content-length",
  "host",
  "sec-websocket-accept",
  "sec-websocket-extensions",
  "sec-websocket-key",
  "sec-websocket-protocol",
  "sec-websocket-version",
  "transfer-encoding",
  "upgrade",
];

const OWN_OPTIONS = {
  message: cli.list("Send this, and nothing from stdin; may be repeated", "TEXT"),
  binary: cli.flag("Send binary messages, and not text"),
  waitMs: cli.duration("Once all is sent, close when nothing has come for this long", {
    fallback: 1000,
  }),
  stay: cli.flag("Stay when all is sent, until the server closes"),
  reconnect: cli.flag("Connect again when the connection is lost, or none can be made"),
  echo: cli.flag("Send back whatever comes, and print nothing of it"),
  ping: cli.flag("Measure a round trip each second"),
  header: {
    ...fields("Send this field with the request; without a value, none of its name", {
      except: OF_HANDSHAKE,
      kind: "client",
    }),
    letter: "H",
  },
  subprotocol: subprotocols("Offer these subprotocols, the best one first"),
  compress: cli.flag("Compress messages where the server does as well"),
  maxMessage: cli.size("Bytes of a message that comes", DEFAULT_WEBSOCKET_LIMITS.maxMessageBytes),
  maxFragments: cli.count(
    "Fragments of a message that comes",
    DEFAULT_WEBSOCKET_LIMITS.maxFragments,
  ),
};
const OPTIONS = { ...OWN_OPTIONS, ...cli.callOptions() };
type Values = cli.OptionValues<typeof OPTIONS>;

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "push",
  summary: "talks to a WebSocket server: prints what arrives, sends what is typed or piped in",
  operands: "[URL]",
  defaultPort: PORT,
  permissions: ["--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `echo hello | ${command} ${URL_OF_SERVER}`,
}, async ({ values, operands, io }) => {
  const url = parseWebSocketUrl(requireOne(operands) ?? URL_OF_SERVER);
  const isTyped = requireOneSource(values);
  const report = new cli.Report(io, values.json);
  const call = await cli.callSettings(values, { io, report });
  using interrupted = interruption(io);
  await using terminal = isTyped
    ? LineTerminal.open({ io, report, name: "push", onInterrupt: interrupted.interrupt })
    : undefined;
  const over = new AbortController();
  const typed = () => terminal?.lines(over.signal) ?? cli.stdinExactLines(io.stdin, over.signal);
  const outbox = new Outbox(typedMessages(isTyped ? typed() : values.message, values));
  try {
    return await talk({ url, values, io, report, call, outbox, interrupted });
  } finally {
    over.abort();
  }
});

interface Talk {
  readonly url: URL;
  readonly values: Values;
  readonly io: cli.Io;
  readonly report: cli.Report;
  readonly call: cli.CallSettings;
  readonly outbox: Outbox<string | Uint8Array>;
  readonly interrupted: Interruption;
}

/** Talks over one connection after the other, and returns the exit code. */
async function talk(
  { url, values, io, report, call, outbox, interrupted }: Talk,
): Promise<number> {
  const events = new WebSocketReport(report, io);
  const settings = settingsOf(url, { values, call });
  const stays = values.stay || values.echo;
  const shown = shownUrl(url);
  let failure: unknown;
  let isOpen = false;
  const stop = new AbortController();
  // A connection that stands is closed politely.
  onAbort(interrupted.signal, () => isOpen || stop.abort());
  void io.streams?.stdout.failed.then((error) => stop.abort(error));

  const dial = async (signal: AbortSignal) => {
    try {
      return await connectPush(shown, { ...settings, signal });
    } catch (error) {
      const isIdle = error instanceof DeadlineError && error.phase === "idle";
      failure = await explained(error, { tried: isIdle ? "talk" : "connect", url, call });
      if (!values.reconnect || isFinal(error)) stop.abort();
      throw failure;
    }
  };
  const onRetry = (retry: Retry) => events.retry({ ...retry, error: failure });
  for await (const socket of reconnect(dial, { signal: stop.signal, onRetry })) {
    isOpen = true;
    events.opened(shown, socket.protocol);
    const end = await talkOver(socket, {
      outbox: values.echo ? undefined : outbox,
      waitMs: stays ? Infinity : values.waitMs,
      heard: (message) => values.echo ? socket.send(message) : events.message(message),
      onPong: values.ping ? (ms) => events.pong(ms) : undefined,
      signal: interrupted.signal,
    });
    isOpen = false;
    const isGood = end.error === undefined && isGoodClose(end.close.code);
    events.closed(end, { isFailure: !isGood && !interrupted.signal.aborted });
    failure = isGood ? undefined : await lost(end, { url, call });
    if (isGood || interrupted.signal.aborted || stop.signal.aborted) break;
    const isOver = outbox.isDone && !stays;
    if (!values.reconnect || isOver || !isWorthRetry(end.close.code)) break;
  }
  // The end of every program says so.
  if (io.streams?.stdout.error) return cli.EXIT_FAILED;
  if (interrupted.signal.aborted) return cli.EXIT_INTERRUPTED;
  if (failure !== undefined) throw failure;
  return cli.EXIT_DONE;
}

/** Returns how to connect. */
function settingsOf(
  url: URL,
  { values, call }: { values: Values; call: cli.CallSettings },
): PushClientOptions {
  const authorization = basicAuthorization(url);
  const own: Field[] = [
    ["User-Agent", `parley/${VERSION}`],
    ...authorization === undefined ? [] : [["Authorization", authorization] as const],
  ];
  const { subprotocol, compress, maxMessage, maxFragments, header } = values;
  const { tls, deadlines, trace } = call;
  return {
    fields: fieldsToSend(own, header),
    protocols: subprotocol,
    compress,
    limits: { maxMessageBytes: maxMessage, maxFragments },
    tls,
    ...deadlines && { deadlines },
    ...trace && { trace },
  };
}

/** Returns the one operand. @throws {UsageError} There are more. */
function requireOne([url, more]: readonly string[]): string | undefined {
  if (more === undefined) return url;
  throw new cli.UsageError(`Unexpected argument ${JSON.stringify(more)}`);
}

/** Says whether stdin is sent. @throws {UsageError} The options say different things of what is sent. */
function requireOneSource({ echo, message, binary }: Values): boolean {
  if (!echo) return message.length === 0;
  const beside = { "--message": message.length > 0, "--binary": binary };
  const [wrong] = Object.entries(beside).find(([, isGiven]) => isGiven) ?? [];
  if (wrong === undefined) return false;
  throw new cli.UsageError(`--echo sends back what comes and nothing else: leave out ${wrong}`);
}

/** Where something failed. */
interface Where {
  readonly url: URL;
  readonly call: cli.CallSettings;
}

/** The flags that set the limits of what comes. */
const FLAGS: Readonly<Record<string, string>> = {
  maxMessageBytes: "--max-message",
  maxFragments: "--max-fragments",
};

/** Says why it failed, in the words of a URL. */
async function explained(
  error: unknown,
  { tried, url, call }: Where & { tried: "connect" | "talk" },
): Promise<cli.ExplainedError> {
  if (error instanceof ProtocolError && error.code === "bad-handshake") {
    const why = escapeControls(error.message.replace(/^Cannot .+?: /, ""));
    return new cli.ExplainedError(`Cannot open ${shownUrl(url)}`, { why, cause: error });
  }
  const said = await explainedError(error, {
    tried,
    address: { transport: "tcp", ...endpointOf(url) },
    tls: url.protocol === "wss:" ? call.tls : undefined,
    byUrl: "ws",
  });
  const flag = error instanceof LimitError ? FLAGS[error.limit] : undefined;
  if (flag === undefined) return said;
  const { what, why = "", cause } = said;
  return new cli.ExplainedError(what, { why, advice: [`raise ${flag}`], cause });
}

/** Says why a connection was lost. */
async function lost({ close, first, error }: TalkEnd, where: Where): Promise<cli.ExplainedError> {
  if (error !== undefined) return await explained(error, { ...where, tried: "talk" });
  const code = "connection-closed";
  if (close.code !== 1006) {
    return new cli.ExplainedError("The server closed the connection", {
      code,
      why: closeText(close),
    });
  }
  const { hostname, port } = endpointOf(where.url);
  const address = formatAddress({ transport: "tcp", hostname, port });
  return new cli.ExplainedError(`Lost the connection to ${address}`, {
    code,
    why: first === "local"
      ? "the server did not answer the close"
      : "the server ended it without a close frame",
  });
}

/** Says whether another try would fail as well. */
function isFinal(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof Deno.errors.NotCapable) return true;
  return error instanceof ProtocolError && /^4(?!08|25|29)\d\d/.test(error.received ?? "");
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
