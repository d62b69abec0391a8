// The load of a push: of SUBSCRIBERS WebSockets one sends MESSAGES texts of BYTES bytes at once, and the next ones when
// everybody has had them, for MS milliseconds after a warm-up. Prints broadcasts a second, and which part of the time the load
// was at work itself.
// Arguments: PORT SUBSCRIBERS MESSAGES BYTES MS
import { prepared } from "./prepared.ts";
import { Subscribers } from "./subscribers.ts";

const [port = 0, count = 1000, messages = 1, bytes = 64, ms = 1000] = Deno.args.map(Number);
const batch = prepared({ messages, bytes });
const subscribers = await Subscribers.open({ port, count });

/** Returns broadcasts a second. */
function publish(forMs: number): number {
  let spentMs = 0;
  let sent = 0;
  for (; spentMs < forMs; sent += messages) spentMs += subscribers.broadcast(batch);
  return sent / spentMs * 1000;
}

/** The code of a server is compiled meanwhile. */
publish(Math.max(1_000, ms / 3));
const [start, waitedMs] = [performance.now(), subscribers.waitedMs];
const perSecond = publish(ms);
const waited = (subscribers.waitedMs - waitedMs) / (performance.now() - start);
console.log(JSON.stringify({ value: perSecond, busy: 1 - waited }));
