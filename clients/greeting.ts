// Says lines to a greeting server and prints everything that it answers.
//
//   deno run --allow-net=127.0.0.1:8001 clients/greeting.ts Ho 'first blood'
//
// Without lines on the command line it says what comes on stdin.

import { escapeControls, lines } from "../codec/mod.ts";
import { Connection, DEFAULT_DEADLINES, withDeadline } from "../net/mod.ts";
import type { Program } from "../cli/program.ts";
import { type ClientOptions, clientProgram } from "../cli/client_program.ts";
import { converse } from "../cli/converse.ts";
import { stdinLines } from "../cli/stdin_lines.ts";

/** Connects to a greeting server. @throws {DeadlineError} The connection did not stand in time. */
export async function connectGreeting(options: ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = 8001, tls } = options;
  const { connectMs = DEFAULT_DEADLINES.connectMs } = options.deadlines ?? {};
  const conn = await withDeadline<Deno.Conn>(
    (signal) =>
      tls ? Deno.connectTls({ hostname, port, ...tls }) : Deno.connect({ hostname, port, signal }),
    { phase: "connect", ms: connectMs, signal: options.signal },
  );
  return new Connection(conn, lines(), options);
}

/** The program. */
export const program: Program = clientProgram({
  name: "greeting",
  summary: "says lines and prints the answers, to the end",
  operands: "[LINE...]",
  defaultPort: 8001,
  options: {},
  tryIt: (command) => `echo Ho | ${command}`,
  connect: connectGreeting,
  async talk({ connection, operands, io, report }) {
    await converse(connection, {
      said: operands.length > 0 ? operands : stdinLines(io.stdin, connection.signal),
      heard: (line) => report.data({ event: "message", message: line }, escapeControls(line)),
    });
    return 0;
  },
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
