import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConnectAttemptsError, happyEyeballs, interleaved } from "../../net/happy_eyeballs.ts";
import { explain, formatExplanation } from "../../net/explain.ts";
import { failureCodeOf } from "../../net/failure_code.ts";
import { lookUp } from "../../net/look_up.ts";
import { FakeClock, rejectionOf, stateOf, turns } from "../../testing/mod.ts";

class Opened {
  closed = false;
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }

  close(): void {
    this.closed = true;
  }
}

/** Hosts that answer when the test says so. */
class Network {
  readonly clock = new FakeClock();
  readonly begun: { address: string; at: number; signal: AbortSignal }[] = [];
  readonly #settle = new Map<string, (outcome: Opened | Error) => void>();

  open = (address: string, signal: AbortSignal): Promise<Opened> => {
    this.begun.push({ address, at: this.clock.now(), signal });
    return new Promise((resolve, reject) => {
      this.#settle.set(address, (outcome) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
    });
  };

  async answer(address: string, outcome: Opened | Error = new Opened(address)): Promise<void> {
    this.#settle.get(address)?.(outcome);
    await turns();
  }

  get times(): [string, number][] {
    return this.begun.map(({ address, at }) => [address, at]);
  }
}

for (
  const [what, addresses, expected] of [
    ["nothing", [], []],
    ["one", ["10.0.0.1"], ["10.0.0.1"]],
    ["v6 first", ["::1", "::2", "10.0.0.1", "10.0.0.2"], ["::1", "10.0.0.1", "::2", "10.0.0.2"]],
    ["v4 first", ["10.0.0.1", "10.0.0.2", "::1"], ["10.0.0.1", "::1", "10.0.0.2"]],
    ["more v6", ["::1", "::2", "::3", "10.0.0.1"], ["::1", "10.0.0.1", "::2", "::3"]],
    ["one twice", ["::1", "::1", "10.0.0.1"], ["::1", "10.0.0.1"]],
  ] as const
) {
  Deno.test(`interleaved() lets the families take turns when it gets ${what}`, () => {
    assertEquals(interleaved(addresses), [...expected]);
  });
}

Deno.test("happyEyeballs() tries the next address every 250 ms when nobody answers", async () => {
  const net = new Network();
  const { clock } = net;
  const racing = happyEyeballs({
    addresses: ["::1", "::2", "10.0.0.1"],
    open: net.open,
    clock,
  });
  await clock.advance(249);
  assertEquals(net.times.length, 1);
  await clock.advance(1);
  assertEquals(net.times.length, 2);
  await clock.advance(10_000);
  assertEquals(net.times, [["::1", 0], ["10.0.0.1", 250], ["::2", 500]]);
  await net.answer("::2");
  assertEquals((await racing).address, "::2");
  assertEquals(clock.pending, 0);
});

Deno.test("happyEyeballs() tries the next address at once when one fails", async () => {
  const net = new Network();
  const { clock } = net;
  const racing = happyEyeballs({
    addresses: ["::1", "10.0.0.1", "10.0.0.2"],
    open: net.open,
    clock,
  });
  await clock.advance(100);
  await net.answer("::1", new Error("refused"));
  assertEquals(net.times, [["::1", 0], ["10.0.0.1", 100]]);
  // The time of the next attempt counts from the last one that was begun.
  await clock.advance(249);
  assertEquals(net.times.length, 2);
  await clock.advance(1);
  assertEquals(net.times[2], ["10.0.0.2", 350]);
  await net.answer("10.0.0.1");
  assertEquals((await racing).address, "10.0.0.1");
});

Deno.test("happyEyeballs() aborts the others, and closes one that stands late, when one wins", async () => {
  const net = new Network();
  const { clock } = net;
  const racing = happyEyeballs({ addresses: ["::1", "10.0.0.1"], open: net.open, clock });
  await clock.advance(250);
  await net.answer("10.0.0.1");
  assertEquals((await racing).address, "10.0.0.1");
  assert(net.begun[0]!.signal.aborted);
  const late = new Opened("::1");
  await net.answer("::1", late);
  assert(late.closed);
  assert(!(await racing).closed);
});

