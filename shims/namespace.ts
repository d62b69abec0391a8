// What the `Deno` namespace holds on Node. A module is a namespace of values and of types: `Deno.listen`, `Deno.Conn`.

export { Command } from "./command.ts";
export type { ChildProcess, CommandOptions, CommandOutput, CommandStatus } from "./command.ts";
export { connect } from "./connect.ts";
export { listenDatagram } from "./datagram.ts";
export * as errors from "./error_classes.ts";
export { FsFile, SeekMode } from "./file_handle.ts";
export type * from "./file_types.ts";
export {
  chmod,
  link,
  lstat,
  mkdir,
  readDir,
  realPath,
  remove,
  rename,
  stat,
  truncate,
  utime,
} from "./files.ts";
export { linkSync, lstatSync, removeSync } from "./files_sync.ts";
export { listen } from "./listen.ts";
export { open, openSync } from "./open.ts";
export { permissions } from "./permissions.ts";
export { args, build, cwd, env, execPath, exit, memoryUsage, noColor, pid } from "./process.ts";
export { addSignalListener, removeSignalListener, type Signal } from "./signals.ts";
export { stderr, stdin, stdout } from "./stdio.ts";
export { connectTls, listenTls, startTls } from "./tls.ts";
export type * from "./types.ts";
export {
  readFile,
  readTextFile,
  readTextFileSync,
  writeFile,
  writeTextFile,
} from "./whole_files.ts";
