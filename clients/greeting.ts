// Says lines to a greeting server and prints everything that it answers.
//
//   deno run --allow-net=127.0.0.1:8001 --allow-env=TERM clients/greeting.ts Ho 'first blood'
//
// Without lines on the command line it says what comes on stdin.

import { serverHungUp } from "../cli/converse.ts";
import { LineTerminal } from "../cli/line_terminal.ts";
import * as cli from "../cli/mod.ts";
import { type Connection, lines } from "../mod.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { dial } from "../net/dial.ts";

const PORT = 8001;

/** Connects to a greeting server. @throws {DeadlineError} The connection did not stand in time. */
export function connectGreeting(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  return dial(
    async (signal) => {
      if (unix !== undefined) return await Deno.connect({ transport: "unix", path: unix });
      const plain = await connectTcp({ hostname, port, signal });
      return await cli.secured(plain, { hostname, tls });
    },
    { ...options, codec: lines() },
  );
}

/** The program. */
export const program: cli.Program = cli.clientProgram({
  name: "greeting",
  summary: "says lines and prints the answers, to the end",
  operands: "[LINE...]",
  defaultPort: PORT,
  options: {},
  permissions: ["--allow-env=TERM"],
  tryIt: (command) => `echo Ho | ${command}`,
  connect: connectGreeting,
  async talk({ connection, operands, io, report }) {
    const isTyped = operands.length === 0;
    await using terminal = isTyped
      ? LineTerminal.open({ io, report, name: "greeting" })
      : undefined;
    const { signal } = connection;
    const typed = () => terminal ? terminal.lines(signal) : cli.stdinExactLines(io.stdin, signal);
    let count = 0;
    const end = await cli.converse(connection.switchTo(cli.exactLines()), {
      said: counted(isTyped ? typed() : operands, () => count++),
      heard: (line) => report.received(line, (message) => ({ event: "message", message })),
    });
    // A server that has heard a message may end the conversation.
    if (end === "hung-up" && count === 0) throw serverHungUp();
    return cli.EXIT_DONE;
  },
});

async function* counted<Line>(
  lines: Iterable<Line> | AsyncIterable<Line>,
  onLine: () => void,
): AsyncGenerator<Line> {
  for await (const line of lines) {
    onLine();
    yield line;
  }
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
