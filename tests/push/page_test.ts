import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../codec/hashing.ts";
import { pushPage } from "../../push/page/push_page.ts";
import { hex } from "../../testing/bytes.ts";
import { TOPIC_SCRIPT } from "../../web/push/topic_script.ts";

const { html, fields } = pushPage();
const policy = fields["Content-Security-Policy"] ?? "";

Deno.test("pushPage() has a policy that allows exactly what the page holds", () => {
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `style-src ${held("style")}`,
    "img-src data:",
    `script-src ${held("script")}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
  assertEquals(fields["Content-Type"], "text/html; charset=utf-8");
});

Deno.test("pushPage() loads nothing and has no handler in its markup", () => {
  assertEquals(html.match(/<(script|style)\b/g), ["<style", "<script"]);
  assertEquals(html.match(/<[a-z][^>]*\s(style|src|on\w+)=/gi), null);
  assertEquals(html.match(/\b(href|action)="[^"]*"/g), ['href="data:,"']);
  assertEquals(html.match(/https?:\/\/|wss?:\/\/|url\(|@import/g), null);
});

Deno.test("pushPage() makes no markup of what somebody else wrote", () => {
  assertEquals(
    html.match(
      /\b(innerHTML|outerHTML|insertAdjacentHTML|setHTML\w*|DOMParser|document\.write|eval|Function)\b/g,
    ),
    null,
  );
});

Deno.test("pushPage() can be used without seeing it", () => {
  assertMatch(html, /<html lang="en">/);
  assertStringIncludes(html, 'role="log" aria-live="polite" aria-label="Messages" tabindex="0"');
  assertMatch(html, /role="status"><span id="state">/);
  for (const [, id = ""] of html.matchAll(/<(?:input|textarea) id="(\w+)"/g)) {
    assertStringIncludes(html, `<label for="${id}">`);
  }
  // What the script looks for is there.
  const script = /<script>(.*)<\/script>/s.exec(html)?.[1] ?? "";
  const sought = [
    ...Array.from(script.matchAll(/getElementById\("(\w+)"\)/g), ([, id = ""]) => id),
    ...Array.from(
      script.matchAll(/= \[([^\]]*)\]\.map\(byId\)/g),
      ([, ids = ""]) => ids.match(/\w+/g) ?? [],
    ).flat(),
  ];
  assert(sought.length > 10);
  for (const id of sought) assertEquals(html.split(` id="${id}"`).length, 2, id);
});

/** What the script says of names, where the page has this address. */
function named(address: string): {
  topicOfPage(): string;
  topicFault(name: string): string;
  socketUrl(name: string, lastEventId?: string): URL;
  serverUrl(path: string): URL;
} {
  // What the page runs is text, and stands in no module.
  return new Function(
    "location",
    `${TOPIC_SCRIPT}; return { topicOfPage, topicFault, socketUrl, serverUrl };`,
  )(new URL(address));
}

for (
  const { name, path } of [
    { name: "default", path: "/default" },
    { name: "news/sport", path: "/news/sport" },
    { name: "Zoë & 50% #1?", path: "/Zo%C3%AB%20%26%2050%25%20%231%3F" },
    { name: "a:b", path: "/a%3Ab" },
    { name: "//host/x", path: "/%2F%2Fhost%2Fx" },
    { name: "a/../b", path: "/a%2F..%2Fb" },
    { name: "a/./b/", path: "/a%2F.%2Fb%2F" },
    { name: "+", path: "/%2B" },
    { name: "'();", path: "/'()%3B" },
  ]
) {
  Deno.test(`the page asks for ${path} when the topic is ${name}`, () => {
    const { socketUrl, topicFault, topicOfPage } = named("https://a.test/push/?q#x");
    assertEquals(topicFault(name), "");
    const url = socketUrl(name);
    assertEquals(url.href, `wss://a.test/push${path}`);
    assertEquals(decodeURIComponent(url.pathname.slice("/push/".length)), name);
    assertEquals(topicOfPage(), "x");
    assertEquals(
      named(`http://a.test/#${url.pathname.slice("/push/".length)}`).topicOfPage(),
      name,
    );
  });
}

Deno.test("the page passes on its token and the last id when it has them", () => {
  const { socketUrl, serverUrl } = named("http://a.test:4000/?token=a%26b%20c&x=y");
  assertEquals(
    socketUrl("news", "1f-2").href,
    "ws://a.test:4000/news?token=a%26b+c&lastEventId=1f-2",
  );
  assertEquals(serverUrl("topics/news").href, "http://a.test:4000/topics/news?token=a%26b+c");
});

Deno.test("the page is of the topic that its fragment names", () => {
  for (
    const [fragment, name] of [
      ["", "default"],
      ["#", "default"],
      ["#news", "news"],
      ["#Zo%C3%AB", "Zoë"],
      ["#50%", "50%"],
    ]
  ) {
    assertEquals(named(`http://a.test/${fragment}`).topicOfPage(), name);
  }
});

Deno.test("the page says what is wrong with a topic when no browser could ask for it", () => {
  const { topicFault } = named("http://a.test/");
  assertEquals(
    ["", ".", "..", "healthz", "metrics", "topics/a", "a\ud800", "ü".repeat(128)].map(topicFault),
    [
      "A topic has a name.",
      "A browser takes this name for a folder.",
      "A browser takes this name for a folder.",
      "The server has something else at this name.",
      "The server has something else at this name.",
      "The server has something else at this name.",
      "This name has half of a character in it.",
      "A topic's name has up to 255 bytes, and this one has 256.",
    ],
  );
  for (const name of ["topics", "a", "👩‍💻", "x".repeat(255)]) {
    assertFalse(topicFault(name) !== "", name);
  }
});

/** Returns how a policy names the text of the page's one element of this name. */
function held(element: string): string {
  const [, text = ""] = new RegExp(`<${element}>(.*?)</${element}>`, "s").exec(html) ?? [];
  assert(text.length > 1000);
  const hash = sha256();
  hash.update(new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...hex(hash.digest())))}'`;
}
