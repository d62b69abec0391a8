/**
 * What tests of a protocol or of a handler need: connections and listeners in memory, a clock that a test moves, and the
 * suite that every codec of this package passes. Nothing here opens a socket or waits for real time.
 *
 * @example A handler without a network
 * ```ts
 * import { Connection, lines } from "@parley/sockets";
 * import { memoryPair } from "@parley/sockets/testing";
 * import { assert } from "@std/assert";
 *
 * const [ours, theirs] = memoryPair();
 * await using server = new Connection(ours, lines());
 * using client = new Connection(theirs, lines());
 * void client.send("hello");
 * await server.send(`You said ${await server.receive()}`);
 * assert(await client.receive() === "You said hello");
 * ```
 *
 * @module
 */
export {
  type BrokenCodecSample,
  type CodecContract,
  type CodecSample,
  testCodec,
  type TestCodecOptions,
} from "./codec_contract.ts";
export { FakeClock } from "./fake_clock.ts";
export { MemoryListener } from "./memory_listener.ts";
export { memoryPair, MemoryTransport, type MemoryTransportOptions } from "./memory_transport.ts";
export { rejectionOf, stateOf, turns } from "./turns.ts";
