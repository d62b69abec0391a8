/**
 * An IRC server as a library: a network of one server, with its users, channels and modes, for connections that somebody
 * else accepts.
 *
 * @example
 * ```ts
 * import { formatIrcEvent, IrcNetwork } from "@parley/sockets/ircd";
 * import { serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const network = new IrcNetwork({ onEvent: (event) => console.log(formatIrcEvent(event)) });
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { codec, refusal } = network;
 * await using server = serve(listener, { codec, refusal }, (connection) => network.serve(connection));
 * assert(network.counts.users === 0);
 * ```
 *
 * @module
 */
export { DEFAULT_IRC_DEADLINES, type IrcDeadlines } from "./deadlines.ts";
export { formatIrcEvent, type IrcEvent } from "./events.ts";
export { DEFAULT_IRC_LIMITS, type IrcLimits } from "./limits.ts";
export { type IrcCounts, IrcNetwork, type IrcNetworkOptions } from "./network.ts";
export type { IrcConnection } from "./user.ts";
