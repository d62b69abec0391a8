// Sends datagrams, and prints what answers them.
//
//   deno run --allow-net=127.0.0.1 --allow-env=TERM clients/datagrams.ts hello
//
// Without a message each line of stdin is one; at a terminal whatever comes is printed meanwhile. How long answers take, and
// how many are lost:
//
//   deno run --allow-net=127.0.0.1 --allow-env=TERM clients/datagrams.ts --count 4 --interval 200ms

import { explainedError } from "../cli/advice.ts";
import { datagramAddresses } from "../cli/datagram_addresses.ts";
import { requireDatagramSockets } from "../cli/datagram_support.ts";
import { type DatagramPeer, refusalNote, talkDatagrams } from "../cli/datagram_talk.ts";
import { type ExactLine, exactLine, exactLineBytes } from "../cli/exact_lines.ts";
import { type Interruption, interruption } from "../cli/interruption.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import { measureRoundTrips } from "../cli/measure_round_trips.ts";
import * as cli from "../cli/mod.ts";
import { placeOf } from "../cli/place.ts";
import { DeadlineError, escapeControls, formatAddress } from "../mod.ts";
import { onAbort } from "../net/abort_listener.ts";
import {
  connectDatagrams,
  type DatagramConnection,
  type DatagramConnectOptions,
  formatDatagramEvent,
  localHostFor,
  MAX_UDP_BYTES,
  rawDatagrams,
} from "../net/datagrams/mod.ts";

const PORT = 9000;

/** How {@linkcode connectDatagramPeer} talks. */
export interface DatagramClientOptions
  extends Omit<DatagramConnectOptions<never>, "codec" | "peer"> {
  /** The host to talk to. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to talk to. @default {9000} */
  port?: number;
}

/**
 * Opens a socket that talks to one peer, of a name to its first address. It is there at once, whether anybody listens or not.
 *
 * @throws {Error} There is no such host.
 * @throws The reason of `signal`.
 */
export async function connectDatagramPeer(
  { hostname = "127.0.0.1", port = PORT, ...options }: DatagramClientOptions = {},
): Promise<DatagramConnection<Uint8Array<ArrayBuffer>, Uint8Array>> {
  const [host = hostname] = await datagramAddresses(hostname, options);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: localHostFor(host), port: 0 });
  return await connectDatagrams(socket, {
    ...options,
    codec: rawDatagrams(),
    peer: { hostname: host, port },
  });
}

const OPTIONS = {
  hostname: cli.host("Host to talk to", "127.0.0.1"),
  port: { ...cli.port("Port to talk to", { fallback: PORT }), letter: "p" },
  to: cli.optionalText("Talk to this one, instead of to --hostname and --port", "HOST[:PORT]"),
  waitMs: cli.duration("Wait this long for an answer", { fallback: 1_000 }),
  retry: cli.countFrom0(
    "Where no answer comes, send it again so often, and wait twice as long each time",
    0,
  ),
  noAnswer: cli.flag("Send, and wait for no answer"),
  stay: cli.flag("Stay when all is sent, and print what comes until Ctrl+C"),
  count: cli.count("Measure round trips: send so many datagrams, one after the other"),
  interval: cli.duration("Measure round trips: send one this often, until Ctrl+C or --count", {
    fallback: 1_000,
  }),
  sizeBytes: cli.optionalSize("Fill each datagram that measures up to this many bytes"),
  trace: cli.flag("Show all bytes, and the messages that they became"),
  json: cli.flag("Print one JSON object a line on stdout"),
};
type Values = cli.OptionValues<typeof OPTIONS>;

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "datagrams",
  summary: "sends datagrams, prints the answers, and measures round trips",
  operands: "[MESSAGE]",
  defaultPort: PORT,
  transport: "udp",
  permissions: ["--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `echo hello | ${command}`,
}, async ({ values, given, operands, io }) => {
  requireOneMode(values, given);
  requireDatagramSockets();
  const report = new cli.Report(io, values.json);
  const place = placeOf({ ...values, unix: undefined }, { given });
  const { hostname, port } = place.unix === undefined ? place : values;
  using interrupted = interruption(io);
  const stopTalking = new AbortController();
  void io.streams?.stdout.failed.then(() => stopTalking.abort());
  const stopListening = onAbort(interrupted.signal, () => stopTalking.abort());
  let tried: "connect" | "talk" = "connect";
  try {
    const { signal } = stopTalking;
    const [host = hostname, ...otherHosts] = await datagramAddresses(hostname, { signal });
    using peer = await connectDatagramPeer({
      hostname: host,
      port,
      onEvent: (event) => report.note({ event: event.type }, formatDatagramEvent(event)),
      ...values.trace && { trace: report.trace },
    });
    tried = "talk";
    const elsewhere = otherAddressAdvice(hostname, otherHosts);
    await talk(peer, { values, given, operands, io, report, interrupted, signal, elsewhere });
  } catch (error) {
    if (!stopTalking.signal.aborted) {
      if (error instanceof cli.UsageError || error instanceof cli.ExplainedError) throw error;
      const address = { transport: "udp", hostname, port } as const;
      throw await explainedError(error, { tried, address });
    }
  } finally {
    stopListening();
  }
  // The end of every program says so.
  if (io.streams?.stdout.error) return cli.EXIT_FAILED;
  return interrupted.signal.aborted ? cli.EXIT_INTERRUPTED : cli.EXIT_DONE;
});

