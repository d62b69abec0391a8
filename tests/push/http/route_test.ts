import { assertEquals } from "@std/assert";
import { routeOf, webSocketTopic } from "../../../push/http/route.ts";

for (
  const [path, kind] of [
    ["/", "page"],
    ["/healthz", "health"],
    ["/metrics", "metrics"],
    ["", "nothing"],
    ["*", "nothing"],
    ["//", "nothing"],
    ["/news", "nothing"],
    ["/default", "nothing"],
    ["/healthz/", "nothing"],
    ["/Healthz", "nothing"],
    ["/%68ealthz", "nothing"],
    ["/metrics/x", "nothing"],
    ["/topicsnews", "nothing"],
    ["/Topics/news", "nothing"],
    ["/%74opics/news", "nothing"],
    ["//topics/news", "nothing"],
    ["/x/topics/news", "nothing"],
  ] as const
) {
  Deno.test(`routeOf() is ${kind} when the path is "${path}"`, () => {
    assertEquals(routeOf(path), { kind });
  });
}

for (
  const [encoded, topic] of [
    ["news", "news"],
    ["default", "default"],
    ["news/sport", "news/sport"],
    ["news%2Fsport", "news/sport"],
    ["news/", "news/"],
    ["/news", "/news"],
    ["/", "/"],
    ["..", ".."],
    ["a+b", "a+b"],
    ["a%20b", "a b"],
    ["%25", "%"],
    ["%2525", "%25"],
    ["a%3Fb%23c", "a?b#c"],
    ["Zo%C3%AB", "Zoë"],
    ["Zo%c3%ab", "Zoë"],
    ["%F0%9F%98%80", "😀"],
    ["%E0%A4%95%E2%80%8D", "क\u200d"],
    ["news;v=1", "news;v=1"],
    ["__proto__", "__proto__"],
    ["x".repeat(255), "x".repeat(255)],
    ["%C3%A9".repeat(127) + "x", "é".repeat(127) + "x"],
  ] as const
) {
  Deno.test(`routeOf() and webSocketTopic() have the topic of ${encoded.slice(0, 40)}`, () => {
    assertEquals(routeOf(`/topics/${encoded}`), { kind: "topic", topic });
    assertEquals(webSocketTopic(`/${encoded}`), { topic });
  });
}

for (
  const [encoded, why] of [
    ["%", "its percent-encoding is broken"],
    ["a%4", "its percent-encoding is broken"],
    ["%zz", "its percent-encoding is broken"],
    // They are no UTF-8: cut, overlong, a surrogate, too large, Latin-1.
    ["%C3", "its percent-encoding is broken"],
    ["%C0%AF", "its percent-encoding is broken"],
    ["%ED%A0%80", "its percent-encoding is broken"],
    ["%F4%90%80%80", "its percent-encoding is broken"],
    ["Zo%EB", "its percent-encoding is broken"],
    ["a%00", "a topic holds printable characters alone"],
    ["a%0Ab", "a topic holds printable characters alone"],
    ["a%0D%0AX: 1", "a topic holds printable characters alone"],
    ["%7F", "a topic holds printable characters alone"],
    ["%C2%85", "a topic holds printable characters alone"],
    ["a%E2%80%AEb", "a topic holds printable characters alone"],
    ["%E2%81%A6a", "a topic holds printable characters alone"],
    ["a%E2%80%8F", "a topic holds printable characters alone"],
    ["%E2%80%8Ba", "a topic holds printable characters alone"],
    ["%EF%BB%BFa", "a topic holds printable characters alone"],
    ["%EF%BF%BF", "a topic holds printable characters alone"],
    ["x".repeat(256), "a topic has up to 255 bytes, and this has 256 bytes"],
    ["%C3%A9".repeat(128), "a topic has up to 255 bytes, and this has 256 bytes"],
  ] as const
) {
  Deno.test(`routeOf() and webSocketTopic() refuse ${encoded.slice(0, 40)}`, () => {
    const message = `That is no topic: ${why}.`;
    assertEquals(routeOf(`/topics/${encoded}`), {
      kind: "refused",
      refusal: { status: 400, code: "bad-topic", message },
    });
    assertEquals(webSocketTopic(`/${encoded}`), { fault: why });
  });
}

for (const path of ["/topics", "/topics/"]) {
  Deno.test(`routeOf() is 404 when ${path} names no topic`, () => {
    const route = routeOf(path);
    if (route.kind !== "refused") throw new Error(route.kind);
    assertEquals([route.refusal.status, route.refusal.code], [404, "not-found"]);
  });
}

Deno.test("webSocketTopic() is the default when the path names none", () => {
  assertEquals(webSocketTopic("/"), { topic: "default" });
  assertEquals(webSocketTopic("/default"), { topic: "default" });
});

for (
  const path of [
    "/topics",
    "/topics/",
    "/topics/news",
    "/healthz",
    "/metrics",
    "/%74opics/news",
    "/topics%2Fnews",
    "/%68ealthz",
    "/m%65trics",
  ]
) {
  Deno.test(`webSocketTopic() keeps ${path} for the server, however it is written`, () => {
    assertEquals(webSocketTopic(path), { fault: "that path is the server's own" });
  });
}

Deno.test("webSocketTopic() takes names that only look like the server's own", () => {
  for (const topic of ["topicsnews", "Topics/news", "healthz/x", "metrics2", "news/topics/x"]) {
    assertEquals(webSocketTopic(`/${topic}`), { topic });
  }
});
