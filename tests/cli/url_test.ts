import { assertEquals, assertThrows } from "@std/assert";
import { parseField } from "../../cli/field.ts";
import { looksLikeUrl, parseResolve, parseUrl, parseWebSocketUrl } from "../../cli/url.ts";
import { endpointOf } from "../../net/url_endpoint.ts";
import { UsageError } from "../../cli/usage_error.ts";

for (
  const [typed, href, hostname, port] of [
    ["example.org", "http://example.org/", "example.org", 80],
    ["example.org/a?b", "http://example.org/a?b", "example.org", 80],
    ["https://example.org", "https://example.org/", "example.org", 443],
    ["HTTPS://EXAMPLE.org:8443/A", "https://example.org:8443/A", "example.org", 8443],
    ["localhost:8080/x", "http://localhost:8080/x", "localhost", 8080],
    ["[::1]:8080", "http://[::1]:8080/", "::1", 8080],
    ["127.1", "http://127.0.0.1/", "127.0.0.1", 80],
    [":8080", "http://127.0.0.1:8080/", "127.0.0.1", 8080],
    [":8080/x", "http://127.0.0.1:8080/x", "127.0.0.1", 8080],
    ["//a/b", "http://a/b", "a", 80],
    [" bücher.example ", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80],
    ["u:p@a", "http://u:p@a/", "a", 80],
  ] as const
) {
  Deno.test(`parseUrl() reads ${typed}`, () => {
    const url = parseUrl(typed);
    assertEquals(url.href, href);
    assertEquals(endpointOf(url), { hostname, port });
  });
}

for (
  const typed of [
    "",
    "http://",
    "ftp://a",
    "unix://a",
    "a b",
    "http://a:99999",
    "a:0",
    "80",
    "[::1",
  ]
) {
  Deno.test(`parseUrl() refuses ${JSON.stringify(typed)}`, () => {
    assertThrows(() => parseUrl(typed), UsageError, "URL takes http://HOST[:PORT][/PATH], not ");
  });
}

Deno.test("parseUrl() repeats no password when it refuses", () => {
  const { message } = assertThrows(() => parseUrl("u:secret@a b"), UsageError);
  assertEquals(message.includes("secret"), false);
});

for (
  const [typed, href, hostname, port] of [
    ["localhost:4000", "ws://localhost:4000/", "localhost", 4000],
    [":4000/a?b", "ws://127.0.0.1:4000/a?b", "127.0.0.1", 4000],
    ["ws://[::1]/a", "ws://[::1]/a", "::1", 80],
    ["WSS://a.example/x", "wss://a.example/x", "a.example", 443],
    ["http://a.example", "ws://a.example/", "a.example", 80],
    ["https://u:p@a.example/?q", "wss://u:p@a.example/?q", "a.example", 443],
  ] as const
) {
  Deno.test(`parseWebSocketUrl() reads ${typed}`, () => {
    const url = parseWebSocketUrl(typed);
    assertEquals(url.href, href);
    assertEquals(endpointOf(url), { hostname, port });
  });
}

for (
  const [typed, problem] of [
    ["ftp://a", "only ws and wss are spoken"],
    ["80", "a port of this machine is written :80"],
    ["ws://a/#b", "a WebSocket has no fragment"],
    ["ws://a/#", "a WebSocket has no fragment"],
    ["a b", "it is no URL"],
  ] as const
) {
  Deno.test(`parseWebSocketUrl() refuses ${typed}`, () => {
    const told = `URL takes ws://HOST[:PORT][/PATH], not "${typed}": ${problem}`;
    assertThrows(() => parseWebSocketUrl(typed), UsageError, told);
  });
}

Deno.test("parseResolve() reads hosts as URLs have them, with one or more addresses", () => {
  const resolved = parseResolve(["A.example:80:10.0.0.1", "[::1]:443:[2001:db8::1],10.0.0.2"]);
  assertEquals([...resolved], [
    ["a.example:80", ["10.0.0.1"]],
    ["[::1]:443", ["2001:db8::1", "10.0.0.2"]],
  ]);
});

for (
  const typed of [
    "",
    "a",
    "a:80",
    "a:80:",
    "a:x:10.0.0.1",
    "a:0:10.0.0.1",
    "a:65536:10.0.0.1",
    "a b:80:10.0.0.1",
    "a:80:name",
  ]
) {
  Deno.test(`parseResolve() refuses ${JSON.stringify(typed)}`, () => {
    assertThrows(() => parseResolve([typed]), UsageError, "--resolve takes HOST:PORT:ADDRESS");
  });
}

Deno.test("parseField() reads a name and a value, in UTF-8 where it is not of ASCII", () => {
  assertEquals(parseField("A:b", "--header"), ["A", "b"]);
  assertEquals(parseField(" A : b:c ", "--header"), ["A", "b:c"]);
  assertEquals(parseField("A:", "--header"), ["A", ""]);
  assertEquals(parseField("A: é", "--header"), ["A", "\xc3\xa9"]);
  for (const typed of ["", "A", ":b", "a b: c", "é: a", "A: b\nC: d", "A: \0"]) {
    assertThrows(() => parseField(typed, "--header"), UsageError, "--header takes 'NAME: VALUE'");
  }
});

for (
  const [typed, isUrl] of [
    ["ws://a", true],
    ["wss://a/b?c", true],
    ["http://a", true],
    ["HTTPS://a", true],
    [":4000", true],
    [":4000/a", true],
    ["localhost:4000", true],
    ["127.0.0.1:4000?a", true],
    ["[::1]:4000/", true],
    ["", false],
    ["hello", false],
    ["example.org", false],
    ["a/b", false],
    ["ftp://a", false],
    ["it is 12:30", false],
    ["news: rain", false],
    [":)", false],
    [":4000 is a port", false],
  ] as const
) {
  Deno.test(`looksLikeUrl() says ${isUrl} of ${JSON.stringify(typed)}`, () => {
    assertEquals(looksLikeUrl(typed), isUrl);
  });
}
