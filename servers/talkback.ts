// Repeats each line that a client says, for many clients at once.
//
//   deno run --allow-net=127.0.0.1:10000 servers/talkback.ts
//
// From other terminals, with its own client, telnet, nc or PuTTY:
//
//   deno run --allow-net=127.0.0.1:10000 clients/talkback.ts
//   telnet 127.0.0.1 10000

import {
  escapeControls,
  isTelnetRequest,
  LimitError,
  lines,
  telnet,
  telnetRefusal,
  type TelnetRequest,
} from "../codec/mod.ts";
import { type Connection, isLoopback, serve, type Server } from "../net/mod.ts";
import { flag } from "../cli/options.ts";
import type { Program } from "../cli/program.ts";
import { type ServerOptions, serverProgram } from "../cli/server_program.ts";

/** What a client can send: lines, lines that are too long, and Telnet's wishes. */
export type TalkbackMessage = string | LimitError | TelnetRequest;

type Client = Connection<TalkbackMessage, string | TelnetRequest>;

/** How {@linkcode serveTalkback} answers. */
export interface TalkbackServerOptions extends ServerOptions {
  /** Send every line to all others as well, as `N: X`. @default {false} */
  chat?: boolean;
  /** Let clients on other machines shut the server down too. @default {false} */
  allowShutdown?: boolean;
  /** Hears what each client said. */
  onMessage?: (client: number, line: string) => void;
}

/** Serves talkback until it is shut down, by its owner or by a client's `shutdown`. */
export function serveTalkback(
  options: TalkbackServerOptions = {},
): Server<TalkbackMessage, string | TelnetRequest> {
  const { hostname = "127.0.0.1", port = 10000, tls } = options;
  const { chat = false, allowShutdown = false, onMessage } = options;
  const codec = telnet(lines({ onTooLong: "skip" }));

  const listener = tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });

  const server = serve<TalkbackMessage, string | TelnetRequest>(
    listener,
    { ...options, codec, refusal: (error) => `The server is full: ${error.message}.` },
    async (client) => {
      const mayShutDown = allowShutdown || isLoopback(client.remoteAddr);
      welcome(client, mayShutDown);
      for await (const message of client) {
        if (isTelnetRequest(message)) {
          const refusal = telnetRefusal(message);
          if (refusal) await client.send(refusal);
        } else if (message instanceof LimitError) {
          await client.send(`That line is too long: ${message.message}.`);
        } else if (message === "quit") {
          return client.send("Goodbye!");
        } else if (message === "shutdown") {
          if (!mayShutDown) {
            await client.send("Only a client on the server's own machine may do that.");
          } else void server.shutdown();
        } else {
          onMessage?.(client.id, message);
          if (chat) tellOthers(server.connections, { from: client, message });
          await client.send(`You said '${message}'.`);
        }
      }
      if (client.signal.aborted) await client.send("The server is shutting down. Goodbye!");
    },
  );
  return server;
}

function welcome(client: Client, mayShutDown: boolean): void {
  void client.send("Welcome to the Parley talkback server.");
  void client.send(`You are client ${client.id}.`);
  const shutdown = mayShutDown ? " To shut down the server, type 'shutdown'." : "";
  void client.send(`To leave, type 'quit'.${shutdown}`);
}

/** Nobody is waited for: a client that does not read is closed by its own limit. */
function tellOthers(
  clients: ReadonlySet<Client>,
  { from, message }: { from: Client; message: string },
): void {
  for (const client of clients) {
    // What one client typed reaches another one's terminal, which must not obey it.
    if (client !== from) void client.send(`${from.id}: ${escapeControls(message)}`);
  }
}

/** The program. */
export const program: Program = serverProgram({
  name: "talkback",
  summary: "repeats each line; 'quit' leaves, 'shutdown' stops it",
  defaultPort: 10000,
  options: {
    chat: flag("Send every line to all other clients too"),
    allowShutdown: flag("Let clients on other machines type 'shutdown' too"),
  },
  tryIt: () => "telnet 127.0.0.1 10000",
  start: ({ values, settings, report }) =>
    serveTalkback({
      ...settings,
      ...values,
      onMessage: (id, message) =>
        report.data({ event: "message", id, message }, `#${id} said: ${escapeControls(message)}`),
    }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
