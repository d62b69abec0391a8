// Talks to a WebSocket server: prints what arrives, and sends what is typed or piped in, each line a message.
//
//   deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts
//
// Topics of a push server: one is published to, or several are followed.
//
//   deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts --publish news 'it rains'
//   deno run --allow-net=127.0.0.1:4000 --allow-env=TERM clients/push.ts --topic news --topic sport --reconnect
//
// Any server, for as long as it is there, and what drives a conformance suite:
//
//   deno run --allow-net --allow-env=TERM clients/push.ts wss://example.org/news --stay --reconnect
//   deno run --allow-net --allow-env=TERM clients/push.ts ws://127.0.0.1:9001/ --echo --max-message 16MiB

import { bearerToken } from "../cli/bearer_token.ts";
import { isGoodClose } from "../cli/close_codes.ts";
import { HandshakeAnswer } from "../cli/handshake_answer.ts";
import { fields, subprotocols } from "../cli/http_options.ts";
import { type Interruption, interruption } from "../cli/interruption.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import { type Conversation, keepTalking } from "../cli/keep_talking.ts";
import * as cli from "../cli/mod.ts";
import { flagOf } from "../cli/options.ts";
import { Outbox } from "../cli/outbox.ts";
import { Publication } from "../cli/publication.ts";
import { topic, topics, topicUrl } from "../cli/topic.ts";
import { typedMessages, wholeMessage } from "../cli/typed_messages.ts";
import { looksLikeUrl, parseWebSocketUrl } from "../cli/url.ts";
import { VERSION } from "../cli/version.ts";
import { withMore } from "../cli/websocket_failure.ts";
import { WebSocketReport } from "../cli/websocket_report.ts";
import { talkOver } from "../cli/websocket_talk.ts";
import type { Field } from "../codec/http/mod.ts";
import { basicAuthorization } from "../headers/response/basic_authorization.ts";
import { fieldsToSend } from "../headers/response/fields_to_send.ts";
import { shownUrl } from "../headers/response/request.ts";
import { escapeControls } from "../mod.ts";
import { onAbort } from "../net/abort_listener.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { counted } from "../net/counted.ts";
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
 * Connects to a WebSocket server. Where that refuses with a short text, the error says what it said.
 *
 * @throws What `connectWebSocket` throws.
 */
export async function connectPush(
  url: string | URL = URL_OF_SERVER,
  { tls = { caCerts: [] }, ...options }: PushClientOptions = {},
): Promise<WebSocketConnection> {
  const { hostname, port } = endpointOf(new URL(url));
  const isSecure = new URL(url).protocol === "wss:";
  const answer = new HandshakeAnswer();
  try {
    return await connectWebSocket(url, {
      ...options,
      open: async (signal) => {
        const plain = await connectTcp({ hostname, port, signal });
        return answer.of(await cli.secured(plain, { hostname, tls: isSecure ? tls : undefined }));
      },
    });
  } catch (error) {
    throw await answer.told(error);
  } finally {
    answer.over();
  }
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
  publish: topic("Send MESSAGE, or each line of stdin, to this topic of URL, and end"),
  topic: topics("Talk to this topic of URL; may be repeated, and then stdin is not sent"),
  token: cli.optionalText("The token that the server wants; @FILE reads it from a file", "TEXT"),
  message: cli.list("Send this, and nothing from stdin; may be repeated", "TEXT"),
  binary: cli.flag("Send binary messages, and not text; with --publish all of stdin as one"),
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

/** What comes while something is published may be as large as that, and is dropped. */
const MAX_DROPPED_BYTES = 256 * 1024 * 1024;

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "push",
  summary: "talks to a WebSocket server: prints what arrives, sends what is typed or piped in",
  operands: "[URL] [MESSAGE]",
  defaultPort: PORT,
  permissions: ["--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `echo hello | ${command} ${URL_OF_SERVER}`,
}, async ({ values, given, operands, io }) => {
  const { url, text } = operandsOf(operands, values);
  requireOneThing(values, given);
  requireOneAuthorization(url, values);
  const token = await bearerToken(values.token);
  const report = new cli.Report(io, values.json);
  const call = await cli.callSettings(values, { io, report });
  using interrupted = interruption(io);
  const run = { values, given, io, report, call, token, interrupted };
  if (values.topic.length > 1) await follow(url, run);
  else await talk(url, { ...run, typed: text === undefined ? values.message : [text] });
  // The end of every program says so.
  if (io.streams?.stdout.error) return cli.EXIT_FAILED;
  return interrupted.signal.aborted ? cli.EXIT_INTERRUPTED : cli.EXIT_DONE;
});

