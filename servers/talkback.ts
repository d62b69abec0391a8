// Repeats each line that a client says, for many clients at once: its own client, telnet, nc, PuTTY.
//
//   deno run --allow-net=127.0.0.1:10000 servers/talkback.ts

import * as cli from "../cli/mod.ts";
import { refuseOtherProtocols } from "../codec/other_protocols.ts";
import { telnet, type TelnetRequest } from "../codec/telnet/mod.ts";
import { escapeControls, LimitError, lines, serve, type Server, SharedBytes } from "../mod.ts";
import { isLoopback } from "../net/address.ts";
import { safeListener } from "../net/safe_listener.ts";

/** Serves talkback until it is shut down, by its owner or by a client's `shutdown`. */
export function serveTalkback(
  options?: TalkbackServerOptions & cli.OverNetwork,
): Server<string | LimitError, string | TelnetRequest, Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveTalkback(
  options: TalkbackServerOptions,
): Server<string | LimitError, string | TelnetRequest, cli.AnyAddr>;
export function serveTalkback(
  options: TalkbackServerOptions = {},
): Server<string | LimitError, string | TelnetRequest, cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { chat, allowShutdown } = cli.withFallbacks(OPTIONS, options);
  const codec = refuseOtherProtocols(telnet(lines({ onTooLong: "skip" })));
  const onMessage = safeListener(options.onMessage, { name: "onMessage" });
  const refusal = (error: LimitError) => `The server is full: ${error.message}.`;

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  const server = serve(listener, { ...options, codec, refusal }, async (client) => {
    const mayStop = allowShutdown || isLoopback(client.remoteAddr);
    void client.send("Welcome to the Parley talkback server.");
    void client.send(`You are client ${client.id}.`);
    const hint = mayStop ? " To shut down the server, type 'shutdown'." : "";
    void client.send(`To leave, type 'quit'.${hint}`);
    for await (const line of client) {
      if (line === "quit") return client.send("Goodbye!");
      if (line instanceof LimitError) await client.send(`That line is too long: ${line.message}.`);
      else if (line !== "shutdown") {
        onMessage(client.id, line);
        if (chat) tellOthers(client.id, line);
        await client.send(`You said '${line}'.`);
      } else if (mayStop) void server.shutdown();
      else await client.send("Only a client on the server's own machine may do that.");
    }
    if (client.signal.aborted) await client.send("The server is shutting down. Goodbye!");
  });

  /** Nobody is waited for, and what one client typed reaches another one's terminal, which must not obey it. */
  function tellOthers(id: number, line: string): void {
    const told = `${id}: ${escapeControls(line)}`;
    const shared = SharedBytes.encode(codec, [told]);
    for (const other of server.connections) {
      // Whom it does not fit any more, send() ends.
      if (other.id !== id && !other.trySend(shared)) void other.send(told);
    }
  }
  return server;
}

const PORT = 10000;
/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<{ chat: boolean; allowShutdown: boolean }> = {
  chat: cli.flag("Send every line to all other clients too"),
  allowShutdown: cli.flag("Let clients on other machines type 'shutdown' too"),
};

/** How {@linkcode serveTalkback} answers. */
export interface TalkbackServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears what each client said. */
  onMessage?: (client: number, line: string) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "talkback",
  summary: "repeats each line; 'quit' leaves, 'shutdown' stops it",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "telnet 127.0.0.1 10000",
  start: ({ settings, report }) => serveTalkback({ ...settings, onMessage: report.heard("said") }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
