/**
 * What a command-line program needs around its protocol: options that are declared once, help, exit codes, output for
 * people and machines, a clean stop at a signal.
 *
 * @example A server as a program: `--port`, `--idle-timeout`, `--trace`, `--json`, `--help` come by themselves
 * ```ts
 * import { lines, serve } from "@parley/sockets";
 * import { count, serverProgram } from "@parley/sockets/cli";
 * import { assert } from "@std/assert";
 *
 * const program = serverProgram({
 *   name: "repeat",
 *   summary: "repeats each line",
 *   defaultPort: 7009,
 *   options: { times: count("How often a line is repeated", 2) },
 *   tryIt: () => "nc 127.0.0.1 7009",
 *   start({ values, settings }) {
 *     const { hostname = "127.0.0.1", port = 7009 } = settings;
 *     const listener = Deno.listen({ hostname, port });
 *     return serve(listener, { ...settings, codec: lines() }, async (connection) => {
 *       for await (const line of connection) await connection.send(line.repeat(values.times));
 *     });
 *   },
 * });
 * let help = "";
 * const stdin = new Blob([]).stream();
 * const io = { stdin, interactive: false, colour: false, signals: false, stderr() {} };
 * assert(await program.main(["--help"], { ...io, stdout: (text) => void (help += text) }) === 0);
 * assert(help.includes("--times N"));
 * ```
 *
 * @module
 */
export { explainForPrograms, type ExplainForProgramsOptions, type UrlScheme } from "./advice.ts";
export {
  callOptions,
  type CallSettings,
  callSettings,
  type ClientOptions,
  clientOptions,
  clientPlace,
  clientProgram,
  type ClientProgramDeclaration,
  clientSettings,
  type ClientTalk,
  type CommonCallOptions,
  type CommonClientOptions,
} from "./client_program.ts";
export { converse, type ConverseOptions } from "./converse.ts";
export {
  type DatagramServerOptions,
  datagramServerProgram,
  type DatagramServerProgramDeclaration,
  type DatagramServerStart,
} from "./datagram_server_program.ts";
export type { Program, ProgramDeclaration, ProgramRun } from "./declaration.ts";
export { EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE } from "./exit_codes.ts";
export { type ExactLine, exactLines, textOf } from "./exact_lines.ts";
export { ExplainedError, type ExplainedErrorOptions } from "./explained_error.ts";
export { type FinishOptions, finishOutput } from "./finish.ts";
export { type Io, type OutputStreams, systemIo } from "./io.ts";
export {
  addresses,
  choice,
  type ChoiceOptions,
  count,
  countFrom0,
  type Declared,
  duration,
  type DurationOptions,
  file,
  flag,
  folder,
  type Given,
  host,
  list,
  type Option,
  optionalSize,
  optionalText,
  type Options,
  type OptionValues,
  port,
  type PortOptions,
  rate,
  size,
  text,
  withFallbacks,
} from "./options.ts";
export { secured, type SecuredOptions } from "./secured.ts";
export { StatusLine, type StatusLineOptions } from "./status_line.ts";
export { type Endpoint } from "./endpoint.ts";
export {
  type AnyAddr,
  type AnyListener,
  type OverNetwork,
  type Place,
  type PlaceGiven,
  requirePlace,
} from "./place.ts";
export { Output, OutputError, type OutputOptions, type OutputSink } from "./output.ts";
export { permissionAdvice, type PermissionAdviceOptions } from "./permission_advice.ts";
export { defineProgram } from "./program.ts";
export { addressRecord, Report, type ReportRecord } from "./report.ts";
export {
  type RunningServer,
  type ServerOptions,
  serverProgram,
  type ServerProgramDeclaration,
  type ServerStart,
} from "./server_program.ts";
export { StartError } from "./start_error.ts";
export { stdinExactLines, stdinLines } from "./stdin_lines.ts";
export type { ClientTls, ServerTls } from "./tls.ts";
export { ownerOnly, removeStaleSocket } from "./unix_socket.ts";
export { UsageError } from "./usage_error.ts";