/** What the command line says, and what comes of it. */
interface Run {
  readonly values: Values;
  readonly given: ReadonlySet<string>;
  readonly io: cli.Io;
  readonly report: cli.Report;
  readonly call: cli.CallSettings;
  readonly token: string | undefined;
  readonly interrupted: Interruption;
}

/** Prints what comes on several topics, each over a connection of its own; one that is lost for good ends all. */
async function follow(url: URL, run: Run): Promise<void> {
  const { values, io, report, interrupted } = run;
  const over = new AbortController();
  const stopListening = onAbort(interrupted.signal, () => over.abort());
  const lost: unknown[] = [];
  await Promise.all(values.topic.map(async (topic) => {
    const events = new WebSocketReport(report, io, { topic });
    try {
      await talkTo(topicUrl(url, topic), {
        ...run,
        events,
        signal: over.signal,
        talk: listener(values, { events, signal: over.signal }),
      });
    } catch (error) {
      const before = `${escapeControls(topic)}: `;
      lost.push(withMore(error, { before }));
      over.abort();
    }
  }));
  stopListening();
  if (lost.length > 0) throw lost[0];
}

/** Sends what there is to send, to a topic where it is published, and prints what comes unless it is. */
async function talk(
  url: URL,
  { typed, ...run }: Run & { readonly typed: readonly string[] },
): Promise<void> {
  const { values, io, report, interrupted } = run;
  const { publish, binary, echo } = values;
  const isStdin = typed.length === 0 && !echo;
  const isWhole = isStdin && binary && publish !== undefined;
  await using terminal = isStdin && !isWhole
    ? LineTerminal.open({ io, report, name: "push", onInterrupt: interrupted.interrupt })
    : undefined;
  const over = new AbortController();
  const lines = () => terminal?.lines(over.signal) ?? cli.stdinExactLines(io.stdin, over.signal);
  const messages = isWhole
    ? wholeMessage(io.stdin, over.signal)
    : typedMessages(isStdin ? lines() : typed, values);
  const events = new WebSocketReport(report, io);
  const { signal } = interrupted;
  const shared = { ...run, events, signal };
  try {
    const [topic = publish] = values.topic;
    const target = topic === undefined ? url : topicUrl(url, topic);
    if (publish !== undefined) await publishTo(publish, { ...shared, url: target, messages });
    else {
      const outbox = echo ? undefined : new Outbox(messages);
      await talkTo(target, { ...shared, talk: listener(values, { events, signal, outbox }) });
    }
  } finally {
    over.abort();
  }
}

/** Returns how to print what comes, or to send it back, and to send what there is to send. */
function listener(
  { echo, stay, waitMs, ping }: Values,
  { events, outbox, signal }: {
    readonly events: WebSocketReport;
    readonly outbox?: Outbox<string | Uint8Array> | undefined;
    readonly signal: AbortSignal;
  },
): Conversation {
  const stays = stay || outbox === undefined;
  return {
    over: (socket) =>
      talkOver(socket, {
        outbox,
        waitMs: stays ? Infinity : waitMs,
        heard: (message) => echo ? socket.send(message) : events.message(message),
        onPong: ping ? (ms) => events.pong(ms) : undefined,
        signal,
      }),
    isGood: ({ error, close }) => error === undefined && isGoodClose(close.code),
    isDone: () => outbox?.isDone === true && !stays,
  };
}

/** Publishes, and says how much of it arrived. */
async function publishTo(
  topic: string,
  { url, messages, ...run }: Omit<Talk, "talk"> & {
    readonly url: URL;
    readonly messages: AsyncIterable<string | Uint8Array>;
  },
): Promise<void> {
  const { report, signal } = run;
  const publication = new Publication(messages);
  const isDone = () => publication.isDone;
  const over = (socket: WebSocketConnection) => publication.over(socket, signal);
  try {
    await talkTo(url, { ...run, talk: { over, isGood: isDone, isDone } });
  } catch (error) {
    const behind = ` (the server has read ${publication.progress} for certain)`;
    throw withMore(error, publication.sent > 0 ? { behind } : {});
  } finally {
    const { sent, read } = publication;
    const record = { event: "published", topic, sent, read };
    const where = escapeControls(topic);
    if (isDone()) report.note(record, `Published ${counted(sent, "message")} to ${where}`);
    else if (report.json) report.note(record, "");
    else if (signal.aborted) {
      report.note(record, `Published ${publication.progress} to ${where} for certain`);
    }
  }
}

