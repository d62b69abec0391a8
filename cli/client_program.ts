import { explainForPrograms } from "./advice.ts";
import {
  type ConnectDeadlines,
  type Connection,
  type ConnectionOptions,
  DEFAULT_DEADLINES,
} from "../net/mod.ts";
import type { Io } from "./io.ts";
import {
  type Declared,
  duration,
  file,
  flag,
  optionalText,
  type Options,
  type OptionValues,
  pick,
  port,
  text,
} from "./options.ts";
import type { Program, ProgramDeclaration } from "./declaration.ts";
import { EXIT_FAILED } from "./exit_codes.ts";
import { defineProgram } from "./program.ts";
import { Report } from "./report.ts";
import { type ClientTls, readClientTls } from "./tls.ts";

/** What every client takes when it is called as a function: whom to call, and what the kernel takes. */
export interface ClientOptions extends Omit<ConnectionOptions, "deadlines"> {
  /** How long things may take: `connectMs` until the connection stands. */
  deadlines?: Partial<ConnectDeadlines>;
  /** The host to call. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to call. @default the program's own */
  port?: number;
  /** Speak TLS. @default plain TCP */
  tls?: ClientTls | undefined;
}

/** The options that every client has on its command line. */
export type CommonClientOptions = Declared<{
  hostname: string;
  port: number;
  connectTimeout: number;
  idleTimeout: number;
  tls: boolean;
  ca: string | undefined;
  fingerprint: string | undefined;
  insecure: boolean;
  trace: boolean;
  json: boolean;
}>;

/** Declares the options that every client has, with the port that it calls unless told otherwise. */
export function clientOptions(defaultPort: number): CommonClientOptions {
  return {
    hostname: text("Host to call", "127.0.0.1"),
    port: port("Port to call", defaultPort),
    connectTimeout: duration("Give up when the connection does not stand after this long", {
      fallback: DEFAULT_DEADLINES.connectMs,
    }),
    idleTimeout: duration("Give up after this long without a byte", {
      fallback: DEFAULT_DEADLINES.idleMs,
    }),
    tls: flag("Speak TLS"),
    ca: file("Trust this authority (PEM) beside the system's own; needs --allow-read"),
    fingerprint: optionalText("Trust the certificate with this SHA-256 and no other", "SHA256"),
    insecure: flag("Trust whoever answers: for tests alone"),
    trace: flag("Show all bytes, and the messages that they became"),
    json: flag("Print one JSON object a line on stdout"),
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

/** Makes a client program: it connects, talks, closes politely and explains what went wrong. */
export function clientProgram<
  const O extends Options,
  C extends Connection<unknown, never>,
>({ connect, talk, ...own }: ClientProgramDeclaration<O, C>): Program {
  const commonOptions = clientOptions(own.defaultPort);
  const options = { ...own.options, ...commonOptions };
  const declaration = { ...own, kind: "client" as const, options };
  return defineProgram(declaration, async ({ values, operands, io }) => {
    const common = pick(values, commonOptions);
    const report = new Report(io, common.json);
    const settings = await clientSettings(common, { io, report });
    const { hostname, port } = common;
    const address = { transport: "tcp", hostname, port } as const;
    let tried: "connect" | "talk" = "connect";
    try {
      await using connection = await connect(settings);
      tried = "talk";
      void io.streams?.stdout.failed.then((error) => connection.abort(error));
      const ownValues = pick(values, own.options);
      return await talk({ values: ownValues, operands, connection, io, report });
    } catch (error) {
      // The end of every program says so.
      if (io.streams?.stdout.error) return EXIT_FAILED;
      io.stderr(
        `${own.name}: ${await explainForPrograms(error, { tried, address, tls: settings.tls })}\n`,
      );
      return EXIT_FAILED;
    }
  });
}

const INSECURE =
  "Warning: --insecure trusts whoever answers: others may read and change what is sent";

/**
 * Returns how to connect, from the options that every client has: for a program that opens its connections itself.
 *
 * @throws {UsageError} `--ca`, `--fingerprint` or `--insecure` without `--tls`, or one that cannot be used.
 */
export async function clientSettings(
  common: OptionValues<CommonClientOptions>,
  { io, report }: { io: Io; report: Report },
): Promise<ClientOptions> {
  const { hostname, port, connectTimeout, idleTimeout, insecure } = common;
  const tls = await readClientTls(common);
  if (insecure) io.stderr(`${INSECURE}\n`);
  return {
    hostname,
    port,
    tls,
    // The time is for the whole, so a handshake may take all of it.
    deadlines: { connectMs: connectTimeout, handshakeMs: connectTimeout, idleMs: idleTimeout },
    ...common.trace && { trace: report.trace },
    ...io.signal && { signal: io.signal },
  };
}
