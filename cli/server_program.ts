import { explainForPrograms } from "./advice.ts";
import {
  DEFAULT_DEADLINES,
  DEFAULT_SERVER_LIMITS,
  formatAddress,
  formatServerEvent,
  type ServeOptions,
  type Server,
  type ServerEvent,
  shutdownOnSignals,
} from "../net/mod.ts";
import type { Io } from "./io.ts";
import {
  count,
  duration,
  file,
  flag,
  type Options,
  type OptionValues,
  pick,
  port,
  text,
} from "./options.ts";
import type { Program, ProgramDeclaration } from "./declaration.ts";
import { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED } from "./exit_codes.ts";
import { defineProgram } from "./program.ts";
import { addressRecord, Report, type ReportRecord } from "./report.ts";
import { StartError } from "./start_error.ts";
import { StatusLine } from "./status_line.ts";
import { readServerTls, type ServerTls } from "./tls.ts";
import { UsageError } from "./usage_error.ts";

/** What every server takes when it is called as a function: where to listen, and what the kernel takes. */
export interface ServerOptions extends Omit<ServeOptions<never, never>, "codec" | "refusal"> {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to listen on; 0 takes a free one. @default the program's own */
  port?: number;
  /** Speak TLS with this certificate. @default plain TCP */
  tls?: ServerTls | undefined;
}

/** The options that every server has on its command line. */
export function serverOptions(defaultPort: number) {
  return {
    hostname: text("Address to listen on; 0.0.0.0 is every network", "127.0.0.1"),
    port: port("Port to listen on; 0 takes a free one", defaultPort),
    maxConnections: count("Connections at one time", DEFAULT_SERVER_LIMITS.maxConnections),
    idleTimeout: duration("Close a connection after this long without a byte", {
      fallback: DEFAULT_DEADLINES.idleMs,
    }),
    grace: duration("At a stop, let clients finish for this long", {
      fallback: DEFAULT_DEADLINES.graceMs,
    }),
    cert: file("Speak TLS with this certificate (PEM); needs --key and --allow-read"),
    key: file("The certificate's key (PEM)"),
    trace: flag("Show all bytes, and the messages that they became"),
    json: flag("Print one JSON object a line on stdout"),
  } satisfies Options;
}

type CommonOptions = ReturnType<typeof serverOptions>;

/** What a server's `start` gets. */
export interface ServerStart<O extends Options> {
  /** Its own options. */
  readonly values: OptionValues<O>;
  /** Where to listen and how, from the options that every server has, beside the values of its own. */
  readonly settings: ServerOptions & OptionValues<O>;
  /** Where to say what happens. */
  readonly report: Report;
  /** A line on a terminal for what goes on now. */
  readonly status: StatusLine;
}

/** What a server program has to do with its server, whatever that speaks. */
export type RunningServer = Pick<Server<unknown>, "addr" | "finished" | "shutdown">;

/** A server's declaration: what is its own. */
export interface ServerProgramDeclaration<O extends Options>
  extends Omit<ProgramDeclaration<O>, "kind" | "operands"> {
  /**
   * Listens and serves.
   *
   * @throws {StartError} Something else than its address stands in the way.
   * @throws {UsageError} What was typed cannot be used.
   */
  readonly start: (start: ServerStart<O>) => RunningServer | Promise<RunningServer>;
}

/** Makes a server program: it listens, says so, serves, and stops at a signal. */
export function serverProgram<const O extends Options>(
  { start, ...own }: ServerProgramDeclaration<O>,
): Program {
  const commonOptions = serverOptions(own.defaultPort);
  const options = { ...own.options, ...commonOptions };
  return defineProgram({ ...own, kind: "server", options }, async ({ values, io: screen }) => {
    const common = pick(values, commonOptions);
    const status = new StatusLine(screen, { hidden: common.json || common.trace });
    const { io } = status;
    const report = new Report(io, common.json);
    tellOfOutput(own.name, io);
    const ownValues = pick(values, own.options);
    const settings = { ...await settingsOf(common, { io, report }), ...ownValues };
    const { hostname, port } = common;
    let server: RunningServer;
    try {
      server = await start({ values: ownValues, settings, report, status });
    } catch (error) {
      if (error instanceof StartError || error instanceof UsageError) throw error;
      const address = { transport: "tcp", hostname, port } as const;
      io.stderr(`${own.name}: ${await explainForPrograms(error, { tried: "listen", address })}\n`);
      return EXIT_FAILED;
    }
    // Who reads the next line may send a signal at once.
    const stopped = untilStopped(server, { name: own.name, io, report });
    // This line is for whoever waits for the server, so it stands on stderr with --json too.
    io.stderr(`${own.name} listening on ${formatAddress(server.addr)}\n`);
    if (common.json) {
      report.note({ event: "listening", name: own.name, ...addressRecord(server.addr) }, "");
    }
    return await stopped;
  });
}

/** Says once that nobody reads stdout: the server goes on without. */
function tellOfOutput(name: string, { streams, stderr }: Io): void {
  void streams?.stdout.failed.then(({ message }) => {
    stderr(`${name}: ${message}; it goes on without\n`);
  });
  void streams?.stdout.overflowed.then(() => {
    stderr(
      `${name}: Cannot write to stdout: its reader is too slow; lines are dropped and counted\n`,
    );
  });
}

async function untilStopped(
  server: RunningServer,
  { name, io, report }: { name: string; io: Io; report: Report },
): Promise<number> {
  let signal: "SIGINT" | "SIGTERM" | undefined;
  if (io.signals) {
    shutdownOnSignals(server, {
      onSignal(heard) {
        signal = heard;
        report.note(
          { event: "stopping", signal: heard },
          `${name} stopping; a second ${heard} ends it at once`,
        );
      },
    });
  }
  await server.finished;
  const { drained, cut } = await server.shutdown();
  report.note(
    { event: "stopped", drained, cut },
    `${name} stopped: ${drained} drained, ${cut} cut`,
  );
  return signal === "SIGINT" ? EXIT_INTERRUPTED : EXIT_DONE;
}

async function settingsOf(
  common: OptionValues<CommonOptions>,
  { io, report }: { io: Io; report: Report },
): Promise<ServerOptions> {
  const { hostname, port, maxConnections, idleTimeout, grace, cert, key, trace } = common;
  return {
    hostname,
    port,
    tls: await readServerTls({ cert, key }),
    limits: { maxConnections },
    deadlines: { idleMs: idleTimeout, graceMs: grace },
    onEvent: (event) => report.note(eventRecord(event), formatServerEvent(event)),
    ...trace && { trace: report.trace },
    ...io.signal && { signal: io.signal },
  };
}

function eventRecord(event: ServerEvent): ReportRecord {
  const { type, ...rest } = event;
  if (event.type === "accept-failed") return { event: type, ...rest };
  return { event: type, ...rest, address: addressRecord(event.address) };
}
