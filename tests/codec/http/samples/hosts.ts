import { type HttpSample, withFieldsAlone } from "./sample.ts";

const TAKEN = [
  "",
  "a",
  "a.example:8080",
  "a:",
  "127.0.0.1:25003",
  "[::1]",
  "[fe80::1%25eth0]:80",
  "a_b",
  "A-1.EXAMPLE.",
  "xn--bcher-kva.example",
  "%41",
  "0.0.0.0=5000",
];

const BAD: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
  ["no Host", "X: y"],
  ["two Hosts that are the same", "Host: a", "Host: a"],
  ["two Hosts that differ", "Host: a", "X: y", "host: b"],
  ["a Host and an empty one", "Host: a", "Host:"],
  ["a Host with a space inside", "Host: a b"],
  ["a Host with a path", "Host: a/b"],
  ["a Host with a query", "Host: a?b"],
  ["a Host with a user", "Host: u@a"],
  ["a Host that is a URL", "Host: http://a"],
  ["a Host with a port that is no number", "Host: a:x"],
  ["a Host with a signed port", "Host: a:-1"],
  ["a Host with two ports", "Host: a:1:2"],
  ["a Host whose bracket is not closed", "Host: [::1"],
  ["a Host whose bracket is not opened", "Host: ::1]"],
  ["a Host with text behind its bracket", "Host: [::1]x"],
  ["a Host with a backslash", "Host: a\\b"],
  ["a Host with a quote", 'Host: "a"'],
  ["a Host with an octet over 0x7f", "Host: b\xfccher"],
];

/** Samples of Host (RFC 9112, 3.2). */
export const HOSTS: readonly HttpSample[] = [
  ...TAKEN.map((host) => ({
    name: `a Host that is ${JSON.stringify(host)}`,
    bytes: withFieldsAlone(`Host: ${host}`),
    messages: [{ method: "GET", fields: [["Host", host] as const] }],
  })),
  ...BAD.map(([name, ...lines]) => ({
    name,
    bytes: withFieldsAlone(...lines),
    code: "bad-host",
  })),
  { name: "no field at all", bytes: "GET / HTTP/1.1\r\n\r\n", code: "bad-host" },
  {
    name: "absolute-form without a Host",
    bytes: "GET http://a/ HTTP/1.1\r\n\r\n",
    code: "bad-host",
  },
  {
    name: "absolute-form with another Host, which is not asked",
    bytes: "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
    messages: [{ target: "http://a/", fields: [["Host", "b"]] }],
  },
  {
    name: "no Host in HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\n\r\n",
    messages: [{ version: "1.0", fields: [] }],
  },
  {
    name: "a Host in HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
    messages: [{ version: "1.0" }],
  },
  {
    name: "two Hosts in HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
    code: "bad-host",
  },
  {
    name: "a bad Host in HTTP/1.0",
    bytes: "GET / HTTP/1.0\r\nHost: a b\r\n\r\n",
    code: "bad-host",
  },
];
