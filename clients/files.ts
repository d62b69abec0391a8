// Sends files and folders to a files server; where it was stopped, the same command goes on.
//
//   deno run --allow-net=127.0.0.1:8081 --allow-read --allow-env=TERM clients/files.ts README.md
//
// `-` is stdin. To another machine, and with a receipt of what is stored there:
//
//   deno run --allow-net --allow-read --allow-write clients/files.ts photo.jpg notes/ --to host:8081 --receipt r.json
//   deno run --allow-read clients/files.ts --verify r.json

import { explainedError } from "../cli/advice.ts";
import { interruption } from "../cli/interruption.ts";
import * as cli from "../cli/mod.ts";
import { addressOf } from "../cli/place.ts";
import { readReceipt, requireReceiptPath, writeReceipt } from "../cli/receipt_file.ts";
import { readToken } from "../cli/token.ts";
import { bytes, type Connection, escapeControls, formatAddress } from "../mod.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { dial } from "../net/dial.ts";
import * as transfer from "../transfer/mod.ts";
import { PORTABLE_ONLY } from "../transfer/inbox/place.ts";
import { Progress } from "../transfer/report/progress.ts";
import { TransferReport } from "../transfer/report/transfer_report.ts";

const PORT = 8081;

/** Connects to a files server. @throws {DeadlineError} The connection did not stand in time. */
export function connectFiles(options: cli.ClientOptions = {}): Promise<Connection<Uint8Array>> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  return dial(
    async (signal) => {
      if (unix !== undefined) return await Deno.connect({ transport: "unix", path: unix });
      const plain = await connectTcp({ hostname, port, signal });
      return await cli.secured(plain, { hostname, tls });
    },
    { ...options, codec: bytes() },
  );
}

const OWN_OPTIONS = {
  jobs: cli.count("Connections that send at one time", 1),
  tries: cli.count("Connect at most so often in a row where the connection breaks", 6),
  compress: cli.flag("Compress what becomes smaller by it"),
  rate: cli.rate("Send at most this much a second"),
  token: cli.optionalText("The token that the server wants; @FILE reads it from a file", "TEXT"),
  keepMode: cli.flag("Ask the server to keep the permission bits"),
  name: cli.optionalText("What stdin (-), or the only file, is called at the server", "TEXT"),
  exclude: cli.list(
    "Leave out what has this name, or path below a folder; may be repeated",
    "GLOB",
  ),
  simple: cli.flag("Speak the old one-shot format"),
  receipt: cli.file("Write what is stored, with digests, to this file; needs --allow-write"),
  verify: cli.file("Send nothing: look whether the files of this receipt are what they were"),
  dir: cli.optionalText("With --verify: look for the files in the server's folder", "DIR"),
};
const COMMON_OPTIONS = cli.clientOptions(PORT);
const OPTIONS = { ...OWN_OPTIONS, ...COMMON_OPTIONS };

type Values = cli.OptionValues<typeof OPTIONS>;

/** The program. */
export const program: cli.Program = cli.defineProgram({
  kind: "client",
  name: "files",
  summary: "sends files and folders, and goes on where it was stopped",
  operands: "FILE...",
  defaultPort: PORT,
  permissions: ["--allow-read", "--allow-env=TERM"],
  options: OPTIONS,
  tryIt: (command) => `echo 'hello' | ${command} - --name hello.txt`,
}, async ({ values, given, operands, io }) => {
  const report = new cli.Report(io, values.json);
  const token = await readToken(values.token);
  if (values.verify !== undefined) {
    if (operands.length > 0) {
      throw new cli.UsageError("--verify sends nothing: leave out the files");
    }
    return await verify(values.verify, { token, folder: values.dir, report });
  }
  if (values.dir !== undefined) {
    throw new cli.UsageError("--dir says where --verify looks: give both");
  }
  if (operands.length === 0) {
    throw new cli.UsageError("Say what to send: files, folders, or - for stdin");
  }
  if (values.simple && (token !== undefined || values.receipt !== undefined)) {
    throw new cli.UsageError(
      "--simple has neither tokens nor digests: leave out --token and --receipt",
    );
  }
  const place = cli.clientPlace(values, { given });
  const { name } = values;
  if (name !== undefined && !operands.includes("-")) {
    if (operands.length > 1 || await isFolder(operands[0]!)) {
      throw new cli.UsageError("--name is the name of one file: give one, and no folder");
    }
  }
  if (values.receipt !== undefined) {
    await requireReceiptPath(values.receipt, operands);
  }
  if (!values.simple) await requireNoClash(operands, { values, io });
  return await send(operands, { values, place, token, report, io });
});

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    // It is told why it cannot be sent, as any other.
    return false;
  }
}

/** Refuses what would be one file at the server, before the one takes the other's place. */
async function requireNoClash(
  paths: readonly string[],
  { values, io }: { values: Values; io: cli.Io },
): Promise<void> {
  const clash = await transfer.findClash(paths, findOptions(values, io));
  if (!clash) return;
  const [one, other] = clash.locals.map((local) => escapeControls(local));
  const name = escapeControls(clash.path);
  throw new cli.UsageError(
    `Cannot send both ${one} and ${other}: each would be "${name}" at the server; send them one at a time`,
  );
}

