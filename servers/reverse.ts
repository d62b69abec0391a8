// Answers each message with its characters reversed, for many clients at once.
//
//   deno run --allow-net=127.0.0.1:25003 servers/reverse.ts
//
// A message ends at a newline or at the end of the stream. Of a client that has sent no newline yet a gap of silence ends
// it too: so one that never sends any and waits is answered, and nobody's line is cut where the network stalls.
// From a second terminal: deno run --allow-net=127.0.0.1:25003 clients/reverse.ts 'Hello Server'

import { reversedCharacters } from "../cli/characters.ts";
import * as cli from "../cli/mod.ts";
import { latin1 } from "../codec/latin1.ts";
import { refuseOtherProtocols } from "../codec/other_protocols.ts";
import { type LimitError, lines, serve, type Server } from "../mod.ts";
import { safeListener } from "../net/safe_listener.ts";

/** Serves reversals until it is shut down. */
export function serveReverse(
  options?: ReverseServerOptions & cli.OverNetwork,
): Server<string | LimitError, string, Deno.NetAddr>;
/** As above, on a Unix socket where `unix` is one. */
export function serveReverse(
  options: ReverseServerOptions,
): Server<string | LimitError, string, cli.AnyAddr>;
export function serveReverse(
  options: ReverseServerOptions = {},
): Server<string | LimitError, string, cli.AnyAddr> {
  const { hostname = "127.0.0.1", port = PORT, unix, tls } = cli.requirePlace(options);
  const { bytes, gapMs, maxMessageBytes: maxBytes } = cli.withFallbacks(OPTIONS, options);

  // With one character a byte, reversing characters reverses bytes, as the original did.
  const cut = { maxBytes, onTooLong: "skip" } as const;
  const codec = refuseOtherProtocols(
    bytes ? latin1(lines({ ...cut, binary: true })) : lines(cut),
  );
  const deadlines = { gapMs, ...options.deadlines };
  const onMessage = safeListener(options.onMessage, { name: "onMessage" });

  const listener: cli.AnyListener = unix !== undefined
    ? cli.ownerOnly(Deno.listen({ transport: "unix", path: unix }))
    : tls
    ? Deno.listenTls({ hostname, port, ...tls })
    : Deno.listen({ hostname, port });
  return serve(listener, { ...options, codec, deadlines }, async (client) => {
    for await (const message of client) {
      const isSound = typeof message === "string";
      if (isSound) onMessage(client.id, message);
      await client.send(isSound ? reversed(message) : message.message);
    }
  });
}

/** Returns text with its characters in reverse, each whole: letters keep their accents, emoji their parts. */
export function reversed(text: string): string {
  return reversedCharacters(text);
}

const PORT = 25003;
/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<{ bytes: boolean; gapMs: number; maxMessageBytes: number }> = {
  bytes: cli.flag("Reverse bytes instead of characters"),
  gapMs: cli.duration("Silence that ends a message before a first newline came", {
    fallback: 1_000,
    needsUnit: true,
  }),
  maxMessageBytes: cli.size("Bytes that a message may have", 64 * 1024),
};

/** How {@linkcode serveReverse} reverses. */
export interface ReverseServerOptions extends cli.ServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears what each client sent. */
  onMessage?: (client: number, message: string) => void;
}

/** The program. */
export const program: cli.Program = cli.serverProgram({
  name: "reverse",
  summary: "answers each message with its characters reversed",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "printf 'Hello Server' | nc 127.0.0.1 25003",
  start: ({ settings, report }) => serveReverse({ ...settings, onMessage: report.heard("sent") }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
