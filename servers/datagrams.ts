// Sends each datagram back as it came, and knows who is there by their addresses alone.
//
//   deno run --allow-net=127.0.0.1 servers/datagrams.ts
//
// A peer that is silent for a minute is forgotten. With --chat what one of them says goes to all others instead. From a
// second terminal: deno run --allow-net=127.0.0.1 clients/datagrams.ts hello

import { boundHost } from "../cli/datagram_addresses.ts";
import { exactLine } from "../cli/exact_lines.ts";
import * as cli from "../cli/mod.ts";
import { escapeControls, formatAddress } from "../mod.ts";
import { counted } from "../net/counted.ts";
import {
  type DatagramServer,
  type DatagramSession,
  MAX_UDP_BYTES,
  rawDatagrams,
  serveDatagrams,
} from "../net/datagrams/mod.ts";
import { safeListener } from "../net/safe_listener.ts";

type Peer = DatagramSession<Uint8Array<ArrayBuffer>, Uint8Array>;

/**
 * Sends each datagram back until it is shut down, an empty one too. With `chat` it goes to all others instead, with the number
 * of who said it in front; there an empty one only says that its sender is there.
 *
 * @throws {RangeError} A limit or a deadline is none.
 */
export function serveDatagramEcho(
  options: DatagramEchoOptions = {},
): DatagramServer<Uint8Array<ArrayBuffer>, Uint8Array> {
  const { hostname = "127.0.0.1", port = PORT, chat, onMessage, ...others } = options;
  const heard = safeListener(onMessage, { name: "onMessage" });
  const socket = Deno.listenDatagram({ transport: "udp", hostname: boundHost(hostname), port });
  const server = serveDatagrams(
    socket,
    { ...others, codec: rawDatagrams() },
    async (peer: Peer) => {
      for await (const message of peer) {
        heard(peer.id, message, peer.remoteAddr);
        if (chat) await tellOthers(server.sessions, { peer, message });
        else await peer.send(message, { transfer: true });
      }
    },
  );
  return server;
}

/** Brings what one peer says to all others; whoever does not get it misses it. */
async function tellOthers(
  peers: Iterable<Peer>,
  { peer, message }: { peer: Peer; message: Uint8Array<ArrayBuffer> },
): Promise<void> {
  if (message.length === 0) return;
  const who = encoder.encode(`#${peer.id}: `);
  const room = MAX_UDP_BYTES - who.length;
  if (message.length > room) {
    return await peer.send(
      encoder.encode(`Nobody got that: ${message.length} bytes exceed ${room}`),
    );
  }
  const said = new Uint8Array(who.length + message.length);
  said.set(who);
  said.set(message, who.length);
  for (const other of peers) if (other !== peer) void other.send(said);
}

const encoder = new TextEncoder();

const PORT = 9000;
/** The options of its own, each declared once: type, help and default. */
export const OPTIONS: cli.Declared<{ chat: boolean }> = {
  chat: cli.flag("Bring what one peer says to all others, and not back"),
};

/** How {@linkcode serveDatagramEcho} serves. */
export interface DatagramEchoOptions extends cli.DatagramServerOptions, cli.Given<typeof OPTIONS> {
  /** Hears what each peer sent. */
  onMessage?: (peer: number, message: Uint8Array<ArrayBuffer>, address: Deno.NetAddr) => void;
}

/** The program. */
export const program: cli.Program = cli.datagramServerProgram({
  name: "datagrams",
  summary: "sends each datagram back, and numbers who is there",
  defaultPort: PORT,
  options: OPTIONS,
  tryIt: () => "printf hello | nc -u -w1 127.0.0.1 9000",
  start: ({ settings, report }) =>
    serveDatagramEcho({
      ...settings,
      onMessage(id, message, address) {
        const text = cli.textOf(exactLine(message));
        void report.data(
          {
            event: "message",
            id,
            address: cli.addressRecord(address),
            bytes: message.length,
            message: text,
          },
          `#${id} ${formatAddress(address)} sent ${counted(message.length, "byte")}` +
            (message.length === 0 ? "" : `: ${escapeControls(text)}`),
        );
      },
    }),
});

if (import.meta.main) Deno.exit(await program.main(Deno.args));
