import { assert, assertEquals } from "@std/assert";
import { parcel } from "../../../codec/parcel/parcel.ts";
import { Connection } from "../../../mod.ts";
import type { Address } from "../../../net/address.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { memoryPair } from "../../../testing/memory_transport.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";
import { TokenTries, type WrongTokens } from "../../../transfer/parcel/token_tries.ts";
import { welcomeSender } from "../../../transfer/parcel/welcome_sender.ts";

const ATTACKER = from("192.0.2.1");
const OTHER = from("192.0.2.2");

function from(hostname: string, port = 5000): Address {
  return { transport: "tcp", hostname, port };
}

function make(options: { maxAddresses?: number } = {}) {
  const clock = new FakeClock();
  const told: WrongTokens[] = [];
  const tries = new TokenTries({
    clock,
    onWrongTokens: (said) => void told.push(said),
    ...options,
  });
  return { clock, told, tries };
}

/** Gives wrong tokens. */
function guess(tries: TokenTries, count: number, address: Address = ATTACKER): void {
  for (let time = 0; time < count; time++) tries.wrong(address);
}

/** Says when each of several that try at once may. */
async function admitted(
  { tries, clock }: { tries: TokenTries; clock: FakeClock },
  { count, ms, address = ATTACKER }: { count: number; ms: number; address?: Address },
): Promise<number[]> {
  const times: number[] = [];
  for (let time = 0; time < count; time++) {
    void tries.admit(address).then((may) => may && times.push(clock.now()));
  }
  await clock.advance(ms);
  return times;
}

Deno.test("TokenTries admits at once until an address has given 20 wrong tokens", async () => {
  const { clock, told, tries } = make();
  guess(tries, 19);
  assert(!tries.isHeldBack(ATTACKER));
  assertEquals(await admitted({ tries, clock }, { count: 500, ms: 0 }), Array(500).fill(0));
  guess(tries, 1);
  assert(tries.isHeldBack(ATTACKER));
  assertEquals(told, [{ address: ATTACKER, count: 20, ms: 0 }]);
  tries[Symbol.dispose]();
});

Deno.test("TokenTries admits 20 a second when an address is held back, and turns away who is the 101st", async () => {
  const { clock, tries } = make();
  guess(tries, 20);
  const times = await admitted({ tries, clock }, { count: 150, ms: 10_000 });
  assertEquals(times.length, 100);
  assertEquals(times, Array.from({ length: 100 }, (_, index) => (index + 1) * 50));
  // Whoever comes alone then waits a moment and no more.
  assertEquals(await admitted({ tries, clock }, { count: 1, ms: 50 }), [10_000]);
  assertEquals(clock.pending, 0);
});

Deno.test("TokenTries admits other addresses at once when one is held back", async () => {
  const { clock, tries } = make();
  guess(tries, 5_000);
  assert(!tries.isHeldBack(OTHER));
  assertEquals(await admitted({ tries, clock }, { count: 1, ms: 0, address: OTHER }), [0]);
  tries[Symbol.dispose]();
});

Deno.test("TokenTries counts the addresses of one /64 together", () => {
  const { tries } = make();
  for (let host = 1; host <= 20; host++) tries.wrong(from(`2001:db8::${host.toString(16)}`));
  assert(tries.isHeldBack(from("2001:db8::ffff:1")));
  assert(!tries.isHeldBack(from("2001:db8:0:1::1")));
  tries[Symbol.dispose]();
});

Deno.test("TokenTries tells once a minute how many came", async () => {
  const { clock, told, tries } = make();
  guess(tries, 20);
  guess(tries, 3);
  await clock.advance(30_000);
  guess(tries, 4, from("192.0.2.1", 6000));
  await clock.advance(29_999);
  assertEquals(told.length, 1);
  await clock.advance(1);
  assertEquals(told.slice(1), [{ address: from("192.0.2.1", 6000), count: 7, ms: 60_000 }]);
  await clock.advance(120_000);
  assertEquals([told.length, clock.pending], [2, 0]);
  guess(tries, 1);
  await clock.advance(60_000);
  assertEquals(told.slice(2), [{ address: ATTACKER, count: 1, ms: 60_000 }]);
});

Deno.test("TokenTries forgets an address when it was not wrong for ten minutes", async () => {
  const { clock, tries } = make();
  guess(tries, 20);
  await clock.advance(9 * 60_000);
  guess(tries, 1, OTHER);
  await clock.advance(59_999);
  assert(tries.isHeldBack(ATTACKER));
  await clock.advance(1);
  assert(!tries.isHeldBack(ATTACKER));
  assertEquals(tries.size, 1);
});

Deno.test("TokenTries forgets the address that was wrong longest ago when there are too many", () => {
  const { told, tries } = make({ maxAddresses: 3 });
  guess(tries, 20, from("192.0.2.1"));
  guess(tries, 2, from("192.0.2.1"));
  for (const hostname of ["192.0.2.2", "192.0.2.3"]) tries.wrong(from(hostname));
  tries.wrong(from("192.0.2.1"));
  tries.wrong(from("192.0.2.4"));
  assertEquals(tries.size, 3);
  assert(tries.isHeldBack(from("192.0.2.1")));
  for (const hostname of ["192.0.2.5", "192.0.2.6", "192.0.2.7"]) tries.wrong(from(hostname));
  assert(!tries.isHeldBack(from("192.0.2.1")));
  assertEquals([tries.size, told.length], [3, 2]);
});

Deno.test("TokenTries tells what was not told when it is disposed, and waits for nothing", () => {
  const { clock, told, tries } = make();
  guess(tries, 25);
  guess(tries, 2, OTHER);
  tries[Symbol.dispose]();
  assertEquals(told.map(({ count }) => count), [20, 5]);
  assertEquals([tries.size, clock.pending], [0, 0]);
});

Deno.test("TokenTries rejects when the signal is aborted before the turn", async () => {
  const { clock, tries } = make();
  guess(tries, 20);
  const stop = new AbortController();
  const waiting = rejectionOf(tries.admit(ATTACKER, stop.signal));
  await turns();
  stop.abort(new Error("stopping"));
  assertEquals(await waiting, stop.signal.reason);
  assertEquals(clock.pending, 0);
});

Deno.test("welcomeSender() says nothing before its turn, and hangs up where too many wait", async () => {
  const { clock, tries } = make();
  const [ours] = memoryPair();
  const connection = new Connection(ours, parcel(), { clock });
  guess(tries, 20, connection.remoteAddr);
  const settings = { token: "open sesame", tokenTries: tries };
  const welcoming = rejectionOf(welcomeSender(connection, settings));
  await clock.advance(49);
  assertEquals(connection.bytesSent + connection.queuedBytes, 0);
  await clock.advance(1);
  assert(connection.bytesSent + connection.queuedBytes > 0);
  const waiting = Array.from({ length: 100 }, () => tries.admit(connection.remoteAddr));
  assertEquals(await welcomeSender(connection, settings), false);
  await clock.advance(5_000);
  await Promise.all(waiting);
  connection.abort();
  await welcoming;
});

Deno.test("welcomeSender() holds nobody back when no token is wanted", async () => {
  const { clock, tries } = make();
  const [ours] = memoryPair();
  const connection = new Connection(ours, parcel(), { clock });
  guess(tries, 20, connection.remoteAddr);
  const welcoming = rejectionOf(welcomeSender(connection, { tokenTries: tries }));
  await turns();
  assert(connection.bytesSent + connection.queuedBytes > 0);
  connection.abort();
  await welcoming;
});
