import { assertEquals } from "@std/assert";
import { originRefusal } from "../../../net/websocket/page_origin.ts";

for (
  const [origin, host, refusal] of [
    [undefined, "localhost:4000", undefined],
    [undefined, "evil.example", undefined],
    [undefined, undefined, undefined],
    ["http://localhost:4000", "localhost:4000", undefined],
    ["http://localhost:8080", "localhost:4000", undefined],
    ["https://localhost", "localhost:4000", undefined],
    ["http://127.0.0.1:8080", "localhost:4000", undefined],
    ["http://[::1]:8080", "127.0.0.1:4000", undefined],
    ["HTTP://LOCALHOST.", "127.0.0.2", undefined],
    ["http://192.0.2.7", "192.0.2.7:4000", undefined],
    ["http://[2001:db8::1]:1", "[2001:DB8::1]:4000", undefined],
    ["http://192.0.2.7", "192.0.2.8", "other-origin"],
    ["http://evil.example", "localhost:4000", "other-origin"],
    ["http://localhost.evil.example", "localhost:4000", "other-origin"],
    ["http://evil.example", undefined, "other-origin"],
    ["http://evil.example", "a b", "other-origin"],
    ["null", "localhost:4000", "other-origin"],
    ["", "localhost:4000", "other-origin"],
    ["localhost", "localhost", "other-origin"],
    ["file://", "localhost:4000", "other-origin"],
    // Its name points here, and so it calls itself.
    ["http://evil.example:4000", "evil.example:4000", "other-host"],
  ] as const
) {
  Deno.test(`originRefusal() says ${refusal} to a page of ${origin} that calls ${host}`, () => {
    assertEquals(originRefusal({ origin, host }), refusal);
  });
}

for (
  const [origin, origins, refusal] of [
    ["https://example.org", ["https://example.org"], undefined],
    ["https://example.org", ["HTTPS://Example.org:443/"], undefined],
    ["https://example.org", ["*"], undefined],
    ["null", ["null"], undefined],
    ["chrome-extension://abc", ["chrome-extension://abc"], undefined],
    ["chrome-extension://abc", ["chrome-extension://def"], "other-origin"],
    ["chrome-extension://abc", ["null"], "other-origin"],
    ["http://example.org", ["https://example.org"], "other-origin"],
    ["https://example.org:8443", ["https://example.org"], "other-origin"],
    ["https://www.example.org", ["https://example.org"], "other-origin"],
  ] as const
) {
  Deno.test(`originRefusal() says ${refusal} to ${origin} when ${origins} may`, () => {
    assertEquals(originRefusal({ origin, host: "localhost" }, { origins }), refusal);
  });
}

Deno.test("originRefusal() lets a page of the server's own host in when that is named", () => {
  const asked = { origin: "https://push.example", host: "push.example:4000" };
  assertEquals(originRefusal(asked, { hosts: ["push.example"] }), undefined);
  assertEquals(originRefusal(asked, { hosts: ["other.example"] }), "other-host");
  assertEquals(
    originRefusal({ ...asked, origin: "https://a.example" }, { hosts: ["push.example"] }),
    "other-origin",
  );
});
