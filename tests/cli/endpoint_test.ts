import { assertEquals, assertThrows } from "@std/assert";
import { type Endpoint, parseEndpoint, parseHost } from "../../cli/endpoint.ts";
import { UsageError } from "../../cli/usage_error.ts";

const READ: Readonly<Record<string, Partial<Endpoint>>> = {
  "host": { hostname: "host" },
  "host:1": { hostname: "host", port: 1 },
  ":8081": { port: 8081 },
  "host.example.org:65535": { hostname: "host.example.org", port: 65_535 },
  "192.0.2.1:80": { hostname: "192.0.2.1", port: 80 },
  "::": { hostname: "::" },
  "::1": { hostname: "::1" },
  "2001:db8::2": { hostname: "2001:db8::2" },
  "2001:db8::8081": { hostname: "2001:db8::8081" },
  "::ffff:192.0.2.1": { hostname: "::ffff:192.0.2.1" },
  "[::1]": { hostname: "::1" },
  "[::1]:90": { hostname: "::1", port: 90 },
  "[fe80::1%eth0]:90": { hostname: "fe80::1%eth0", port: 90 },
};

for (const [text, endpoint] of Object.entries(READ)) {
  Deno.test(`parseEndpoint() reads ${text}`, () => {
    assertEquals(parseEndpoint(text, { name: "--to" }), endpoint);
  });
}

const RANGE = "takes a whole number from 1 to 65535, not";
const WITH_PORT = "an IPv6 address and a port are written [::1]:8081";

/** What is refused, and what is said to be wrong with it. */
const REFUSED: Readonly<Record<string, string>> = {
  "": "there is no host in it",
  ":": "the port is missing",
  "host:": "the port is missing",
  "[::1]:": "the port is missing",
  "[::1": "a bracket is not closed",
  "::1]": "a bracket does not belong there",
  "host]": "a bracket does not belong there",
  "[]": "there is no host in it",
  "[]:80": "there is no host in it",
  "[::1]80": "only a colon and a port may stand behind the bracket",
  "[[::1]]": "one pair of brackets is enough",
  "[[::1]]:80": "one pair of brackets is enough",
  "[host]:80": "only an IPv6 address stands in brackets",
  "::1:8081": WITH_PORT,
  "::1:25003": WITH_PORT,
  "[::1:8081]:8081": WITH_PORT,
  "host:80:90": WITH_PORT,
  "1:2:3": WITH_PORT,
  "http://host/": "it is a URL; give just host",
  "tcp://host:1": "it is a URL; give just host:1",
  "http://": "it is a URL",
  "unix:/run/x.sock": "a Unix socket is named with --unix",
  "/run/x.sock": "a Unix socket is named with --unix",
  "./x.sock": "a Unix socket is named with --unix",
  "host/path": 'leave out "/path"',
  "host:80/path": 'leave out "/path"',
  "me@host": 'leave out "me@"',
  "a b": "no host has such a character in it",
  "a\x1b[2J:1": "a bracket does not belong there",
  "a\u202eb": "no host has such a character in it",
};

for (const [text, problem] of Object.entries(REFUSED)) {
  Deno.test(`parseEndpoint() says what is wrong with ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseEndpoint(text, { name: "--to" }), UsageError);
    const typed = JSON.stringify(text);
    assertEquals(
      error.message,
      `--to takes HOST, HOST:PORT or [::1]:PORT, not ${typed}: ${problem}`,
    );
  });
}

for (const port of ["0", "65536", "99999", "-1", "1e3", "http"]) {
  Deno.test(`parseEndpoint() refuses the port ${port}`, () => {
    for (const text of [`host:${port}`, `[::1]:${port}`, `:${port}`]) {
      const error = assertThrows(() => parseEndpoint(text, { name: "--to" }), UsageError);
      assertEquals(error.message, `The port in ${JSON.stringify(text)} ${RANGE} "${port}"`);
    }
  });
}

Deno.test("parseEndpoint() takes the port 0 where something listens", () => {
  assertEquals(parseEndpoint(":0", { name: "ADDRESS", min: 0 }), { port: 0 });
});

Deno.test("parseHost() reads a host alone", () => {
  const hosts = ["host", "::1", "[::1]", "192.0.2.1", "2001:db8::8081"];
  assertEquals(
    hosts.map((text) => parseHost(text, "--hostname")),
    ["host", "::1", "::1", "192.0.2.1", "2001:db8::8081"],
  );
  for (
    const [text, problem] of [
      ["localhost:80", "a port is given with --port"],
      ["[::1]:80", "a port is given with --port"],
      ["::1:8081", WITH_PORT],
      ["[[::1]]", "one pair of brackets is enough"],
      ["http://host/", "it is a URL; give just host"],
      [":80", "there is no host in it"],
    ] as const
  ) {
    const error = assertThrows(() => parseHost(text, "--hostname"), UsageError);
    assertEquals(error.message, `--hostname takes a host, not "${text}": ${problem}`);
  }
});
