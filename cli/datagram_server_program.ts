import {
  type DatagramEvent,
  type DatagramServeOptions,
  type DatagramServer,
  DEFAULT_DATAGRAM_DEADLINES,
  DEFAULT_DATAGRAM_LIMITS,
  formatDatagramEvent,
} from "../net/datagrams/mod.ts";
import { failureCodeOf } from "../net/failure_code.ts";
import { AddressList } from "../net/mod.ts";
import { explainedError } from "./advice.ts";
import { requireDatagramSockets } from "./datagram_support.ts";
import type { Program, ProgramDeclaration } from "./declaration.ts";
import type { Io } from "./io.ts";
import {
  addresses,
  count,
  duration,
  flag,
  host,
  type Options,
  type OptionValues,
  pick,
  port,
  size,
} from "./options.ts";
import { placeOf } from "./place.ts";
import { defineProgram } from "./program.ts";
import { addressRecord, Report, type ReportRecord } from "./report.ts";
import { tellOfOutput, untilStopped } from "./until_stopped.ts";

/** What every server of datagrams takes when it is called as a function: where to listen, and what the kernel takes. */
export interface DatagramServerOptions extends Omit<DatagramServeOptions<never>, "codec"> {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to listen on; 0 takes a free one. @default the program's own */
  port?: number;
}

/** The options that every server of datagrams has on its command line. */
export function datagramServerOptions(defaultPort: number) {
  const limits = DEFAULT_DATAGRAM_LIMITS;
  return {
    hostname: host("Address to listen on; 0.0.0.0 is every network", "127.0.0.1"),
    port: {
      ...port("Port to listen on; 0 takes a free one", { fallback: defaultPort, min: 0 }),
      letter: "p",
    },
    allow: addresses("Serve peers with these addresses only"),
    deny: addresses("Serve no peers with these addresses, allowed or not"),
    maxSessions: count(
      "Peers that are known at one time; one more takes the place of another",
      limits.maxSessions,
    ),
    maxNewSessionsPerSecond: count(
      "Drop what comes from more new peers than that in a second",
      limits.maxNewSessionsPerSecond,
    ),
    maxPeerDatagramsPerSecond: count(
      "Drop what comes from one peer beyond that in a second",
      limits.maxPeerDatagramsPerSecond,
    ),
    maxDatagramsPerSecond: count("Drop what comes from all peers beyond that in a second"),
    maxDatagramBytes: size("Drop datagrams that are longer", limits.maxDatagramBytes),
    idleTimeout: duration("Forget a peer after this long with no datagram", {
      fallback: DEFAULT_DATAGRAM_DEADLINES.idleMs,
    }),
    grace: duration("When it stops, give what is under way this long to finish", {
      fallback: DEFAULT_DATAGRAM_DEADLINES.graceMs,
    }),
    trace: flag("Show all bytes, and the messages that they became"),
    json: flag("Print one JSON object a line on stdout"),
  } satisfies Options;
}

type CommonOptions = ReturnType<typeof datagramServerOptions>;

/** What a server's `start` gets. */
export interface DatagramServerStart<O extends Options> {
  /** Where to listen and how, from the options that every server has, beside the values of its own. */
  readonly settings: DatagramServerOptions & OptionValues<O>;
  /** Where to say what happens. */
  readonly report: Report;
}

/** A server's declaration: what is its own. */
export interface DatagramServerProgramDeclaration<O extends Options>
  extends Omit<ProgramDeclaration<O>, "kind" | "operands" | "transport"> {
  /** Listens and serves. */
  readonly start: (
    start: DatagramServerStart<O>,
  ) => Pick<DatagramServer<unknown>, "addr" | "finished" | "shutdown">;
}

/** Makes a server program for datagrams: it listens, says so, serves, and stops at a signal. */
export function datagramServerProgram<const O extends Options>(
  { start, ...own }: DatagramServerProgramDeclaration<O>,
): Program {
  const commonOptions = datagramServerOptions(own.defaultPort);
  const declaration = {
    ...own,
    kind: "server" as const,
    transport: "udp" as const,
    operands: "[HOST] [PORT]",
    options: { ...own.options, ...commonOptions },
  };
  return defineProgram(declaration, async ({ values, given, operands, io }) => {
    const common = pick(values, commonOptions);
    const report = new Report(io, common.json);
    tellOfOutput(own.name, io);
    const place = placeOf({ ...common, unix: undefined }, { given, operands, min: 0 });
    const { hostname = common.hostname, port = common.port } = place.unix === undefined
      ? place
      : {};
    const settings = { hostname, port, ...settingsOf(common, { io, report }) };
    let server: ReturnType<typeof start>;
    requireDatagramSockets();
    try {
      server = start({ settings: { ...settings, ...pick(values, own.options) }, report });
    } catch (error) {
      const address = { transport: "udp", hostname, port } as const;
      throw await explainedError(error, { tried: "listen", address });
    }
    return await untilStopped(server, { name: own.name, io, report });
  });
}

function settingsOf(
  common: OptionValues<CommonOptions>,
  { io, report }: { io: Io; report: Report },
): Omit<DatagramServerOptions, "hostname" | "port"> {
  const { maxSessions, maxNewSessionsPerSecond, maxPeerDatagramsPerSecond } = common;
  const { maxDatagramsPerSecond, maxDatagramBytes, allow, deny, idleTimeout, grace } = common;
  return {
    ...allow.length > 0 && { allow: new AddressList(allow) },
    ...deny.length > 0 && { deny: new AddressList(deny) },
    limits: {
      maxSessions,
      maxNewSessionsPerSecond,
      maxPeerDatagramsPerSecond,
      maxDatagramsPerSecond,
      maxDatagramBytes,
    },
    deadlines: { idleMs: idleTimeout, graceMs: grace },
    onEvent: (event) => report.note(eventRecord(event), formatDatagramEvent(event)),
    ...common.trace && { trace: report.trace },
    ...io.signal && { signal: io.signal },
  };
}

function eventRecord(event: DatagramEvent): ReportRecord {
  const { type, ...rest } = event;
  const code = "error" in event ? { code: failureCodeOf(event.error) } : {};
  const where = "address" in event ? { address: addressRecord(event.address) } : {};
  return { event: type, ...rest, ...code, ...where };
}