function findOptions(values: Values, io: cli.Io): transfer.FindFilesOptions {
  const { name, keepMode, exclude } = values;
  return { keepMode, exclude, name, stdin: { stream: io.stdin, name: name ?? "stdin" } };
}

interface Sending {
  readonly values: Values;
  readonly place: cli.Place;
  readonly token: string | undefined;
  readonly report: cli.Report;
  readonly io: cli.Io;
}

async function send(paths: readonly string[], sending: Sending): Promise<number> {
  const { values, place, token, report, io } = sending;
  using interrupt = interruption(io);
  const { signal } = interrupt;
  const settings = { ...await cli.clientSettings(values, { io, report, place }), signal };
  const find = () => {
    return paced(transfer.findFiles(paths, findOptions(values, io)), { io, signal });
  };
  using progress = await startProgress(find, sending);
  const told = new TransferReport({ report, progress, isKept: !values.simple });
  let tried: "connect" | "talk" = "connect";
  const bandwidth = values.rate === undefined
    ? undefined
    : new transfer.BandwidthLimiter(values.rate);
  const options: transfer.SendFilesOptions = {
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
    onCompare: (...said) => told.onCompare(...said),
    onStart: (...said) => told.onStart(...said),
    onBytes: (...said) => told.onBytes(...said),
    onDone: (source, result) => told.onDone(source, withServerAdvice(result)),
    onSkipped: (source) => told.onSkipped({ ...source, reason: skippedReason(source) }),
    onRetry: (...said) => told.onRetry(...said),
  };
  let failure: { readonly error: unknown } | undefined;
  try {
    await (values.simple ? transfer.sendSimpleFiles : transfer.sendFiles)(find(), options);
  } catch (error) {
    failure = { error: withAdvice(error) };
  }
  progress.stop();
  const { entries: files, folders } = told;
  if (values.receipt !== undefined && files.length + folders.length > 0) {
    const receiver = formatAddress(addressOf(place));
    const said = { receiver, finished: new Date().toISOString(), files, folders };
    await writeReceipt(values.receipt, transfer.makeReceipt(said, token));
  }
  if (signal.aborted) {
    const how = values.simple || paths.every((path) => path === "-")
      ? "what was under way was not stored"
      : "what has arrived is kept, and the same command goes on there";
    io.stderr(`files: Interrupted: ${how}\n`);
    return cli.EXIT_INTERRUPTED;
  }
  if (failure) {
    const address = addressOf(place);
    throw await explainedError(failure.error, { tried, address, tls: settings.tls });
  }
  if (values.exclude.length > 0 && told.isEmpty) {
    io.stderr("files: Nothing is left to send: --exclude leaves out everything\n");
    return cli.EXIT_FAILED;
  }
  told.finish();
  return told.tally.failed === 0 ? cli.EXIT_DONE : cli.EXIT_FAILED;
}

/** Waits with each file while whoever reads stdout is behind. */
async function* paced<T>(
  items: AsyncIterable<T>,
  { io, signal }: { io: cli.Io; signal: AbortSignal },
): AsyncGenerator<T> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  for await (const item of items) {
    await Promise.race([io.streams?.stdout.ready(), aborted]);
    yield item;
  }
}

/** Says what its server can do about a name that this system could have. */
function withServerAdvice(result: transfer.FileSendResult): transfer.FileSendResult {
  if (!("reason" in result) || !result.reason.endsWith(PORTABLE_ONLY)) return result;
  return { ...result, reason: `${result.reason}; --names any on the server lets it take others` };
}

function withAdvice(error: unknown): unknown {
  if (!(error instanceof transfer.TokenWantedError)) return error;
  return new Error(`${error.message}; give it with --token`, { cause: error });
}

function skippedReason({ local, reason, error }: transfer.SkippedSource): string {
  if (!(error instanceof Deno.errors.NotCapable)) return reason;
  return `${reason}; ${cli.permissionAdvice(error, { path: local, flags: "--allow-read" })}`;
}

/** A bar has to know how much there is: where one is shown, everything is looked at once before. */
async function startProgress(
  find: () => AsyncIterable<transfer.FileSource | transfer.SkippedSource>,
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

/** Says of each file of a receipt whether it is what it was. */
async function verify(
  path: string,
  { token, folder, report }: {
    token: string | undefined;
    folder: string | undefined;
    report: cli.Report;
  },
): Promise<number> {
  const receipt = await readReceipt(path, token);
  let wrong = 0;
  for await (const { entry, local, verdict } of transfer.verifyReceipt(receipt, { folder })) {
    if (verdict !== "same" && verdict !== "from-stdin") wrong++;
    const digest = "sha256" in entry ? { sha256: entry.sha256 } : {};
    const name = verdict === "from-stdin"
      ? `${escapeControls(entry.path)} (nothing to compare)`
      : escapeControls(local);
    const record = { event: "verified", file: local, verdict, ...digest };
    await report.data(record, `${verdict.padEnd(13)}  ${name}`);
  }
  const length = receipt.files.length + (receipt.folders?.length ?? 0);
  const seal = receipt.seal === undefined
    ? "no seal"
    : token === undefined
    ? "sealed; --token looks at the seal"
    : "the seal is right";
  const record = { event: "done", files: length, wrong, seal };
  report.note(record, `${length - wrong} of ${length} are what they were (${seal})`);
  return wrong === 0 ? cli.EXIT_DONE : cli.EXIT_FAILED;
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
