import { assertEquals, assertMatch } from "@std/assert";
import { corsFields, type OriginsAndHosts, pageRefusal } from "../../../push/http/cors.ts";
import { requestOf } from "./request_of.ts";

const advice = {
  origin: (origin: string) => `Let ${origin} in.`,
  host: (name: string) => `Be called ${name}.`,
};

/** Returns why a request is not answered, as the status and the word; nothing where it is. */
function refusalOf(
  { host = "localhost:4000", origin }: { host?: string | undefined; origin?: string },
  { origins = [], hosts = [] }: Partial<OriginsAndHosts> = {},
): string | undefined {
  const fields = { Host: host, ...origin !== undefined && { Origin: origin } };
  const refusal = pageRefusal(requestOf({ fields }), { origins, hosts, advice });
  return refusal && `${refusal.status} ${refusal.code}`;
}

for (
  const [host, origin] of [
    ["localhost:4000", undefined],
    ["127.0.0.1:4000", undefined],
    ["[::1]:4000", undefined],
    ["192.168.7.9", undefined],
    ["localhost:4000", "http://localhost:4000"],
    ["localhost:4000", "http://localhost:8080"],
    ["localhost:4000", "http://127.0.0.1:4000"],
    ["127.0.0.1:4000", "https://localhost"],
    ["192.168.7.9:4000", "http://192.168.7.9"],
  ] as const
) {
  Deno.test(`pageRefusal() has none when ${origin ?? "no page"} calls ${host}`, () => {
    assertEquals(refusalOf({ host, ...origin !== undefined && { origin } }), undefined);
  });
}

for (
  const [host, origin, refusal] of [
    ["localhost:4000", "https://evil.example", "403 other-origin"],
    ["localhost:4000", "null", "403 other-origin"],
    ["localhost:4000", "", "403 other-origin"],
    ["localhost:4000", "http://localhost.evil.example", "403 other-origin"],
    ["localhost:4000", "http://localhost:4000, https://evil.example", "403 other-origin"],
    ["localhost:4000", "file://", "403 other-origin"],
    ["192.168.7.9:4000", "http://192.168.7.8", "403 other-origin"],
    // A name that a stranger points here.
    ["evil.example:4000", "http://evil.example:4000", "403 other-host"],
    ["evil.example:4000", undefined, "421 other-host"],
    ["localhost.evil.example", undefined, "421 other-host"],
    ["127.0.0.1.evil.example", undefined, "421 other-host"],
    ["", undefined, "421 other-host"],
  ] as const
) {
  Deno.test(`pageRefusal() is ${refusal} when ${origin ?? "no page"} calls "${host}"`, () => {
    assertEquals(refusalOf({ host, ...origin !== undefined && { origin } }), refusal);
  });
}

Deno.test("pageRefusal() lets pages in that are named, and all where that is *", () => {
  const origins = ["https://app.example", "null"];
  const from = (origin: string, host = "push.example") => refusalOf({ origin, host }, { origins });
  assertEquals(from("https://app.example"), undefined);
  assertEquals(from("https://APP.example:443"), undefined);
  assertEquals(from("null"), undefined);
  assertEquals(from("http://app.example"), "403 other-origin");
  assertEquals(from("https://app.example.evil.example"), "403 other-origin");
  assertEquals(from("https://app.example:444"), "403 other-origin");
  for (const origin of ["https://evil.example", "null", "junk"]) {
    assertEquals(refusalOf({ origin, host: "any.example" }, { origins: ["*"] }), undefined);
  }
});

Deno.test("pageRefusal() lets the server be called by its names", () => {
  const hosts = ["push.example"];
  const called = (host: string, origin?: string) =>
    refusalOf({ host, ...origin !== undefined && { origin } }, { hosts });
  assertEquals(called("push.example"), undefined);
  assertEquals(called("PUSH.example.:443"), undefined);
  assertEquals(called("push.example", "https://push.example"), undefined);
  assertEquals(called("push.example", "https://other.example"), "403 other-origin");
  assertEquals(called("xpush.example"), "421 other-host");
});

Deno.test("pageRefusal() says what to do, and no control characters", () => {
  const asked = (fields: Record<string, string>) =>
    pageRefusal(requestOf({ fields }), { origins: [], hosts: [], advice })?.message ?? "";
  assertMatch(
    asked({ Host: "localhost", Origin: "https://evil.example" }),
    /^The page is of https:\/\/evil\.example, which is not this server\. Let https:\/\/evil\.example in\.$/,
  );
  assertMatch(
    asked({ Host: "localhost", Origin: "null" }),
    /^The page is of null, as one that was /,
  );
  assertMatch(
    asked({ Host: "evil.example:80" }),
    /^"evil\.example" may .* Be called evil\.example\.$/,
  );
  assertMatch(asked({ Origin: "https://e.example" }), /not this server/);
  assertEquals(/[\u0080-\u009f]/.test(asked({ Host: "a\u009bb", Origin: "x\u009b" })), false);
  assertEquals(/[\u0080-\u009f]/.test(asked({ Host: "a\u009bb" })), false);
});

Deno.test("corsFields() lets the page that asked read the answer, and no cache give it to another", () => {
  assertEquals(corsFields(requestOf()), [["Vary", "Origin"]]);
  const fields = { Origin: "https://app.example" };
  assertEquals(corsFields(requestOf({ fields })), [
    ["Vary", "Origin"],
    ["Access-Control-Allow-Origin", "https://app.example"],
  ]);
});

Deno.test("corsFields() says what may follow when a page asks before", () => {
  const fields = { Origin: "https://app.example" };
  const answered = Object.fromEntries(corsFields(requestOf({ fields }), { isPreflight: true }));
  assertEquals(answered["Access-Control-Allow-Methods"], "GET, HEAD, POST, OPTIONS");
  for (const name of ["Authorization", "Content-Type", "Last-Event-ID"]) {
    assertEquals(answered["Access-Control-Allow-Headers"]?.split(", ").includes(name), true, name);
  }
  // Nobody's cookies are let along.
  assertEquals(answered["Access-Control-Allow-Credentials"], undefined);
  assertEquals(corsFields(requestOf(), { isPreflight: true }), [["Vary", "Origin"]]);
});
