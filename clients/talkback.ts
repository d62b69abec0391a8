// Talks to a line server: sends what is typed or piped in, and prints what arrives meanwhile.
//
//   deno run --allow-net=127.0.0.1:10000 clients/talkback.ts
//
// It ends at `quit`, or at the end of input once the server has answered everything.

import { LineTerminal } from "../cli/line_terminal.ts";
import * as cli from "../cli/mod.ts";
import { type Connection, escapeControls, lines } from "../mod.ts";
import { dial } from "../net/dial.ts";
import { expectPlain } from "../net/plain_transport.ts";
import { startUncheckedTls } from "../net/unchecked_tls.ts";

const PORT = 10000;
const MAX_LINE_BYTES = 64 * 1024;

/** Connects to a talkback server. @throws {DeadlineError} The connection did not stand in time. */
export function connectTalkback(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, tls } = options;
  return dial(
    async (signal) => {
      const plain = await Deno.connect({ hostname, port, signal });
      if (!tls) return expectPlain(plain);
      if (tls.unchecked) return await startUncheckedTls(plain, { hostname, ...tls.unchecked });
      return await Deno.startTls(plain, { hostname, ...tls });
    },
    { ...options, codec: lines({ maxBytes: MAX_LINE_BYTES }) },
  );
}

/** The program. */
export const program: cli.Program = cli.clientProgram({
  name: "talkback",
  summary: "sends what is typed or piped in, and prints what arrives",
  defaultPort: PORT,
  options: {},
  tryIt: (command) => `printf 'hello\\nquit\\n' | ${command}`,
  connect: connectTalkback,
  async talk({ connection, io, report }) {
    using terminal = io.interactive && !report.json ? new LineTerminal() : undefined;
    const { signal } = connection;
    await cli.converse(connection.switchTo(cli.exactLines({ maxBytes: MAX_LINE_BYTES })), {
      said: untilQuit(terminal ? terminal.lines(signal) : cli.stdinExactLines(io.stdin, signal)),
      heard: (line) =>
        terminal
          ? terminal.print(escapeControls(cli.textOf(line)))
          : report.received(line, (message) => ({ event: "message", message })),
    });
    return cli.EXIT_DONE;
  },
});

async function* untilQuit<Line>(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  for await (const line of lines) {
    yield line;
    if (line === "quit") return;
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
