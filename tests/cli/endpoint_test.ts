import { assertEquals, assertThrows } from "@std/assert";
import { parseEndpoint } from "../../cli/endpoint.ts";
import { UsageError } from "../../cli/usage_error.ts";

const FALLBACK = { hostname: "127.0.0.1", port: 8081 };

for (
  const [text, hostname, port] of [
    [undefined, "127.0.0.1", 8081],
    ["host", "host", 8081],
    ["host:1", "host", 1],
    ["host.example.org:65535", "host.example.org", 65_535],
    ["192.0.2.1:80", "192.0.2.1", 80],
    ["::1", "::1", 8081],
    ["2001:db8::2", "2001:db8::2", 8081],
    ["[::1]", "::1", 8081],
    ["[::1]:90", "::1", 90],
    ["[fe80::1%eth0]:90", "fe80::1%eth0", 90],
  ] as const
) {
  Deno.test(`parseEndpoint() reads ${hostname} and ${port} when it is ${text ?? "nothing"}`, () => {
    assertEquals(parseEndpoint(text, FALLBACK), { hostname, port });
  });
}

for (
  const text of [
    "",
    ":",
    ":80",
    "host:",
    "host:0",
    "host:65536",
    "host:080000",
    "host:-1",
    "host:1e3",
    "host:http",
    "[::1",
    "::1]",
    "[]",
    "[]:80",
    "[::1]80",
    "[::1]:",
    "[::1]:0",
    "[[::1]]",
  ]
) {
  Deno.test(`parseEndpoint() refuses it when it is ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseEndpoint(text, FALLBACK), UsageError);
    assertEquals(
      error.message,
      `--to takes host, host:port or [::1]:port, not ${JSON.stringify(text)}`,
    );
  });
}
