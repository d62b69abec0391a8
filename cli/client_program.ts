import {
  type ConnectDeadlines,
  type Connection,
  type ConnectionOptions,
  DEFAULT_DEADLINES,
} from "../net/mod.ts";
import { explainedError } from "./advice.ts";
import type { Program, ProgramDeclaration } from "./declaration.ts";
import { EXIT_FAILED } from "./exit_codes.ts";
import { ExplainedError } from "./explained_error.ts";
import type { Io } from "./io.ts";
import {
  type Declared,
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
import { Report } from "./report.ts";
import { type ClientTls, readClientTls } from "./tls.ts";
import { UsageError } from "./usage_error.ts";

/** What every client takes when it is called as a function: whom to call, and what the kernel takes. */
export interface ClientOptions extends Omit<ConnectionOptions, "deadlines"> {
  /** How long things may take: `connectMs` until the connection stands. */
  deadlines?: Partial<ConnectDeadlines>;
  /** The host to call. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to call. @default the program's own */
  port?: number;
  /** The Unix socket to call, instead of a host and a port. */
  unix?: string | undefined;
  /** Speak TLS; not over a Unix socket. @default plain TCP */
  tls?: ClientTls | undefined;
}

/** The options of how a client calls, whoever is called. */
export type CommonCallOptions = Declared<{
  connectTimeout: number;
  idleTimeout: number;
  ca: string | undefined;
  fingerprint: string | undefined;
  insecure: boolean;
  trace: boolean;
  json: boolean;
}>;

/** The options that every client has on its command line that calls one address. */
export type CommonClientOptions =
  & CommonCallOptions
  & Declared<{
    hostname: string;
    port: number;
    to: string | undefined;
    unix: string | undefined;
    tls: boolean;
  }>;

/** Declares the options of how a client calls, for one that takes URLs: they say whom, and whether with TLS. */
export function callOptions(): CommonCallOptions {
  return {
    connectTimeout: duration("Give up when there is no connection after this long", {
      fallback: DEFAULT_DEADLINES.connectMs,
    }),
    idleTimeout: duration("Give up after this long with no data", {
      fallback: DEFAULT_DEADLINES.idleMs,
    }),
    ca: file("Trust this authority (PEM) beside the system's own; needs --allow-read"),
    fingerprint: optionalText("Trust the certificate with this SHA-256 and no other", "SHA256"),
    insecure: flag("Trust whoever answers: for tests alone"),
    trace: flag("Show all bytes, and the messages that they became"),
    json: flag("Print one JSON object a line on stdout"),
  };
}

/** Declares the options that every client has, with the port that it calls unless told otherwise. */
export function clientOptions(defaultPort: number): CommonClientOptions {
  const { connectTimeout, idleTimeout, ...others } = callOptions();
  return {
    hostname: host("Host to connect to", "127.0.0.1"),
    port: { ...port("Port to connect to", { fallback: defaultPort }), letter: "p" },
    to: optionalText("Connect there, instead of to --hostname and --port", "HOST[:PORT]"),
    unix: optionalText("Connect to this Unix socket; needs --allow-read and --allow-write", "PATH"),
    connectTimeout,
    idleTimeout,
    tls: flag("Speak TLS"),
    ...others,
  };
}

/** What a client's `talk` gets. */
export interface ClientTalk<O extends Options, C> {
  /** Its own options. */
  readonly values: OptionValues<O>;
  /** What stands beside the options. */
  readonly operands: readonly string[];
  /** The connection; it is closed politely afterwards. */
  readonly connection: C;
  /** What is typed and printed. */
  readonly io: Io;
  /** Where to say what happens. */
  readonly report: Report;
}

/** A client's declaration: what is its own. */
export interface ClientProgramDeclaration<O extends Options, C>
  extends Omit<ProgramDeclaration<O>, "kind"> {
  /** Makes the connection. */
  readonly connect: (settings: ClientOptions) => Promise<C>;
  /** Talks, and returns the exit code. */
  readonly talk: (talk: ClientTalk<O, C>) => Promise<number>;
}

/**
 * Makes a client program: it connects, talks, closes politely and explains what went wrong. One without operands of its own
 * takes the address there: `HOST PORT` or `HOST:PORT`.
 */
export function clientProgram<
  const O extends Options,
  C extends Connection<unknown, never>,
>({ connect, talk, ...own }: ClientProgramDeclaration<O, C>): Program {
  const commonOptions = clientOptions(own.defaultPort);
  const options = { ...own.options, ...commonOptions };
  const takesAddress = own.operands === undefined;
  const { operands: usage = "[HOST] [PORT]" } = own;
  const declaration = { ...own, kind: "client" as const, operands: usage, options };
  return defineProgram(declaration, async ({ values, given, operands, io }) => {
    const common = pick(values, commonOptions);
    const report = new Report(io, common.json);
    const place = clientPlace(common, { given, operands: takesAddress ? operands : [] });
    const settings = await clientSettings(common, { io, report, place });
    let tried: "connect" | "talk" = "connect";
    try {
      await using connection = await connect(settings);
      if (place.unix !== undefined && "hostname" in connection.remoteAddr) {
        throw new UsageError("--unix means nothing to this program");
      }
      tried = "talk";
      void io.streams?.stdout.failed.then((error) => connection.abort(error));
      const ownValues = pick(values, own.options);
      const rest = takesAddress ? [] : operands;
      return await talk({ values: ownValues, operands: rest, connection, io, report });
    } catch (error) {
      // The end of every program says so.
      if (io.streams?.stdout.error) return EXIT_FAILED;
      if (error instanceof UsageError || error instanceof ExplainedError) throw error;
      throw await explainedError(error, { tried, address: addressOf(place), tls: settings.tls });
    }
  });
}

const INSECURE =
  "Warning: --insecure trusts whoever answers: others may read and change what is sent";

/**
 * Returns whom a client calls, from the options that every client has.
 *
 * @throws {UsageError} It is said twice, cannot be, or is a Unix socket and TLS shall be spoken there.
 */
export function clientPlace(
  common: OptionValues<CommonClientOptions>,
  { given, operands = [] }: { given: ReadonlySet<string>; operands?: readonly string[] },
): Place {
  refuseWithUnix(common, given, { tls: "what passes there never leaves this machine" });
  return placeOf(common, { given, operands });
}

/**
 * Returns how to connect, from the options that every client has: for a program that opens its connections itself.
 *
 * @throws {UsageError} `--ca`, `--fingerprint` or `--insecure` without `--tls`, or one that cannot be used.
 */
export async function clientSettings(
  common: OptionValues<CommonClientOptions>,
  { io, report, place }: { io: Io; report: Report; place: Place },
): Promise<ClientOptions> {
  return { ...place, ...await callSettings(common, { io, report }) };
}

/** How a client calls: a part of what it takes as a function. */
export type CallSettings = Pick<ClientOptions, "deadlines" | "tls" | "trace" | "signal">;

/**
 * Returns how to call, from the options of that: without `tls` among them it is spoken where a URL says so.
 *
 * @throws {UsageError} As {@linkcode clientSettings}.
 */
export async function callSettings(
  common: OptionValues<CommonCallOptions> & { readonly tls?: boolean },
  { io, report }: { io: Io; report: Report },
): Promise<CallSettings> {
  const { connectTimeout, idleTimeout, insecure } = common;
  const tls = await readClientTls({ tls: true, ...common });
  if (insecure) io.stderr(`${INSECURE}\n`);
  return {
    tls,
    // The time is for the whole, so a handshake may take all of it.
    deadlines: { connectMs: connectTimeout, handshakeMs: connectTimeout, idleMs: idleTimeout },
    ...common.trace && { trace: report.trace },
    ...io.signal && { signal: io.signal },
  };
}
