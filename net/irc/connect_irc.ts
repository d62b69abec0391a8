import { onAbort } from "../abort_listener.ts";
import { IrcClient } from "./irc_client.ts";
import { openLink } from "./irc_link.ts";
import { IrcTalk } from "./irc_talk.ts";
import { type ConnectIrcOptions, settledOptions } from "./options.ts";
import { IrcRooms } from "./rooms.ts";

/**
 * Connects to an IRC server, logs in where an account is given, and returns the client once the server has welcomed it and has
 * said what it supports (RFC 2812, 3.1; IRCv3 capability negotiation, SASL). It refuses options that nobody looks at, and a
 * server that turns it down; a password for SASL is only sent to a server that has agreed to take it.
 *
 * @throws {ProtocolError} The server turns us down: see {@linkcode IrcErrorCode}; or a name, the password or the login cannot be
 * sent.
 * @throws {LimitError} A name or the password is too long for a line of 512 bytes.
 * @throws {DeadlineError} There was no connection within `connectMs`, or no welcome within `registerMs`.
 * @throws {ClosedError} The server ended the connection before a welcome.
 * @throws {TypeError} A nickname or another name is none, or an option has a name that nobody looks at.
 * @throws {RangeError} A limit, a deadline or the pace is none.
 * @throws What `open` throws.
 *
 * @example
 * ```ts
 * import { irc, type IrcMessage } from "@parley/sockets/codec/irc";
 * import { Connection } from "@parley/sockets";
 * import { connectIrc } from "@parley/sockets/irc";
 * import { memoryPair } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * // A server of a few lines; against a real one, open is `(signal) => connectTcp({ hostname, port: 6667, signal })`.
 * const [ours, theirs] = memoryPair();
 * const server = new Connection(theirs, irc());
 * void (async () => {
 *   for await (const { command, params } of server) {
 *     if (command === "CAP") void server.send({ command: "421", params: ["*", "CAP", "Unknown"] });
 *     if (command === "USER") {
 *       void server.send({ command: "001", params: ["ann", "Welcome"] });
 *       void server.send({ command: "422", params: ["ann", "No message of the day"] });
 *     }
 *     if (command === "JOIN") void server.send({ source: "ann!a@home", command, params });
 *     if (command === "QUIT") await server.close();
 *   }
 * })();
 *
 * await using client = await connectIrc({ open: () => Promise.resolve(ours), nick: "ann" });
 * await client.join("#news");
 * for await (const message of client) if (message.command === "JOIN") break;
 * assert(client.channels.has("#news"));
 * await client.say("#news", "good day to all");
 * ```
 */
export async function connectIrc(options: ConnectIrcOptions): Promise<IrcClient> {
  const settings = settledOptions(options);
  const { signal } = options;
  signal?.throwIfAborted();
  const { maxChannels } = settings.limits;
  const rooms = new IrcRooms({ maxChannels });
  const over = new AbortController();
  const endListening = onAbort(signal, () => over.abort(signal?.reason));
  try {
    const link = await openLink(settings, { rooms, signal: over.signal });
    over.signal.addEventListener("abort", endListening, { once: true });
    return new IrcClient(new IrcTalk(link, { settings, rooms, over }), rooms);
  } catch (error) {
    endListening();
    throw error;
  }
}
