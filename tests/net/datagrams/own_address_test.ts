import { assertEquals } from "@std/assert";
import { OwnAddress } from "../../../net/datagrams/own_address.ts";
import { peer } from "./fake_socket.ts";

/** An address that is bound, and a system that says this of binding to others. */
function own(hostname: string, said: () => Error | undefined = () => undefined) {
  const tried: string[] = [];
  const address = new OwnAddress(peer(9000, hostname), {
    maxLooksPerSecond: 2,
    now: 0,
    bind({ hostname, port }) {
      assertEquals(port, 9000);
      tried.push(hostname);
      const error = said();
      if (error) throw error;
      return { close() {} };
    },
  });
  return { address, tried };
}

const elsewhere = () => new Deno.errors.AddrNotAvailable("Cannot assign requested address");

Deno.test("an address is remembered when the system says whether it is ours", () => {
  const inUse = () => new Deno.errors.AddrInUse("Address already in use");
  const forbidden = () => new Deno.errors.NotCapable("Requires net access");
  for (const said of [elsewhere, forbidden, inUse, () => undefined]) {
    const { address, tried } = own("0.0.0.0", said);
    const isOwn = said === inUse || said() === undefined;
    for (let time = 0; time < 3; time++) assertEquals(address.is(peer(9000), time), isOwn);
    assertEquals([address.is(peer(9001), 0), tried.length], [false, 1]);
  }
});

Deno.test("an address counts as ours for now when the system cannot say, as for want of files", () => {
  let error = new Error("Too many open files");
  const { address, tried } = own("0.0.0.0", () => error);
  assertEquals(address.is(peer(9000), 0), true);
  error = elsewhere();
  assertEquals([address.is(peer(9000), 0), tried.length], [false, 2]);
});

Deno.test("the system is asked so often a second, and not at all of what is known", () => {
  const { address, tried } = own("0.0.0.0", elsewhere);
  const is = (host: string, now = 0) => address.is(peer(9000, host), now);
  assertEquals(["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((host) => is(host)), [
    false,
    false,
    undefined,
  ]);
  assertEquals([is("10.0.0.1"), is("127.1.2.3"), is("10.0.0.3", 1_000)], [false, true, false]);
  assertEquals(tried.length, 3);
});

Deno.test("a socket's own address is known in each way that it is written", () => {
  for (
    const [bound, from] of [
      ["::ffff:192.0.2.2", "192.0.2.2"],
      ["::ffff:127.0.0.1", "127.0.0.1"],
      ["fe80::1%eth0", "fe80::1"],
      ["fe80::1", "fe80::1%eth0"],
    ] as const
  ) {
    const { address, tried } = own(bound);
    assertEquals([address.is(peer(9000, from), 0), tried.length], [true, 0]);
    assertEquals(address.is(peer(9000, "192.0.2.3"), 0), false);
  }
});

Deno.test("a link-local address without its zone counts as ours when every address is bound", () => {
  const { address, tried } = own("::", elsewhere);
  const is = (host: string) => address.is(peer(9000, host), 0);
  assertEquals(["fe80::1", "febf::1"].map(is), [true, true]);
  assertEquals([is("fec0::1"), is("fe80::1%eth0"), tried.length], [false, false, 2]);
});
