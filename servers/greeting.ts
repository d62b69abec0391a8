// Greets every client, hears one message, says goodbye. It can stop after a number of clients.
//
//   deno run --allow-net=127.0.0.1:8001 servers/greeting.ts
//
// Talk to it from a second terminal:
//
//   deno run --allow-net=127.0.0.1:8001 clients/greeting.ts Ho

import { escapeControls, LimitError, lines } from "../codec/mod.ts";
import {
  type Address,
  type Connection,
  DeadlineError,
  formatAddress,
  serve,
  type Server,
} from "../net/mod.ts";
import { count, duration } from "../cli/options.ts";
import { addressRecord } from "../cli/report.ts";
import type { Program } from "../cli/program.ts";
import { type ServerOptions, serverProgram } from "../cli/server_program.ts";

/** Bytes of the message that is heard; a longer one is refused. */
const MAX_MESSAGE_BYTES = 8 * 1024;
const WAIT_MS = 5_000;

/** How {@linkcode serveGreeting} greets. */
export interface GreetingServerOptions extends ServerOptions {
  /** How long to wait for the message, in milliseconds. @default {5000} */
  waitMs?: number;
  /** Stop after this many clients. @default {Infinity} */
  maxClients?: number;
  /** Hears what each client said. */
  onMessage?: (client: number, message: string, address: Address) => void;
}

/** Serves greetings until it is shut down, or has had `maxClients` clients: the next one is refused. */
export function serveGreeting(
  options: GreetingServerOptions = {},
): Server<string | LimitError, string> {
  const { hostname = "127.0.0.1", port = 8001, tls, onMessage } = options;
  const { waitMs = WAIT_MS, maxClients = Infinity } = options;
  const codec = lines({ maxBytes: MAX_MESSAGE_BYTES, onTooLong: "skip" });

  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });

  const server = serve(listener, { ...options, codec }, async (connection) => {
    if (connection.id + 1 >= maxClients) server.stopAccepting();
    void connection.send("Hello! Say something, please.");
    const message = await hearOne(connection, waitMs);
    if (message instanceof LimitError) {
      void connection.send("That was too long for me.");
    } else if (message === undefined) {
      void connection.send("You said nothing.");
    } else {
      onMessage?.(connection.id, message, connection.remoteAddr);
      void connection.send("I heard you.");
    }
    void connection.send("Goodbye!");
  });
  return server;
}

/** Returns the first line, or what there is of it when the peer finishes or time runs out. */
async function hearOne(
  connection: Connection<string | LimitError, string>,
  waitMs: number,
): Promise<string | LimitError | undefined> {
  try {
    return await connection.receive({ waitMs });
  } catch (error) {
    if (!(error instanceof DeadlineError && error.phase === "receive")) throw error;
    return connection.receivePartial();
  }
}

/** The program. */
export const program: Program = serverProgram({
  name: "greeting",
  summary: "greets, hears one message, says goodbye",
  defaultPort: 8001,
  options: {
    wait: duration("Wait this long for the message", { fallback: WAIT_MS }),
    maxClients: count("Stop after this many clients; without it never"),
  },
  tryIt: () => "printf 'Ho\\n' | nc 127.0.0.1 8001",
  start: ({ values, settings, report }) =>
    serveGreeting({
      ...settings,
      waitMs: values.wait,
      maxClients: values.maxClients,
      onMessage(client, message, address) {
        const who = `#${client} ${formatAddress(address)}`;
        report.data(
          { event: "message", id: client, address: addressRecord(address), message },
          `${who} said: ${escapeControls(message)}`,
        );
      },
    }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
