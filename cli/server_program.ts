import { failureCodeOf } from "../net/failure_code.ts";
import {
  AddressList,
  DEFAULT_DEADLINES,
  DEFAULT_SERVER_LIMITS,
  type ServeOptions,
  type Server,
  type ServerEvent,
} from "../net/mod.ts";
import { explainedError, serverEventLine } from "./advice.ts";
import type { Program, ProgramDeclaration } from "./declaration.ts";
import { ExplainedError } from "./explained_error.ts";
import type { Io } from "./io.ts";
import {
  addresses,
  count,
  duration,
  file,
  flag,
  host,
  optionalText,
  type Options,
  type OptionValues,
  pick,
  port,
} from "./options.ts";
import { addressOf, type Place, placeOf, refuseWithUnix } from "./place.ts";
import { defineProgram } from "./program.ts";
import { addressRecord, Report, type ReportRecord } from "./report.ts";
import { StatusLine } from "./status_line.ts";
import { readServerTls, type ServerTls } from "./tls.ts";
import { removeStaleSocket } from "./unix_socket.ts";
import { tellOfOutput, untilStopped } from "./until_stopped.ts";
import { UsageError } from "./usage_error.ts";

/** What every server takes when it is called as a function: where to listen, and what the kernel takes. */
export interface ServerOptions extends Omit<ServeOptions<never, never>, "codec" | "refusal"> {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to listen on; 0 takes a free one. @default the program's own */
  port?: number;
  /** The Unix socket to listen on, instead of an address and a port; a file that is there already is refused. */
  unix?: string | undefined;
  /** Speak TLS with this certificate; not over a Unix socket. @default plain TCP */
  tls?: ServerTls | undefined;
}

/** The options that every server has on its command line. */
export function serverOptions(defaultPort: number) {
  return {
    hostname: host("Address to listen on; 0.0.0.0 is every network", "127.0.0.1"),
    port: {
      ...port("Port to listen on; 0 takes a free one", { fallback: defaultPort, min: 0 }),
      letter: "p",
    },
    unix: optionalText(
      "Listen on this Unix socket; needs --allow-read and --allow-write",
      "PATH",
    ),
    allow: addresses("Accept connections from these addresses only"),
    deny: addresses("Refuse connections from these addresses, allowed or not"),
    maxConnections: count("Connections at one time", DEFAULT_SERVER_LIMITS.maxConnections),
    maxConnectionsPerAddress: count(
      "Connections from one address at one time",
      DEFAULT_SERVER_LIMITS.maxConnectionsPerAddress,
    ),
    idleTimeout: duration("Close a connection after this long with no data", {
      fallback: DEFAULT_DEADLINES.idleMs,
    }),
    grace: duration("When it stops, give clients this long to finish", {
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
  /** The names of the options that were typed. */
  readonly given: ReadonlySet<string>;
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
  const declaration = { ...own, kind: "server" as const, operands: "[HOST] [PORT]", options };
  return defineProgram(declaration, async ({ values, given, operands, io: screen }) => {
    const common = pick(values, commonOptions);
    const status = new StatusLine(screen, { hidden: common.json || common.trace });
    const { io } = status;
    const report = new Report(io, common.json);
    tellOfOutput(own.name, io);
    const ownValues = pick(values, own.options);
    refuseWithUnix(common, given, WITHOUT_UNIX);
    const place = placeOf(common, { given, operands, min: 0 });
    const settings = { ...await settingsOf(common, { io, report, place }), ...ownValues };
    let server: RunningServer;
    try {
      if (place.unix !== undefined) await removeStaleSocket(place.unix);
      server = await start({ values: ownValues, given, settings, report, status });
      await requireUnix(server, place);
    } catch (error) {
      if (error instanceof ExplainedError || error instanceof UsageError) throw error;
      throw await explainedError(error, { tried: "listen", address: addressOf(place) });
    }
    return await untilStopped(server, { name: own.name, io, report });
  });
}

/** Refuses a server that listens on the network all the same: its author did not look at `unix`. */
async function requireUnix(server: RunningServer, { unix }: Place): Promise<void> {
  if (unix === undefined || "path" in server.addr) return;
  await server.shutdown();
  throw new UsageError("--unix means nothing to this program");
}

/** What makes no sense with `--unix`, and why. */
const WITHOUT_UNIX = {
  allow: "its clients have no address",
  deny: "its clients have no address",
  maxConnectionsPerAddress: "its clients have no address",
  cert: "what passes there never leaves this machine",
  key: "what passes there never leaves this machine",
};

async function settingsOf(
  common: OptionValues<CommonOptions>,
  { io, report, place }: { io: Io; report: Report; place: Place },
): Promise<ServerOptions> {
  const { maxConnections, maxConnectionsPerAddress, allow, deny } = common;
  const { idleTimeout, grace, cert, key, trace } = common;
  return {
    ...place,
    tls: await readServerTls({ cert, key }),
    ...allow.length > 0 && { allow: new AddressList(allow) },
    ...deny.length > 0 && { deny: new AddressList(deny) },
    limits: { maxConnections, maxConnectionsPerAddress },
    deadlines: { idleMs: idleTimeout, graceMs: grace },
    onEvent: (event) => report.note(eventRecord(event), serverEventLine(event)),
    ...trace && { trace: report.trace },
    ...io.signal && { signal: io.signal },
  };
}

function eventRecord(event: ServerEvent): ReportRecord {
  const { type, ...rest } = event;
  const code = "error" in event ? { code: failureCodeOf(event.error) } : {};
  if (event.type === "accept-failed") return { event: type, ...rest, ...code };
  return { event: type, ...rest, ...code, address: addressRecord(event.address) };
}
