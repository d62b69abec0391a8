// Sends files and folders to a files server; where it was stopped, the same command goes on.
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read clients/files.ts README.md
//
// `-` is stdin. To another machine, and with a receipt of what is stored there:
//
//   deno run --allow-net --allow-read --allow-write clients/files.ts photo.jpg notes/ --to host:8081 --receipt r.json
//   deno run --allow-read clients/files.ts --verify r.json

import { escapeControls } from "../codec/mod.ts";
import {
  BandwidthLimiter,
  type FileSource,
  findFiles,
  firstByte,
  makeReceipt,
  parseReceipt,
  type Receipt,
  sendFiles,
  type SendFilesOptions,
  sendSimpleFiles,
  type SkippedSource,
  TokenWantedError,
  verifyReceipt,
} from "../transfer/mod.ts";
import { messageOf } from "../net/errors.ts";
import { Connection, DEFAULT_DEADLINES, explain, withDeadline } from "../net/mod.ts";
import { type ClientOptions, clientOptions, clientSettings } from "../cli/client_program.ts";
import { interruption } from "../cli/interruption.ts";
import type { Io } from "../cli/io.ts";
import { count, file, flag, optionalText, type OptionValues, rate, text } from "../cli/options.ts";
import {
  defineProgram,
  EXIT_DONE,
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  type Program,
} from "../cli/program.ts";
import { Progress } from "../transfer/report/progress.ts";
import { Report } from "../cli/report.ts";
import { parseEndpoint } from "../cli/endpoint.ts";
import { readToken } from "../cli/token.ts";
import { TransferReport } from "../transfer/report/transfer_report.ts";
import { UsageError } from "../cli/usage_error.ts";

const DEFAULT_PORT = 8081;

/** Connects to a files server. @throws {DeadlineError} The connection did not stand in time. */
export async function connectFiles(
  options: ClientOptions = {},
): Promise<Connection<number, string>> {
  const { hostname = "127.0.0.1", port = DEFAULT_PORT, tls } = options;
  const { connectMs = DEFAULT_DEADLINES.connectMs } = options.deadlines ?? {};
  const conn = await withDeadline<Deno.Conn>(
    (signal) =>
      tls ? Deno.connectTls({ hostname, port, ...tls }) : Deno.connect({ hostname, port, signal }),
    { phase: "connect", ms: connectMs, signal: options.signal },
  );
  return new Connection(conn, firstByte(), options);
}

const OWN_OPTIONS = {
  to: optionalText("Send to this host, instead of --hostname and --port", "HOST[:PORT]"),
  jobs: count("Connections that send at one time", 1),
  tries: count("Connect at most so often in a row where the connection breaks", 6),
  compress: flag("Compress what becomes smaller by it"),
  rate: rate("Send at most this much a second"),
  token: optionalText("The token that the server wants; @FILE reads it from a file", "TEXT"),
  keepMode: flag("Ask the server to keep the permission bits"),
  name: text("What stdin (-) is called at the server", "stdin"),
  simple: flag("Speak the old one-shot format"),
  receipt: file("Write what is stored, with digests, to this file; needs --allow-write"),
  verify: file("Send nothing: look whether the files of this receipt are what they were"),
  dir: optionalText("With --verify: look for the files in the server's folder", "DIR"),
};
const COMMON_OPTIONS = clientOptions(DEFAULT_PORT);
const OPTIONS = { ...OWN_OPTIONS, ...COMMON_OPTIONS };

type Values = OptionValues<typeof OPTIONS>;

/** The program. */
export const program: Program = defineProgram({
  kind: "client",
  name: "files",
  summary: "sends files and folders, and goes on where it was stopped",
  operands: "FILE...",
  defaultPort: DEFAULT_PORT,
  permissions: ["--allow-read"],
  options: OPTIONS,
  tryIt: (command) => `echo 'hello' | ${command} - --name hello.txt`,
}, async ({ values, operands, io }) => {
  const report = new Report(io, values.json);
  const token = await readToken(values.token);
  if (values.verify !== undefined) {
    if (operands.length > 0) throw new UsageError("--verify sends nothing: leave out the files");
    return await verify(values.verify, { token, folder: values.dir, report });
  }
  if (values.dir !== undefined) {
    throw new UsageError("--dir says where --verify looks: give both");
  }
  if (operands.length === 0) {
    throw new UsageError("Say what to send: files, folders, or - for stdin");
  }
  if (values.simple && (token !== undefined || values.receipt !== undefined)) {
    throw new UsageError(
      "--simple has neither tokens nor digests: leave out --token and --receipt",
    );
  }
  return await send(operands, { values, token, report, io });
});

interface Sending {
  readonly values: Values;
  readonly token: string | undefined;
  readonly report: Report;
  readonly io: Io;
}

