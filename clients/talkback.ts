// Talks to a line server: sends what is typed or piped in, and prints what arrives meanwhile.
//
//   deno run --allow-net=127.0.0.1:10000 --allow-env=TERM clients/talkback.ts
//
// It ends at `quit`, or at the end of input once the server has answered everything. A server that goes before is said.

import { serverHungUp } from "../cli/converse.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import * as cli from "../cli/mod.ts";
import { type Connection, lines } from "../mod.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { dial } from "../net/dial.ts";

const PORT = 10000;
const MAX_LINE_BYTES = 64 * 1024;

/** Connects to a talkback server. @throws {DeadlineError} The connection did not stand in time. */
export function connectTalkback(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  return dial(
    async (signal) => {
      if (unix !== undefined) return await Deno.connect({ transport: "unix", path: unix });
      const plain = await connectTcp({ hostname, port, signal });
      return await cli.secured(plain, { hostname, tls });
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
  permissions: ["--allow-env=TERM"],
  tryIt: (command) => `printf 'hello\\nquit\\n' | ${command}`,
  connect: connectTalkback,
  async talk({ connection, io, report }) {
    await using terminal = LineTerminal.open({ io, report, name: "talkback" });
    const { signal } = connection;
    const typed = terminal ? terminal.lines(signal) : cli.stdinExactLines(io.stdin, signal);
    let last: cli.ExactLine | undefined;
    const end = await cli.converse(
      connection.switchTo(cli.exactLines({ maxBytes: MAX_LINE_BYTES })),
      {
        said: untilQuit(typed, (line) => last = line),
        heard: (line) => report.received(line, (message) => ({ event: "message", message })),
      },
    );
    // Who typed `shutdown` wants the server to go.
    if (end === "hung-up" && last !== "shutdown") throw serverHungUp();
    return cli.EXIT_DONE;
  },
});

async function* untilQuit<Line>(
  lines: AsyncIterable<Line>,
  onLine: (line: Line) => void,
): AsyncGenerator<Line> {
  for await (const line of lines) {
    onLine(line);
    yield line;
    if (line === "quit") return;
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
