// This module is browser compatible.

/**
 * Telnet (RFC 854): options are negotiated by the session itself, so a program sees only what the peer says.
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { telnet } from "@parley/sockets/telnet";
 * import { assert } from "@std/assert";
 * const codec = telnet(lines(), { remote: [31] });
 * assert(codec.encode("hi").join() === "104,105,10");
 * ```
 *
 * @module
 */
export { isTelnetRequest, telnet } from "./telnet.ts";
export type { TelnetOptions, TelnetRequest } from "./negotiation.ts";
