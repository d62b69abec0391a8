// Sends messages to a reverse server and prints the answers.
//
//   deno run --allow-net=127.0.0.1:25003 clients/reverse.ts 'Hello Server'
//
// Without a message on the command line each line of stdin is one, and is answered as it comes.

import { askEach } from "../cli/ask_each.ts";
import * as cli from "../cli/mod.ts";
import { type Connection, lines } from "../mod.ts";
import { connectTcp } from "../net/connect_tcp.ts";
import { dial } from "../net/dial.ts";

const PORT = 25003;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Connects to a reverse server. @throws {DeadlineError} The connection did not stand in time. */
export function connectReverse(options: cli.ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  return dial(
    async (signal) => {
      if (unix !== undefined) return await Deno.connect({ transport: "unix", path: unix });
      const plain = await connectTcp({ hostname, port, signal });
      return await cli.secured(plain, { hostname, tls });
    },
    { ...options, codec: lines({ maxBytes: MAX_ANSWER_BYTES }) },
  );
}

/** The program. */
export const program: cli.Program = cli.clientProgram({
  name: "reverse",
  summary: "sends messages and prints the answers",
  operands: "[MESSAGE]",
  defaultPort: PORT,
  options: { waitMs: cli.duration("Wait this long for an answer", { fallback: 10_000 }) },
  tryIt: (command) => `echo 'Hello Server' | ${command}`,
  connect: connectReverse,
  async talk({ connection, operands, values: { waitMs }, io, report }) {
    const isTyped = operands.length === 0;
    if (isTyped && io.stdinIsTerminal) io.stderr("Type a message and Enter; Ctrl+D ends.\n");
    const peer = connection.switchTo(cli.exactLines({ maxBytes: MAX_ANSWER_BYTES }));
    const count = await askEach(peer, {
      messages: isTyped ? cli.stdinExactLines(io.stdin, peer.signal) : [operands.join(" ")],
      waitMs,
      answered(answer, message) {
        const asked = cli.textOf(message);
        return report.received(
          answer,
          (text) => ({ event: "answer", message: asked, answer: text }),
        );
      },
    });
    if (count > 0 || io.stdinIsTerminal) return cli.EXIT_DONE;
    throw new Error("there is no message on the command line, nor on stdin");
  },
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
