import { assertEquals } from "@std/assert";
import { boundHost, datagramAddresses, preferredAddresses } from "../../cli/datagram_addresses.ts";

Deno.test("preferredAddresses() takes IPv4 first of localhost, and the system's order of other names", () => {
  const addresses = ["::1", "127.0.0.1", "127.0.1.1"];
  for (const name of ["localhost", "LocalHost", "localhost."]) {
    assertEquals(preferredAddresses(name, addresses), ["127.0.0.1", "127.0.1.1", "::1"]);
  }
  assertEquals(preferredAddresses("localhost", ["::1"]), ["::1"]);
  assertEquals(preferredAddresses("localhost.example", addresses), addresses);
});

Deno.test("datagramAddresses() looks nothing up when it gets an address", async () => {
  assertEquals(await datagramAddresses("::1"), ["::1"]);
});

Deno.test("boundHost() is where datagrams to the same name go first", () => {
  const names = ["localhost", "LOCALHOST.", "::1", "0.0.0.0", "example.org"];
  const bound = ["127.0.0.1", "127.0.0.1", "::1", "0.0.0.0", "example.org"];
  assertEquals(names.map(boundHost), bound);
});
