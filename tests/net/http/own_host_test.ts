import { assertEquals } from "@std/assert";
import { addressIn, isOwnHost } from "../../../net/http/own_host.ts";

const OWN = [
  "localhost",
  "localhost:8080",
  "LOCALHOST",
  "localhost.",
  "127.0.0.1",
  "127.0.0.1:8080",
  "192.168.7.9:80",
  "[::1]",
  "[::1]:8080",
  "[fe80::1]:8080",
  "parley.test",
  "Parley.Test:8080",
  "parley.test.:8080",
];

const OTHER = [
  undefined,
  "",
  ":8080",
  ".",
  "example.com",
  "localhost.example.com",
  "127.0.0.1.example.com",
  "xparley.test",
  "parley.test.example.com",
  "[localhost]",
  "[127.0.0.1]",
  "[::1",
  "::1",
  "127.0.0.1:80:80",
  "127.0.0.1:x",
  "256.0.0.1",
  "user@localhost",
  "localhost/",
  " localhost",
];

for (const host of OWN) {
  Deno.test(`isOwnHost() is true when the host is ${host}`, () => {
    assertEquals(isOwnHost(host, ["PARLEY.test", ""]), true);
  });
}

for (const host of OTHER) {
  Deno.test(`isOwnHost() is false when the host is ${JSON.stringify(host)}`, () => {
    assertEquals(isOwnHost(host, ["parley.test", ""]), false);
  });
}

for (
  const [host, address] of [
    ["127.0.0.1:8080", "127.0.0.1"],
    ["127.0.0.1.", "127.0.0.1"],
    ["203.0.113.9", "203.0.113.9"],
    ["[::1]:8080", "::1"],
    ["[FE80::1%25eth0]", "FE80::1%25eth0"],
    ["localhost", undefined],
    ["[127.0.0.1]", undefined],
    ["::1", undefined],
    ["2130706433", undefined],
    ["0x7f.1", undefined],
    ["", undefined],
    [undefined, undefined],
  ] as const
) {
  Deno.test(`addressIn() is ${address} when the host is ${JSON.stringify(host)}`, () => {
    assertEquals(addressIn(host), address);
  });
}
