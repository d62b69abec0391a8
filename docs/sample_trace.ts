// Makes the trace that the README shows, with the kernel itself: in memory, and at a moment that does not change.

import { lines } from "../codec/lines.ts";
import { Connection } from "../net/connection.ts";
import { formatTrace } from "../net/trace.ts";
import { MemoryTransport } from "../testing/memory_transport.ts";
import { FakeClock } from "../testing/fake_clock.ts";

/** The same time of day in every time zone. */
class NineFifteen extends FakeClock {
  override date(): Date {
    return new Date(2026, 0, 2, 9, 15, 2, 120 + this.now());
  }
}

/** Returns the trace of a connection whose peer cuts its lines where TCP may cut them. */
export async function sampleTrace(): Promise<string> {
  let text = "";
  const clock = new NineFifteen();
  const peer = new MemoryTransport();
  const trace = (event: Parameters<typeof formatTrace>[0]) => text += formatTrace(event);
  const connection = new Connection(peer, lines(), { id: 7, clock, trace });
  const echoing = (async () => {
    for await (const line of connection) await connection.send(line.toUpperCase());
  })();
  for (const piece of ["hel", "lo\nis any", "body?\n"]) {
    peer.deliver(piece);
    await clock.advance(1);
  }
  const shown = text;
  peer.finish();
  await echoing;
  await connection.close();
  return shown;
}
