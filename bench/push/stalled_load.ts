// The load of a push to SUBSCRIBERS WebSockets, of which one reads nothing when it is "stalled": one of the others sends
// MESSAGES texts of BYTES bytes, IN_FLIGHT at once, and the next ones when all others have had them. Prints the most memory that
// the server held meanwhile in MiB, and in milliseconds the mean of the times until all others had what was sent at once, and
// what all but the slowest 1% of these times were below.
// Arguments: PORT PID SUBSCRIBERS MESSAGES BYTES IN_FLIGHT stalled|reading
import { prepared } from "./prepared.ts";
import { StalledReader, Subscribers } from "./subscribers.ts";

const [port = 0, pid = 0, count = 1000, messages = 1, bytes = 1024, inFlight = 1] = Deno.args
  .slice(0, 6).map(Number);
const isStalled = Deno.args[6] === "stalled";
const batch = prepared({ messages: inFlight, bytes });
/** The code of a server is compiled meanwhile, and its memory grows to what it works with. */
const WARM_UP = 50;

// Before there is a history that it would be sent.
const stalled = isStalled ? new StalledReader(port) : undefined;
const subscribers = await Subscribers.open({ port, count: isStalled ? count - 1 : count });
for (let turn = 0; turn < WARM_UP; turn++) subscribers.broadcast(batch);

const spentMs: number[] = [];
let mostMiB = 0;
for (let sent = 0; sent < messages; sent += inFlight) {
  spentMs.push(subscribers.broadcast(batch));
  mostMiB = Math.max(mostMiB, residentMiB());
}
const all = (WARM_UP + spentMs.length) * batch.answer.length;
if (stalled && stalled.readBytes(all) >= all) throw new Error("The stalled one lost nothing");
const sorted = spentMs.toSorted((a, b) => a - b);
console.log(JSON.stringify({
  mostMiB,
  meanMs: spentMs.reduce((sum, ms) => sum + ms, 0) / spentMs.length,
  slowMs: sorted[Math.floor(sorted.length * 0.99)],
}));

function residentMiB(): number {
  const [, kiB] = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kiB) / 1024;
}
