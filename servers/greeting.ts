// Greets every client, hears one message, says goodbye. It can stop after a number of clients.
//
//   deno run --allow-net=127.0.0.1:8001 servers/greeting.ts
//
// From a second terminal: deno run --allow-net=127.0.0.1:8001 clients/greeting.ts Ho

import * as cli from "../cli/mod.ts";
import { refuseOtherProtocols } from "../codec/other_protocols.ts";
import { LimitError, lines, serve } from "../mod.ts";
import type { Address, Server } from "../net/mod.ts";
import { safeListener } from "../net/safe_listener.ts";

/** Serves greetings until it is shut down, or has had `maxClients` clients: the next one is refused. */
export function serveGreeting(
  options?: GreetingServerOptions & cli.OverNetwork,
): Server<string | LimitError, string, Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveGreeting(
  options: GreetingServerOptions,
): Server<string | LimitError, string, cli.AnyAddr>;
export function serveGreeting(
  options: GreetingServerOptions = {},
): Server<string | LimitError, string, cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { waitMs, maxClients } = cli.withFallbacks(OPTIONS, options);

  const codec = refuseOtherProtocols(lines({ onTooLong: "skip" }));
  const limits = { maxAccepted: maxClients, ...options.limits };
  const onMessage = safeListener(options.onMessage, { name: "onMessage" });

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  return serve(listener, { ...options, codec, limits }, async (client) => {
    void client.send("Hello! Say something, please.");
    // A client that sends no newline is heard when its time is over.
    const message = await client.receive({ waitMs, partial: true });
    if (message instanceof LimitError) {
      void client.send("That was too long for me.");
    } else if (message === undefined) {
      void client.send("You said nothing.");
    } else {
      onMessage(client.id, message, client.remoteAddr);
      void client.send("I heard you.");
    }
    void client.send("Goodbye!");
  });
}

const PORT = 8001;
/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<{ waitMs: number; maxClients: number }> = {
  waitMs: cli.duration("Wait this long for the message", { fallback: 5_000 }),
  maxClients: cli.count("Stop after this many clients; without it never"),
};

/** How {@linkcode serveGreeting} greets. */
export interface GreetingServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears what each client said. */
  onMessage?: (client: number, message: string, address: Address) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "greeting",
  summary: "greets, hears one message, says goodbye",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "printf 'Ho\\n' | nc 127.0.0.1 8001",
  start: ({ settings, report }) => serveGreeting({ ...settings, onMessage: report.heard("said") }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