Deno.test("happyEyeballs() gathers all errors when every address fails", async () => {
  const net = new Network();
  const { clock } = net;
  const racing = rejectionOf(
    happyEyeballs({ addresses: ["::1", "10.0.0.1"], open: net.open, clock }),
  );
  await turns();
  const unreachable = new Error("Network is unreachable (os error 101)");
  const refused = new Deno.errors.ConnectionRefused("Connection refused (os error 111)");
  await net.answer("::1", unreachable);
  await net.answer("10.0.0.1", refused);
  const error = await racing;
  assertInstanceOf(error, ConnectAttemptsError);
  assertEquals(error.attempts, [
    { address: "::1", error: unreachable },
    { address: "10.0.0.1", error: refused },
  ]);
  assertEquals(error.errors, [unreachable, refused]);
  assertEquals(error.cause, refused);
  assertEquals(
    error.message,
    "Cannot connect: no address answers (::1: Network is unreachable; 10.0.0.1: Connection refused)",
  );
  assertEquals(clock.pending, 0);
});

Deno.test("happyEyeballs() waits for an attempt that is under way when the last one fails", async () => {
  const net = new Network();
  const { clock } = net;
  const racing = happyEyeballs({ addresses: ["::1", "10.0.0.1"], open: net.open, clock });
  await clock.advance(250);
  await net.answer("10.0.0.1", new Error("refused"));
  assertEquals(await stateOf(racing), "pending");
  await net.answer("::1");
  assertEquals((await racing).address, "::1");
});

Deno.test("happyEyeballs() throws the error itself when there is one address", async () => {
  const refused = new Error("refused");
  const open = () => Promise.reject(refused);
  assertEquals(await rejectionOf(happyEyeballs({ addresses: ["::1"], open })), refused);
  await assertRejects(() => happyEyeballs({ addresses: [], open }), TypeError);
});

Deno.test("happyEyeballs() ends all attempts when its signal is aborted", async () => {
  const net = new Network();
  const { clock } = net;
  const controller = new AbortController();
  const options = { addresses: ["::1", "10.0.0.1"], open: net.open, clock };
  const racing = rejectionOf(happyEyeballs({ ...options, signal: controller.signal }));
  await clock.advance(250);
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await racing, reason);
  assertEquals(net.begun.map(({ signal }) => signal.aborted), [true, true]);
  assertEquals(clock.pending, 0);
  assertEquals(await rejectionOf(happyEyeballs({ ...options, signal: controller.signal })), reason);
  assertEquals(net.begun.length, 2);
});

Deno.test("happyEyeballs() connects over IPv4 when nobody listens on IPv6", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  using conn = await happyEyeballs({
    addresses: ["::1", "127.0.0.1"],
    open: (hostname, signal) => Deno.connect({ hostname, port, signal }),
  });
  using _peer = await listener.accept();
  assertEquals(conn.remoteAddr.hostname, "127.0.0.1");
});

Deno.test("lookUp() asks the system when it gets a name, and nobody when it gets an address", async () => {
  assert((await lookUp("localhost")).every((address) => ["127.0.0.1", "::1"].includes(address)));
  assertEquals(await lookUp("192.0.2.7"), ["192.0.2.7"]);
  assertEquals(await lookUp("2001:db8::1"), ["2001:db8::1"]);
  const error = await rejectionOf(lookUp("no-such-host.invalid"));
  assert(error instanceof Error && /ENOTFOUND|EAI_AGAIN|ENODATA/.test(error.message));
});

Deno.test("explain() says each reason once when several addresses failed", async () => {
  const refused = new Deno.errors.ConnectionRefused("Connection refused (os error 111)");
  const unreachable = new Error("Network is unreachable (os error 101)");
  const of = async (...attempts: [string, Error][]) => {
    const error = new ConnectAttemptsError(
      attempts.map(([address, error]) => ({ address, error })),
    );
    const address = { transport: "tcp", hostname: "example.org", port: 80 } as const;
    const { advice, ...said } = await explain(error, { tried: "connect", address });
    return [formatExplanation({ ...said, advice: advice.slice(0, 1) }), failureCodeOf(error)];
  };
  assertEquals(await of(["::1", refused], ["127.0.0.1", refused]), [
    "Cannot connect to example.org:80: nobody listens there; start the server",
    "connection-refused",
  ]);
  assertEquals(await of(["::1", unreachable], ["10.0.0.1", refused], ["10.0.0.2", refused]), [
    "Cannot connect to example.org:80: the network cannot be reached (::1), " +
    "nobody listens there (10.0.0.1, 10.0.0.2); start the server",
    "connection-refused",
  ]);
});
