import { assertEquals } from "@std/assert";
import {
  type LiveAccess,
  type LiveRefusal,
  liveRefusal,
} from "../../../headers/live/live_access.ts";
import type { Address } from "../../../net/address.ts";
import { AddressList } from "../../../net/address_list.ts";

const at = (hostname: string) => ({ transport: "tcp", hostname, port: 5000 }) as const;
const UNIX = { transport: "unix", path: "" } as const;
const HERE = { liveTo: new AddressList([]), hosts: ["parley.test"] };
const OFFICE = { liveTo: new AddressList(["10.0.0.0/8"]) };

interface Case {
  readonly what: string;
  readonly remote: Address;
  readonly host?: string;
  readonly field?: string;
  readonly access?: LiveAccess;
  readonly is: LiveRefusal | undefined;
}

const CASES: readonly Case[] = [
  { what: "comes from this machine", remote: at("127.0.0.1"), is: undefined },
  { what: "comes from this machine over IPv6", remote: at("::1"), is: undefined },
  { what: "comes over a Unix socket", remote: UNIX, is: undefined },
  {
    what: "calls a name that is ours",
    remote: at("127.0.0.1"),
    host: "parley.test:80",
    is: undefined,
  },
  { what: "calls another name", remote: at("127.0.0.1"), host: "evil.test", is: "other-host" },
  { what: "calls no name", remote: at("127.0.0.1"), host: "", is: "other-host" },
  { what: "comes from elsewhere", remote: at("10.0.0.9"), is: "other-address" },
  { what: "comes from where it may", remote: at("10.0.0.9"), access: OFFICE, is: undefined },
  {
    what: "comes from where it may not",
    remote: at("11.0.0.9"),
    access: OFFICE,
    is: "other-address",
  },
  {
    what: "comes from where it may and calls another name",
    remote: at("10.0.0.9"),
    access: OFFICE,
    host: "evil.test",
    is: "other-host",
  },
  ...["forwarded", "x-forwarded-for", "x-real-ip", "via", "x-forwarded-host"].map((field) => ({
    what: `comes from this machine with ${field}`,
    remote: at("127.0.0.1"),
    field,
    is: "through-proxy" as const,
  })),
  ...["127.0.0.1", "127.8.9.10:8080", "[::1]:8080", "[::ffff:127.0.0.1]", "0.0.0.0:8080", "[::]"]
    .map((host) => ({
      what: `comes from this machine and calls ${host}`,
      remote: at("127.0.0.1"),
      host,
      is: undefined,
    })),
  // Somebody forwards the port: at this address the reader called, and not the one who forwards.
  ...["203.0.113.9:8080", "[2001:db8::1]"].flatMap((host) =>
    [at("127.0.0.1"), at("::1"), UNIX].map((remote) => ({
      what: `comes ${
        remote.transport === "unix" ? "over a Unix socket" : `from ${remote.hostname}`
      } and calls ${host}`,
      remote,
      host,
      is: "through-proxy" as const,
    }))
  ),
  {
    what: "comes from where it may and calls an address",
    remote: at("10.0.0.9"),
    access: OFFICE,
    host: "10.0.0.1",
    is: undefined,
  },
  {
    what: "comes through a forwarded port that may",
    remote: at("127.0.0.1"),
    host: "203.0.113.9:8080",
    access: { liveTo: new AddressList(["127.0.0.1"]) },
    is: undefined,
  },
  {
    what: "comes through a proxy that may",
    remote: at("127.0.0.1"),
    field: "forwarded",
    access: { liveTo: new AddressList(["127.0.0.1"]) },
    is: undefined,
  },
];

for (const { what, is, access = HERE, remote, host = "localhost:8080", field } of CASES) {
  Deno.test(`liveRefusal() is ${is} when a reader ${what}`, () => {
    const has = (name: string) => name.toLowerCase() === field;
    assertEquals(liveRefusal({ remote, host: host === "" ? undefined : host, has }, access), is);
  });
}
