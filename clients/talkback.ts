// Talks to a line server: sends what is typed or piped in, and prints what arrives meanwhile.
//
//   deno run --allow-net=127.0.0.1:10000 clients/talkback.ts
//
// It ends at `quit`, or at the end of input once the server has answered everything.

import { escapeControls, lines } from "../codec/mod.ts";
import { Connection, DEFAULT_DEADLINES, withDeadline } from "../net/mod.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import type { Program } from "../cli/program.ts";
import { type ClientOptions, clientProgram } from "../cli/client_program.ts";
import { converse } from "../cli/converse.ts";
import { stdinLines } from "../cli/stdin_lines.ts";

/** Connects to a talkback server. @throws {DeadlineError} The connection did not stand in time. */
export async function connectTalkback(options: ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = 10000, tls } = options;
  const { connectMs = DEFAULT_DEADLINES.connectMs } = options.deadlines ?? {};
  const conn = await withDeadline<Deno.Conn>(
    (signal) =>
      tls ? Deno.connectTls({ hostname, port, ...tls }) : Deno.connect({ hostname, port, signal }),
    { phase: "connect", ms: connectMs, signal: options.signal },
  );
  return new Connection(conn, lines({ maxBytes: 64 * 1024 }), options);
}

/** The program. */
export const program: Program = clientProgram({
  name: "talkback",
  summary: "sends what is typed or piped in, and prints what arrives",
  defaultPort: 10000,
  options: {},
  tryIt: (command) => `printf 'hello\\nquit\\n' | ${command}`,
  connect: connectTalkback,
  async talk({ connection, io, report }) {
    using terminal = io.interactive && !report.json ? new LineTerminal() : undefined;
    const { signal } = connection;
    await converse(connection, {
      said: untilQuit(terminal ? terminal.lines(signal) : stdinLines(io.stdin, signal)),
      heard(line) {
        if (terminal) terminal.print(escapeControls(line));
        else report.data({ event: "message", message: line }, escapeControls(line));
      },
    });
    return 0;
  },
});

async function* untilQuit(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    yield line;
    if (line === "quit") return;
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
