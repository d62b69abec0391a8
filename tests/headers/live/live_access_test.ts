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
  ...["forwarded", "x-forwarded-for", "x-real-ip"].map((field) => ({
    what: `comes from this machine with ${field}`,
    remote: at("127.0.0.1"),
    field,
    is: "through-proxy" as const,
  })),
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