/** What is talked about, who hears of it, and what ends it. */
interface Talk extends Run {
  readonly talk: Conversation;
  readonly events: WebSocketReport;
  readonly signal: AbortSignal;
}

/** Talks over one connection after the other. @throws {ExplainedError} The last one was lost, or none could be made. */
function talkTo(url: URL, { talk, events, signal, ...run }: Talk): Promise<void> {
  const settings = settingsOf(url, run);
  const { values, io, call, token } = run;
  return keepTalking({
    connect: (signal) => connectPush(shownUrl(url), { ...settings, signal }),
    place: { url, tls: call.tls, hasToken: token !== undefined },
    talk,
    events,
    isStubborn: values.reconnect,
    signal,
    stdout: io.streams?.stdout,
  });
}

/** Returns how to connect. */
function settingsOf(url: URL, { values, given, call, token }: Run): PushClientOptions {
  const authorization = token === undefined ? basicAuthorization(url) : `Bearer ${token}`;
  const own: Field[] = [
    ["User-Agent", `parley/${VERSION}`],
    ...authorization === undefined ? [] : [["Authorization", authorization] as const],
  ];
  const { publish, subprotocol, compress, maxMessage, maxFragments, header } = values;
  const isDropped = publish !== undefined && !given.has("maxMessage");
  const maxMessageBytes = isDropped ? MAX_DROPPED_BYTES : maxMessage;
  const { tls, deadlines, trace } = call;
  return {
    fields: fieldsToSend(own, header),
    protocols: subprotocol,
    compress,
    limits: { maxMessageBytes, maxFragments },
    tls,
    ...deadlines && { deadlines },
    ...trace && { trace },
  };
}

/**
 * Returns the URL, and with `--publish` the message where one stands there.
 *
 * @throws {UsageError} There is more, or the URL is none.
 */
function operandsOf(
  operands: readonly string[],
  { publish, message }: Values,
): { readonly url: URL; readonly text: string | undefined } {
  const [first, ...others] = operands;
  const isText = publish !== undefined && message.length === 0 && others.length === 0 &&
    first !== undefined && !looksLikeUrl(first);
  const [typedUrl, text, more] = isText ? [undefined, first] : operands;
  const extra = publish === undefined ? text : more;
  if (extra !== undefined) throw new cli.UsageError(`Unexpected argument ${JSON.stringify(extra)}`);
  if (text !== undefined && message.length > 0) {
    throw new cli.UsageError("What is published is said twice: leave out --message");
  }
  return { url: parseWebSocketUrl(typedUrl ?? URL_OF_SERVER), text };
}

/** Looks whether the options say different things of what is done. @throws {UsageError} They do. */
function requireOneThing({ echo, publish, topic }: Values, given: ReadonlySet<string>): void {
  const refuse = (what: string, names: readonly (keyof Values)[]) => {
    const wrong = names.find((name) => given.has(name));
    if (wrong === undefined) return;
    throw new cli.UsageError(`${what}: leave out ${flagOf(wrong)}`);
  };
  if (publish !== undefined) {
    const what = "--publish sends, prints nothing of what comes, and ends";
    refuse(what, ["topic", "echo", "ping", "stay", "waitMs"]);
  }
  if (topic.length > 1) {
    const what = "Several topics are listened to, and nothing is sent there";
    refuse(what, ["echo", "message", "binary", "waitMs"]);
    const twice = topic.find((one, at) => topic.indexOf(one) < at);
    if (twice !== undefined) {
      throw new cli.UsageError(`--topic ${JSON.stringify(twice)} is there twice`);
    }
  }
  if (echo) refuse("--echo sends back what comes and nothing else", ["message", "binary"]);
}

/** Looks whether one thing alone says who calls. @throws {UsageError} Two do. */
function requireOneAuthorization(url: URL, { token, header }: Values): void {
  if (token === undefined) return;
  const other = header.some(([name]) => name.toLowerCase() === "authorization")
    ? "--header Authorization"
    : basicAuthorization(url) !== undefined
    ? "the user and password in the URL"
    : undefined;
  if (other === undefined) return;
  throw new cli.UsageError(`--token is sent as Authorization: leave out ${other}`);
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
