// The load of channels, one on each of several servers: in each one speaks, HEARERS others come into it at once and hear that.
// Of what is said each message has BYTES bytes, as many are sent at once as each of FLIGHTS says, and the next ones when
// everybody has had them, for MS milliseconds after a warm-up. The servers have their turns in short slices, so that what else
// the machine does falls on all of them. Prints for each server how long it took until everybody had heard who came, and for
// each flight the deliveries a second, with the time of a processor that the server had meanwhile and the part of the time that
// the load was at work itself.
// Arguments: HEARERS BYTES MS FLIGHTS PORTS PIDS, the last three with commas
import { FlightRun } from "./flight_run.ts";
import { Members } from "./members.ts";
import { processorMs } from "./processor_time.ts";
import type { ChannelMeasured, FlightMeasured } from "./runs.ts";

const [hearers = 1000, bytes = 64, ms = 1000] = Deno.args.slice(0, 3).map(Number);
const [flights = [], ports = [], pids = []] = Deno.args.slice(3).map((list) =>
  list.split(",").map(Number)
);
/** The code of a server is compiled meanwhile. */
const WARM_UP_MS = Math.max(1_000, ms / 3);
const SLICE_MS = 200;

const servers = ports.map((port, at) => {
  const pid = pids[at]!;
  const members = Members.register({ port, hearers });
  const before = processorMs(pid);
  const joinMs = members.join();
  return { pid, members, joinMs, joinProcessorMs: processorMs(pid) - before };
});
const measured = flights.map(measure);
console.log(JSON.stringify(servers.map(({ joinMs, joinProcessorMs }, at): ChannelMeasured => {
  return { joinMs, joinProcessorMs, flights: measured.map((each) => each[at]!) };
})));

/** Measures all servers with so many messages in flight. */
function measure(inFlight: number): FlightMeasured[] {
  const runs = servers.map((server) => new FlightRun(server, { messages: inFlight, bytes }));
  for (const run of runs) run.say(WARM_UP_MS);
  for (const run of runs) run.reset();
  for (let spentMs = 0; spentMs < ms; spentMs += SLICE_MS) {
    for (const run of runs) run.say(SLICE_MS);
  }
  return runs.map((run) => run.measured());
}
