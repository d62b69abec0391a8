/**
 * An IRC client on the kernel (RFC 1459, RFC 2812, IRCv3): registration, logins, flood control, lost connections. The codec is
 * here too, for who brings a client or a server of their own.
 *
 * @example
 * ```ts
 * import { connectIrc } from "@parley/sockets/irc";
 * import { connectTcp } from "@parley/sockets/net";
 *
 * async function tellTime(hostname: string, signal: AbortSignal): Promise<void> {
 *   await using client = await connectIrc({
 *     open: (signal) => connectTcp({ hostname, port: 6667, signal }),
 *     nick: "clock",
 *     signal,
 *   });
 *   await client.join("#news");
 *   for await (const { command, params: [target = "", text] } of client) {
 *     if (command === "PRIVMSG" && text === "!time") await client.say(target, String(new Date()));
 *   }
 * }
 * ```
 *
 * @module
 */
export * from "../../codec/irc/mod.ts";
export type { IrcCapabilities } from "./capabilities.ts";
export { connectIrc } from "./connect_irc.ts";
export { IrcClient, type IrcJoinOptions, type IrcSendOptions } from "./irc_client.ts";
export {
  type ConnectIrcOptions,
  DEFAULT_IRC_CLIENT_DEADLINES,
  DEFAULT_IRC_CLIENT_LIMITS,
  type IrcClientDeadlines,
  type IrcClientEvent,
  type IrcClientLimits,
  type IrcReconnect,
} from "./options.ts";
export type { IrcPace } from "./pace.ts";
export type { IrcErrorCode } from "./refusal.ts";
