// Sends one message to a reverse server and prints the answer.
//
//   deno run --allow-net=127.0.0.1:25003 clients/reverse.ts 'Hello Server'
//
// Without a message on the command line it sends the first line of stdin.

import { escapeControls, lines } from "../codec/mod.ts";
import { ClosedError, Connection, DEFAULT_DEADLINES, withDeadline } from "../net/mod.ts";
import type { Program } from "../cli/program.ts";
import { type ClientOptions, clientProgram } from "../cli/client_program.ts";
import { duration } from "../cli/options.ts";
import { stdinLines } from "../cli/stdin_lines.ts";

/** The longest answer that is taken. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Connects to a reverse server. @throws {DeadlineError} The connection did not stand in time. */
export async function connectReverse(options: ClientOptions = {}): Promise<Connection<string>> {
  const { hostname = "127.0.0.1", port = 25003, tls } = options;
  const { connectMs = DEFAULT_DEADLINES.connectMs } = options.deadlines ?? {};
  const conn = await withDeadline<Deno.Conn>(
    (signal) =>
      tls ? Deno.connectTls({ hostname, port, ...tls }) : Deno.connect({ hostname, port, signal }),
    { phase: "connect", ms: connectMs, signal: options.signal },
  );
  return new Connection(conn, lines({ maxBytes: MAX_ANSWER_BYTES }), options);
}

/** The program. */
export const program: Program = clientProgram({
  name: "reverse",
  summary: "sends one message and prints the answer",
  operands: "[MESSAGE]",
  defaultPort: 25003,
  options: {
    wait: duration("Wait this long for the answer", { fallback: 10_000 }),
  },
  tryIt: (command) => `echo 'Hello Server' | ${command}`,
  connect: connectReverse,
  async talk({ connection, operands, values, io, report }) {
    const message = operands.length > 0
      ? operands.join(" ")
      : await firstLine(io.stdin, connection);
    await connection.send(message);
    const answer = await connection.receive({ waitMs: values.wait });
    if (answer === undefined) {
      throw new ClosedError("the server hung up without an answer", {
        code: "connection-closed",
        by: "peer",
      });
    }
    report.data({ event: "answer", message, answer }, escapeControls(answer));
    return 0;
  },
});

async function firstLine(
  stdin: ReadableStream<Uint8Array<ArrayBuffer>>,
  connection: Connection<string>,
): Promise<string> {
  for await (const line of stdinLines(stdin, connection.signal)) return line;
  throw new Error("there is no message on the command line, nor on stdin");
}

if (import.meta.main) Deno.exit(await program.main(Deno.args));
