import { type Codec, Connection, type ConnectionOptions, lines } from "../../mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";

/** A connection whose peer, system and clock are the test's. */
export interface Opened<In, Out> {
  connection: Connection<In, Out>;
  transport: MemoryTransport;
  clock: FakeClock;
}

/** Opens a connection that speaks lines. */
export function openLines(options: ConnectionOptions = {}): Opened<string, string> {
  return open(lines(), options);
}

/** Opens a connection. */
export function open<In, Out>(
  codec: Codec<In, Out>,
  options: ConnectionOptions = {},
): Opened<In, Out> {
  const transport = new MemoryTransport();
  const clock = new FakeClock();
  const connection = new Connection(transport, codec, { clock, ...options });
  return { connection, transport, clock };
}
