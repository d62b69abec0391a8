/**
 * Sockets for a protocol of your own: a codec says what the bytes mean, the kernel does the rest.
 *
 * This door has what most programs need. All of the codec floor is in `@parley/sockets/codec`, all of the kernel in
 * `@parley/sockets/net`, and each protocol has a door of its own, such as `@parley/sockets/telnet`.
 *
 * @example A server and its client
 * ```ts
 * import { connect, lines, serve } from "@parley/sockets";
 * import { assert } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec: lines() }, async (connection) => {
 *   for await (const line of connection) await connection.send(line.toUpperCase());
 * });
 *
 * await using connection = await connect({ port: server.addr.port, codec: lines() });
 * await connection.send("is anybody there?");
 * assert(await connection.receive() === "IS ANYBODY THERE?");
 * ```
 *
 * @module
 */

// What a codec is made of.
export { BodyDecoder } from "./codec/body_decoder.ts";
export { BufferedDecoder } from "./codec/buffered_decoder.ts";
export { ByteReader } from "./codec/bytes/byte_reader.ts";
export { ByteWriter } from "./codec/bytes/byte_writer.ts";
export { ReceiveBuffer } from "./codec/bytes/receive_buffer.ts";
export { type Codec, type Decoder, defineCodec, type Session } from "./codec/codec.ts";
export { LimitError, ProtocolError } from "./codec/errors.ts";

// The framings, and what goes around them.
export { bytes } from "./codec/raw_bytes.ts";
export { checksummed } from "./codec/checksummed.ts";
export { delimited } from "./codec/delimited.ts";
export { fixed } from "./codec/fixed.ts";
export { joined } from "./codec/joined.ts";
export { json, jsonLines } from "./codec/json.ts";
export { lengthPrefixed } from "./codec/length_prefixed.ts";
export { lines } from "./codec/lines.ts";
export { mapped } from "./codec/mapped.ts";
export { netstring } from "./codec/netstring.ts";
export { decodeStream, encodeStream } from "./codec/streams.ts";
export { utf8 } from "./codec/utf8.ts";
export { varintPrefixed } from "./codec/varint_prefixed.ts";

// The kernel.
export { formatAddress } from "./net/address.ts";
export { AddressList } from "./net/address_list.ts";
export { Calls } from "./net/calls.ts";
export { connect, type ConnectOptions } from "./net/connect.ts";
export { Connection } from "./net/connection.ts";
export type { ConnectionOptions } from "./net/connection_options.ts";
export { ClosedError, DeadlineError } from "./net/errors.ts";
export { explain } from "./net/explain.ts";
export { reconnect } from "./net/reconnect.ts";
export { type Handler, serve, type ServeOptions, Server } from "./net/serve.ts";
export { SharedBytes } from "./net/shared_bytes.ts";
export { shutdownOnSignals } from "./net/signals.ts";
export { socketTransport } from "./net/socket_transport.ts";
export { streamTransport } from "./net/stream_transport.ts";
export { formatTrace } from "./net/trace.ts";
export type { Listener, Transport } from "./net/transport.ts";

// For what comes from a peer and goes to a terminal or a log.
export { escapeControls } from "./codec/escape_controls.ts";
