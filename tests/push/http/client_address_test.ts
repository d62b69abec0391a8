import { assertEquals } from "@std/assert";
import { AddressList } from "../../../net/address_list.ts";
import { clientAddress } from "../../../push/http/client_address.ts";
import { requestOf } from "./request_of.ts";

const addresses = new AddressList(["10.0.0.0/8", "127.0.0.1", "fd00::/8"]);
const trusted = { addresses, overUnix: false };

/** Returns whom a server takes for the client of a connection. */
function clientOf(remote: string, ...forwarded: string[]): string {
  const fields = { "X-Forwarded-For": forwarded };
  return clientAddress({ transport: "tcp", hostname: remote, port: 5 }, {
    request: requestOf({ fields }),
    trusted,
  });
}

Deno.test("clientAddress() is the connection's own when there is no proxy, whatever that says", () => {
  for (const said of [[], ["6.6.6.6"], ["10.0.0.1"], ["127.0.0.1, 10.0.0.1"], [""]]) {
    assertEquals(clientOf("203.0.113.9", ...said), "203.0.113.9");
    assertEquals(clientOf("2001:db8::9", ...said), "2001:db8::9");
  }
});

for (
  const [what, remote, forwarded, client] of [
    ["says nobody", "10.0.0.1", [], "10.0.0.1"],
    ["says one", "10.0.0.1", ["203.0.113.9"], "203.0.113.9"],
    ["is mapped to IPv6", "::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"],
    ["passes on what its client made up", "10.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"],
    [
      "passes on that its client is a proxy",
      "10.0.0.1",
      ["127.0.0.1, 10.9.9.9, 203.0.113.9"],
      "203.0.113.9",
    ],
    ["stands behind another", "10.0.0.1", ["6.6.6.6, 203.0.113.9, 10.0.0.2"], "203.0.113.9"],
    ["stands behind two", "10.0.0.1", ["203.0.113.9, 127.0.0.1,10.0.0.2"], "203.0.113.9"],
    ["stands behind others alone", "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
    ["says it on lines", "10.0.0.1", ["6.6.6.6", "203.0.113.9", "10.0.0.2"], "203.0.113.9"],
    ["leaves blanks", "10.0.0.1", [" 203.0.113.9\t,\t10.0.0.2 "], "203.0.113.9"],
    ["says junk", "10.0.0.1", ["junk"], "10.0.0.1"],
    ["says nothing", "10.0.0.1", [""], "10.0.0.1"],
    ["says junk in front", "10.0.0.1", ["junk, 203.0.113.9"], "203.0.113.9"],
    ["says junk between", "10.0.0.1", ["203.0.113.9, junk, 10.0.0.2"], "10.0.0.2"],
    ["says junk behind", "10.0.0.1", ["203.0.113.9, unknown"], "10.0.0.1"],
    ["leaves one out", "10.0.0.1", ["203.0.113.9,, 10.0.0.2"], "10.0.0.2"],
    ["says a name", "10.0.0.1", ["client.example"], "10.0.0.1"],
    ["says a hidden one", "10.0.0.1", ["_hidden"], "10.0.0.1"],
    ["says what is no number", "10.0.0.1", ["256.1.1.1"], "10.0.0.1"],
    ["says octal", "10.0.0.1", ["010.0.0.1"], "10.0.0.1"],
    ["says a short form", "10.0.0.1", ["127.1"], "10.0.0.1"],
    ["says a number", "10.0.0.1", ["2130706433"], "10.0.0.1"],
    ["says a port", "10.0.0.1", ["203.0.113.9:443"], "203.0.113.9"],
    ["says a port that is none", "10.0.0.1", ["203.0.113.9:x"], "10.0.0.1"],
    ["speaks IPv6", "fd00::1", ["2001:db8::9"], "2001:db8::9"],
    ["says an IPv6 in brackets", "fd00::1", ["[2001:db8::9]"], "2001:db8::9"],
    ["says an IPv6 with a port", "fd00::1", ["[2001:db8::9]:443"], "2001:db8::9"],
    ["says an IPv6 of a proxy with a port", "10.0.0.1", ["6.6.6.6, [fd00::2]:1"], "6.6.6.6"],
    ["says quotes", "10.0.0.1", ['"203.0.113.9"'], "10.0.0.1"],
    ["says markup", "10.0.0.1", ["<b>1.2.3.4</b>"], "10.0.0.1"],
  ] as const
) {
  Deno.test(`clientAddress() believes a proxy that is trusted as far as it can, when that ${what}`, () => {
    assertEquals(clientOf(remote, ...forwarded), client);
  });
}

Deno.test("clientAddress() believes who calls over a Unix socket where that is a proxy", () => {
  const request = requestOf({ fields: { "X-Forwarded-For": "6.6.6.6" } });
  const remote = { transport: "unix", path: "/run/push" } as const;
  assertEquals(clientAddress(remote, { request, trusted }), "/run/push");
  const overUnix = { addresses, overUnix: true };
  assertEquals(clientAddress(remote, { request, trusted: overUnix }), "6.6.6.6");
});

Deno.test("clientAddress() takes a line of many addresses in no time", () => {
  assertEquals(clientOf("10.0.0.1", `6.6.6.6${", 10.0.0.2".repeat(100_000)}`), "6.6.6.6");
});