/** What the command line says, and what ends it. */
interface Run extends Pick<cli.ProgramRun<typeof OPTIONS>, "values" | "given" | "operands" | "io"> {
  readonly report: cli.Report;
  readonly interrupted: Interruption;
  readonly signal: AbortSignal;
  /** Where else somebody may answer, as advice. */
  readonly elsewhere: readonly string[];
}

async function talk(peer: DatagramPeer, run: Run): Promise<void> {
  const { values, given, operands, io, report, interrupted, signal, elsewhere } = run;
  if (isMeasuring(given)) {
    const message = operands.length === 0 ? undefined : encoder.encode(operands.join(" "));
    const answered = await measureRoundTrips(peer, { ...values, message, report, signal });
    if (answered === 0 && !signal.aborted) throw noAnswerError(peer, { elsewhere });
    return;
  }
  const isTyped = operands.length === 0;
  await using terminal = isTyped
    ? LineTerminal.open({ io, report, name: "datagrams", onInterrupt: interrupted.interrupt })
    : undefined;
  const lines = isTyped
    ? terminal?.lines(signal) ?? cli.stdinExactLines(io.stdin, signal)
    : [operands.join(" ")];
  const messages = eachBytes(lines);
  if (values.noAnswer) {
    for await (const message of messages) await peer.send(message);
  } else if (values.stay || (isTyped && (terminal || io.stdinIsTerminal))) {
    await talkDatagrams(peer, {
      said: messages,
      heard: (message) =>
        report.received(exactLine(message), (text) => ({ event: "message", message: text })),
      refused: refusalNote(report),
      waitMs: values.stay ? Infinity : values.waitMs,
      signal,
    });
  } else {
    for await (const message of messages) await ask(peer, { ...run, message });
  }
}

/** Sends one, and prints its answer. @throws {ExplainedError} None came. */
async function ask(
  peer: DatagramPeer,
  { message, values, report, signal, elsewhere }:
    & Pick<Run, "values" | "report" | "signal" | "elsewhere">
    & { readonly message: Uint8Array },
): Promise<void> {
  const { waitMs: timeoutMs, retry: retries } = values;
  let answer: Uint8Array<ArrayBuffer>;
  try {
    answer = await peer.ask(message, { timeoutMs, retries, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw noAnswerError(peer, { cause: error, elsewhere });
  }
  const asked = cli.textOf(exactLine(message));
  await report.received(
    exactLine(answer),
    (text) => ({ event: "answer", message: asked, answer: text }),
  );
}

function noAnswerError(
  peer: DatagramPeer,
  { cause, elsewhere }: Pick<Run, "elsewhere"> & { readonly cause?: unknown },
): unknown {
  const where = escapeControls(formatAddress(peer.remoteAddr));
  const isRefused = cause instanceof Deno.errors.ConnectionRefused;
  if (cause !== undefined && !isRefused && !(cause instanceof DeadlineError)) return cause;
  const took = cause instanceof DeadlineError ? ` within ${cause.ms} ms` : "";
  return new cli.ExplainedError(`Cannot talk to ${where}`, {
    why: isRefused ? "nobody listens there" : `no answer came${took}`,
    code: isRefused ? "connection-refused" : "no-answer",
    advice: ["start the server", "check --hostname and --port", ...elsewhere],
    cause,
  });
}

/** Only the first address of a name is talked to: by UDP silence does not say that nobody is there. */
function otherAddressAdvice(hostname: string, others: readonly string[]): string[] {
  if (others.length === 0) return [];
  const shown = others.slice(0, MAX_OTHER_ADDRESSES).join(", ");
  return [escapeControls(`take another address of ${hostname} with --hostname (${shown})`)];
}

const MAX_OTHER_ADDRESSES = 3;

async function* eachBytes(
  lines: AsyncIterable<ExactLine> | Iterable<ExactLine>,
): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield exactLineBytes(line);
}

function isMeasuring(given: ReadonlySet<string>): boolean {
  return given.has("count") || given.has("interval");
}

/** @throws {UsageError} Options that mean nothing together. */
function requireOneMode(values: Values, given: ReadonlySet<string>): void {
  const refuse = (flags: string, why: string) => {
    throw new cli.UsageError(`${flags} do not go together: ${why}`);
  };
  if (values.noAnswer && values.stay) refuse("--no-answer and --stay", "one waits, the other not");
  if (isMeasuring(given)) {
    const by = given.has("count") ? "--count" : "--interval";
    if (values.noAnswer) refuse(`--no-answer and ${by}`, "what is measured are answers");
    if (values.stay) refuse(`--stay and ${by}`, "each does something else");
    if (given.has("retry")) refuse(`--retry and ${by}`, "what is lost is counted");
  } else if (given.has("sizeBytes")) {
    throw new cli.UsageError("--size fills what measures: add --count or --interval");
  }
  if ((values.sizeBytes ?? 0) > MAX_UDP_BYTES) {
    throw new cli.UsageError(`--size takes at most ${MAX_UDP_BYTES} bytes: UDP carries no more`);
  }
}

const encoder = new TextEncoder();

if (import.meta.main) Deno.exit(await program.main(Deno.args));
