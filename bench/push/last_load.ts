// The load of one push to many: waits until SUBSCRIBERS WebSockets have a text of BYTES bytes, PUSHES times, each time after a
// pause. Prints the median of the milliseconds until the last of them has it, and which part of that time the load was at work
// itself.
// Arguments: PORT SUBSCRIBERS BYTES PUSHES
import { median } from "../figures.ts";
import { prepared } from "./prepared.ts";
import { Subscribers } from "./subscribers.ts";

/** The code of a server is compiled with the first ones. */
const WARM_UP = 10;
const PAUSE_MS = 20;

const [port = 0, count = 10_000, bytes = 64, pushes = 15] = Deno.args.map(Number);
const message = prepared({ messages: 1, bytes });
const subscribers = await Subscribers.open({ port, count });

/** Returns the milliseconds that each took. */
async function push(times: number): Promise<number[]> {
  const spentMs: number[] = [];
  while (spentMs.length < times) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    spentMs.push(subscribers.broadcast(message));
  }
  return spentMs;
}

await push(WARM_UP);
const waitedMs = subscribers.waitedMs;
const spentMs = await push(pushes);
const spent = spentMs.reduce((sum, ms) => sum + ms, 0);
const busy = 1 - (subscribers.waitedMs - waitedMs) / spent;
console.log(JSON.stringify({ value: median(spentMs), busy }));
