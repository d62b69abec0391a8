/**
 * Servers and clients over sockets: the wire formats, and the connection kernel under them.
 *
 * @module
 */
export * from "./codec/mod.ts";
export * from "./net/mod.ts";
