import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../mod.ts";
import { type Address, isLoopback } from "../../net/address.ts";
import { hostOf, parseIp } from "../../net/address.ts";

function tcp(hostname: string, port = 80): Address {
  return { transport: "tcp", hostname, port };
}

const UNIX: Address = { transport: "unix", path: "/run/parley.sock" };
// Deno gives null as the path of a peer that bound none, though its type says string.
const UNNAMED = { transport: "unix", path: null } as unknown as Address;
const VSOCK: Address = { transport: "vsock", cid: 2, port: 80 };

Deno.test("formatAddress() writes addresses as people do", () => {
  assertEquals(formatAddress(tcp("127.0.0.1", 8001)), "127.0.0.1:8001");
  assertEquals(formatAddress(tcp("::1", 7)), "[::1]:7");
  assertEquals(formatAddress({ transport: "udp", hostname: "localhost", port: 9 }), "localhost:9");
  assertEquals(formatAddress(UNIX), "/run/parley.sock");
  assertEquals(formatAddress(UNNAMED), "unix");
  assertEquals(formatAddress(VSOCK), "vsock");
});

Deno.test("hostOf() is the same when one peer connects from two ports or as mapped IPv6", () => {
  assertEquals(hostOf(tcp("10.0.0.1", 1)), hostOf(tcp("10.0.0.1", 2)));
  assertEquals(hostOf(tcp("::ffff:10.0.0.1")), hostOf(tcp("10.0.0.1")));
  assertEquals(hostOf(tcp("fe80::1%eth0")), hostOf(tcp("FE80:0:0:0:0:0:0:1")));
  assertEquals(hostOf(tcp("2001:db8::1")), hostOf(tcp("2001:db8:0:0:ffff::2")));
  assert(hostOf(tcp("2001:db8::1")) !== hostOf(tcp("2001:db8:0:1::1")));
  assertEquals(hostOf(tcp("no-address")), "no-address");
  assertEquals([hostOf(UNIX), hostOf(VSOCK)], ["unix", "vsock"]);
});

Deno.test("isLoopback() knows this machine", () => {
  for (const hostname of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assertEquals([hostname, isLoopback(tcp(hostname))], [hostname, true]);
  }
  for (const hostname of ["128.0.0.1", "0.0.0.0", "::", "::2", "1::1", "localhost"]) {
    assertEquals([hostname, isLoopback(tcp(hostname))], [hostname, false]);
  }
  assertEquals([isLoopback(UNIX), isLoopback(UNNAMED), isLoopback(VSOCK)], [true, true, false]);
});

Deno.test("parseIp() reads IPv4 and IPv6, and nothing else", () => {
  const samples: [string, string | undefined][] = [
    ["0.0.0.0", "0.0.0.0"],
    ["255.1.20.3", "255.1.20.3"],
    ["::", Array(16).fill(0).join(".")],
    ["::1", [...Array(15).fill(0), 1].join(".")],
    ["1:2:3:4:5:6:7:8", "0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.8"],
    ["1:2:3:4:5:6:7::", "0.1.0.2.0.3.0.4.0.5.0.6.0.7.0.0"],
    ["::2:3:4:5:6:7:8", "0.0.0.2.0.3.0.4.0.5.0.6.0.7.0.8"],
    ["2001:DB8::fF", "32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.255"],
    ["64:ff9b::1.2.3.4", "0.100.255.155.0.0.0.0.0.0.0.0.1.2.3.4"],
    ["1:2:3:4:5:6:1.2.3.4", "0.1.0.2.0.3.0.4.0.5.0.6.1.2.3.4"],
    ["fe80::1%eth0", "254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::ffff:102:304", "1.2.3.4"],
    ["", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.5", undefined],
    ["256.0.0.1", undefined],
    ["01.2.3.4", undefined],
    ["1.2.3.4 ", undefined],
    ["-1.2.3.4", undefined],
    ["localhost", undefined],
    [":", undefined],
    [":::", undefined],
    ["1::2::3", undefined],
    ["1:2:3:4:5:6:7", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["1:2:3:4::5:6:7:8", undefined],
    ["12345::", undefined],
    ["g::", undefined],
    ["1.2.3.4::", undefined],
    ["1.2.3.4:5:6:7:8:9:a", undefined],
    ["::1.2.3", undefined],
    ["::1.2.3.4:5", undefined],
    ["1:2:3:4:5:6:7:1.2.3.4", undefined],
    ["[::1]", undefined],
  ];
  for (const [text, bytes] of samples) {
    assertEquals([text, parseIp(text)?.join(".")], [text, bytes]);
  }
});
