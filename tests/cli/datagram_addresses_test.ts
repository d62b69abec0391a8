import { assertEquals } from "@std/assert";
import { datagramAddresses, preferredAddresses } from "../../cli/datagram_addresses.ts";

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
