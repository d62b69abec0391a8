import { assertEquals } from "@std/assert";
import { ClientLimit } from "../../../push/http/client_limit.ts";

/** Claims a place, and says whether there was one. */
const claims = (limit: ClientLimit, address: string) => limit.claim(address) !== undefined;

Deno.test("ClientLimit lets so many of one address be there, and others as well", () => {
  const limit = new ClientLimit(2);
  const places = ["1.2.3.4", "1.2.3.4", "1.2.3.4", "1.2.3.5"];
  assertEquals(places.map((address) => claims(limit, address)), [true, true, false, true]);
});

Deno.test("ClientLimit lets another one be there when one has left", () => {
  const limit = new ClientLimit(2);
  const [one, two] = [limit.claim("1.2.3.4"), limit.claim("1.2.3.4")];
  one![Symbol.dispose]();
  assertEquals([claims(limit, "1.2.3.4"), claims(limit, "1.2.3.4")], [true, false]);
  two![Symbol.dispose]();
  assertEquals([claims(limit, "1.2.3.4"), claims(limit, "1.2.3.4")], [true, false]);
});

Deno.test("ClientLimit counts IPv6 of one /64 as one, and a mapped address as IPv4", () => {
  const limit = new ClientLimit(1);
  const places = ["2001:db8::1", "2001:DB8:0:0:ffff::1", "2001:db8:0:1::1"];
  assertEquals(places.map((address) => claims(limit, address)), [true, false, true]);
  assertEquals([claims(limit, "1.2.3.4"), claims(limit, "::ffff:1.2.3.4")], [true, false]);
  assertEquals([claims(limit, "fe80::1%eth0"), claims(limit, "fe80::1%eth1")], [true, false]);
});

Deno.test("ClientLimit lets all be there when there is no bound", () => {
  const limit = new ClientLimit(Infinity);
  const places = Array.from({ length: 1000 }, () => claims(limit, "1.2.3.4"));
  assertEquals(places.includes(false), false);
});
