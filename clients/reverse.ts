// Sends one message to a reverse server and prints the answer.
//
//   deno run --allow-net=127.0.0.1:25003 clients/reverse.ts 'Hello Server'
//
// Without a message on the command line it sends the first line of stdin.

import * as cli from "../cli/mod.ts";
import { ClosedError, type Connection, lines } from "../mod.ts";
import { dial } from "../net/dial.ts";
import { expectPlain } from "../net/plain_transport.ts";
import { startUncheckedTls } from "../net/unchecked_tls.ts";

const PORT = 25003;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Connects to a reverse server. @throws {DeadlineError} The connection did not stand in time. */
export function connectReverse(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, tls } = options;
  return dial(
    async (signal) => {
      const plain = await Deno.connect({ hostname, port, signal });
      if (!tls) return expectPlain(plain);
      if (tls.unchecked) return await startUncheckedTls(plain, { hostname, ...tls.unchecked });
      return await Deno.startTls(plain, { hostname, ...tls });
    },
    { ...options, codec: lines({ maxBytes: MAX_ANSWER_BYTES }) },
  );
}

/** The program. */
export const program: cli.Program = cli.clientProgram({
  name: "reverse",
  summary: "sends one message and prints the answer",
  operands: "[MESSAGE]",
  defaultPort: PORT,
  options: { waitMs: cli.duration("Wait this long for the answer", { fallback: 10_000 }) },
  tryIt: (command) => `echo 'Hello Server' | ${command}`,
  connect: connectReverse,
  async talk({ connection, operands, values: { waitMs }, io, report }) {
    const { signal } = connection;
    const message = operands.length > 0 ? operands.join(" ") : await firstLine(io, signal);
    const peer = connection.switchTo(cli.exactLines({ maxBytes: MAX_ANSWER_BYTES }));
    await peer.send(message);
    const answer = await peer.receive({ waitMs });
    if (answer === undefined) {
      const problem = "the server hung up without an answer";
      throw new ClosedError(problem, { code: "connection-closed", by: "peer" });
    }
    const asked = cli.textOf(message);
    await report.received(answer, (text) => ({ event: "answer", message: asked, answer: text }));
    return cli.EXIT_DONE;
  },
});

async function firstLine(io: cli.Io, signal: AbortSignal): Promise<cli.ExactLine> {
  for await (const line of cli.stdinExactLines(io.stdin, signal)) return line;
  throw new Error("there is no message on the command line, nor on stdin");
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