async function send(paths: readonly string[], sending: Sending): Promise<number> {
  const { values, token, report, io } = sending;
  const endpoint = parseEndpoint(values.to, { hostname: values.hostname, port: values.port });
  if (values.receipt !== undefined) await requireWritable(values.receipt);
  using interrupt = interruption(io);
  const { signal } = interrupt;
  const settings = { ...await clientSettings(values, { io, report }), ...endpoint, signal };
  const find = () =>
    findFiles(paths, {
      keepMode: values.keepMode,
      stdin: { stream: io.stdin, name: values.name },
    });
  using progress = await startProgress(find, sending);
  const transfer = new TransferReport({ report, progress, isKept: !values.simple });
  let tried: "connect" | "talk" = "connect";
  const bandwidth = values.rate === undefined ? undefined : new BandwidthLimiter(values.rate);
  const options: SendFilesOptions = {
    async connect() {
      const connection = await connectFiles(settings);
      tried = "talk";
      return connection;
    },
    signal,
    token,
    bandwidth,
    compress: values.compress,
    jobs: values.jobs,
    retries: values.tries - 1,
    onStart: (...said) => transfer.onStart(...said),
    onBytes: (...said) => transfer.onBytes(...said),
    onDone: (...said) => transfer.onDone(...said),
    onSkipped: (source) => transfer.onSkipped({ ...source, reason: skippedReason(source) }),
    onRetry: (...said) => transfer.onRetry(...said),
  };
  let failure: { readonly error: unknown } | undefined;
  try {
    await (values.simple ? sendSimpleFiles : sendFiles)(find(), options);
  } catch (error) {
    failure = { error: withAdvice(error) };
  }
  progress.stop();
  if (values.receipt !== undefined && transfer.entries.length > 0) {
    const receiver = `${endpoint.hostname}:${endpoint.port}`;
    const said = { receiver, finished: new Date().toISOString(), files: transfer.entries };
    await writeReceipt(values.receipt, makeReceipt(said, token));
  }
  if (signal.aborted) {
    const how = values.simple || paths.every((path) => path === "-")
      ? "what was under way was not stored"
      : "what has arrived is kept, and the same command goes on there";
    io.stderr(`files: Interrupted: ${how}\n`);
    return EXIT_INTERRUPTED;
  }
  if (failure) {
    const address = { transport: "tcp", ...endpoint } as const;
    io.stderr(`files: ${await explain(failure.error, { tried, address })}\n`);
    return EXIT_FAILED;
  }
  transfer.finish();
  return transfer.tally.failed === 0 ? EXIT_DONE : EXIT_FAILED;
}

function withAdvice(error: unknown): unknown {
  if (!(error instanceof TokenWantedError)) return error;
  return new Error(`${error.message}; give it with --token`, { cause: error });
}

function skippedReason({ reason, error }: SkippedSource): string {
  if (!(error instanceof Deno.errors.NotCapable)) return reason;
  return `${reason}; add --allow-read to the command`;
}

/** A bar has to know how much there is: where one is shown, everything is looked at once before. */
async function startProgress(
  find: () => AsyncIterable<FileSource | SkippedSource>,
  { values, report, io }: Sending,
): Promise<Progress> {
  const hidden = report.json || values.trace;
  let total: number | undefined = 0;
  let files = 0;
  if (io.stderrIsTerminal && !hidden) {
    for await (const source of find()) {
      if (source.kind !== "file") continue;
      files++;
      total = total === undefined || source.size === null ? undefined : total + source.size;
    }
  }
  return await Progress.start({ total, files, io, hidden });
}

async function writeReceipt(path: string, receipt: Receipt): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${JSON.stringify(receipt, null, 2)}\n`);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Nobody wants to hear only when everything is sent that there is no receipt of it. */
async function requireWritable(path: string): Promise<void> {
  try {
    if (await isThere(path)) {
      using _file = await Deno.open(path, { write: true });
      return;
    }
    await Deno.writeTextFile(path, "", { createNew: true });
    await Deno.remove(path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function unwritable(path: string, cause: unknown): Error {
  const what = cause instanceof Deno.errors.NotCapable
    ? `Deno does not allow it; add --allow-write=${path} to the command`
    : messageOf(cause);
  return new Error(`Cannot write the receipt ${escapeControls(path)}: ${what}`, { cause });
}

/** Says of each file of a receipt whether it is what it was. */
async function verify(
  path: string,
  { token, folder, report }: {
    token: string | undefined;
    folder: string | undefined;
    report: Report;
  },
): Promise<number> {
  const receipt = await readReceipt(path, token);
  let wrong = 0;
  for await (const { entry, local, verdict } of verifyReceipt(receipt, { folder })) {
    if (verdict !== "same") wrong++;
    const record = { event: "verified", file: local, verdict, sha256: entry.sha256 };
    report.data(record, `${verdict.padEnd(13)}  ${escapeControls(local)}`);
  }
  const { length } = receipt.files;
  const seal = receipt.seal === undefined
    ? "no seal"
    : token === undefined
    ? "sealed; --token looks at the seal"
    : "the seal is right";
  const record = { event: "done", files: length, wrong, seal };
  report.note(record, `${length - wrong} of ${length} are what they were (${seal})`);
  return wrong === 0 ? EXIT_DONE : EXIT_FAILED;
}

async function readReceipt(path: string, token: string | undefined): Promise<Receipt> {
  try {
    return parseReceipt(await Deno.readTextFile(path), token);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : messageOf(cause);
    throw new Error(`Cannot use the receipt ${escapeControls(path)}: ${reason}`, { cause });
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
