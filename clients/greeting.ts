// Says lines to a greeting server and prints everything that it answers.
//
//   deno run --allow-net=127.0.0.1:8001 clients/greeting.ts Ho 'first blood'
//
// Without lines on the command line it says what comes on stdin.

import * as cli from "../cli/mod.ts";
import { type Connection, lines } from "../mod.ts";
import { dial } from "../net/dial.ts";
import { expectPlain } from "../net/plain_transport.ts";
import { startUncheckedTls } from "../net/unchecked_tls.ts";

const PORT = 8001;

/** Connects to a greeting server. @throws {DeadlineError} The connection did not stand in time. */
export function connectGreeting(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, tls } = options;
  return dial(
    async (signal) => {
      const plain = await Deno.connect({ hostname, port, signal });
      if (!tls) return expectPlain(plain);
      if (tls.unchecked) return await startUncheckedTls(plain, { hostname, ...tls.unchecked });
      return await Deno.startTls(plain, { hostname, ...tls });
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
  tryIt: (command) => `echo Ho | ${command}`,
  connect: connectGreeting,
  async talk({ connection, operands, io, report }) {
    await cli.converse(connection.switchTo(cli.exactLines()), {
      said: operands.length > 0 ? operands : cli.stdinExactLines(io.stdin, connection.signal),
      heard: (line) => report.received(line, (message) => ({ event: "message", message })),
    });
    return cli.EXIT_DONE;
  },
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
