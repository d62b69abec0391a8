// What the `Deno` namespace holds on Node. A module is a namespace of values and of types: `Deno.listen`, `Deno.Conn`.

export { Command } from "./process/command.ts";
export type {
  ChildProcess,
  CommandOptions,
  CommandOutput,
  CommandStatus,
} from "./process/command.ts";
export { connect } from "./sockets/connect.ts";
export { listenDatagram } from "./sockets/datagram.ts";
export * as errors from "./errors/error_classes.ts";
export { FsFile, SeekMode } from "./files/file_handle.ts";
export type * from "./files/file_types.ts";
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
} from "./files/files.ts";
export { chmodSync, linkSync, lstatSync, removeSync } from "./files/files_sync.ts";
export { listen } from "./sockets/listen.ts";
export { open, openSync } from "./files/open.ts";
export { permissions } from "./process/permissions.ts";
export {
  args,
  build,
  cwd,
  env,
  execPath,
  exit,
  memoryUsage,
  noColor,
  pid,
} from "./process/process.ts";
export { addSignalListener, removeSignalListener, type Signal } from "./process/signals.ts";
export { stderr, stdin, stdout } from "./process/stdio.ts";
export { makeTempDir, type MakeTempOptions } from "./files/temporary.ts";
export { connectTls, listenTls, startTls } from "./sockets/tls.ts";
export type * from "./types.ts";
export {
  readFile,
  readTextFile,
  readTextFileSync,
  writeFile,
  writeTextFile,
} from "./files/whole_files.ts";
