/**
 * What every program shares: declared options, help, exit codes, output.
 *
 * @module
 */
export {
  type ClientOptions,
  clientProgram,
  type ClientProgramDeclaration,
  type ClientTalk,
} from "./client_program.ts";
export { type Io, systemIo } from "./io.ts";
export type { Option, Options, OptionValues } from "./options.ts";
export {
  defineProgram,
  EXIT_DONE,
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  EXIT_USAGE,
  type Program,
  type ProgramDeclaration,
  type ProgramRun,
} from "./program.ts";
export { Report, type ReportRecord } from "./report.ts";
export {
  type RunningServer,
  type ServerOptions,
  serverProgram,
  type ServerProgramDeclaration,
  type ServerStart,
} from "./server_program.ts";
export type { ClientTls, ServerTls } from "./tls.ts";
