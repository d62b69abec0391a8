import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../../codec/hashing.ts";
import { livePage } from "../../../headers/page/live_page.ts";
import { requestPage } from "../../../headers/page/request_page.ts";
import { hex } from "../../../testing/bytes.ts";
import { inBytes, sampleRequest } from "../request/sample_request.ts";

const MARKUP = `<script>alert(1)</script><img src=x onerror='alert(2)'>"&amp;`;

/** Everything of a request that somebody else writes, as markup. */
const HOSTILE = sampleRequest({
  method: "GET",
  target: `/${MARKUP}?${MARKUP}=%3Cscript%3E&%3Cb%3E`,
  fields: [
    ["Host", MARKUP],
    ["X", inBytes(`${MARKUP}\u202eü`)],
    ["Cookie", `${MARKUP}=${MARKUP}; %3Cb%3E=%3Cscript%3E`],
    ["Content-Type", `${MARKUP}`],
  ],
  body: MARKUP,
  trailers: [["X-T", MARKUP]],
  signatures: [{ provider: "github", holds: false, why: "malformed", text: MARKUP }],
});

const BODIES = [
  { type: "application/json", body: JSON.stringify({ [MARKUP]: MARKUP }) },
  { type: "application/x-www-form-urlencoded", body: `${MARKUP}=${MARKUP}&a=%3Cscript%3E` },
  {
    type: "multipart/form-data; boundary=b",
    body:
      `--b\r\nContent-Type: ${MARKUP}\r\nContent-Disposition: x; name=${MARKUP}; filename=<script>\r\n\r\n\r\n--b--`,
  },
  { type: MARKUP, body: `\0${MARKUP}` },
];

/** The elements that a page may have. */
const ELEMENTS = new Set(
  "html head meta title link style body main h1 h2 section table thead tbody tr th td small span p a details summary pre footer ol li"
    .split(" "),
);

for (
  const [what, record] of [
    ["all of it", HOSTILE] as const,
    ...BODIES.map(({ type, body }) =>
      [`its body is ${type}`, sampleRequest({ fields: [["Content-Type", type]], body })] as const
    ),
    ["its body was cut", {
      ...HOSTILE,
      body: { state: "cut", reason: MARKUP } as const,
      bodyView: undefined,
    }] as const,
  ]
) {
  Deno.test(`requestPage() has no markup but its own when a request is markup: ${what}`, () => {
    const { html } = requestPage(record, { liveHref: "/-/live" });
    const tags = Array.from(
      html.matchAll(/<([^>\s]*)([^>]*)>/g),
      ([, name = "", rest = ""]) => ({ name, rest }),
    );
    const elements = tags.map(({ name }) => name.replace("/", "")).filter((name) =>
      name !== "!DOCTYPE"
    );
    assertEquals(elements.filter((name) => !ELEMENTS.has(name)), []);
    assertEquals(tags.filter(({ rest }) => /\bon\w+=|src=/i.test(rest)), []);
    assertFalse(html.includes("\u202e"));
    assertStringIncludes(html, "&lt;script&gt;");
  });
}

Deno.test("requestPage() shows all of a request", () => {
  const { html } = requestPage(sampleRequest({
    method: "POST",
    target: "/hook?a=two+words&flag",
    fields: [["Host", "h"], ["X-City", "Z\xfcrich"], ["Cookie", "a=b%20c"]],
    body: "one\r\n\ttwo",
    signatures: [{ provider: "slack", holds: true, text: "holds" }],
  }));
  for (
    const shown of [
      "<title>POST /hook?a=two+words&amp;flag</title>",
      '<h1><span class="method">POST</span> /hook?a=two+words&amp;flag</h1>',
      '<th scope="row">X-City</th><td>Zürich<small>bytes 5afc72696368</small></td>',
      '<th scope="row">a</th><td>b%20c<small>means &quot;b c&quot;</small></td>',
      '<th scope="row">a</th><td>two+words<small>means &quot;two words&quot;</small></td>',
      '<th scope="row">flag</th><td>(no =)</td>',
      '<p class="quiet">9 bytes, no type given</p>\n<pre>\none\n\ttwo</pre>',
      '<th scope="row">slack</th><td><span class="holds">holds</span></td>',
      "127.0.0.1:50312 to 127.0.0.1:8080",
      "<pre>\nPOST /hook?a=two+words&amp;flag HTTP/1.1\nHost: h\nX-City: Zürich\nCookie: a=b%20c\n</pre>",
    ]
  ) assertStringIncludes(html, shown);
  assertFalse(html.includes("/-/live"));
});

for (
  const [name, { html, fields }] of [
    ["requestPage", requestPage(HOSTILE)],
    ["livePage", livePage({ showSecrets: false })],
  ] as const
) {
  Deno.test(`${name}() has a policy that allows exactly what the page holds`, () => {
    const policy = fields["Content-Security-Policy"] ?? "";
    assertMatch(policy, /^default-src 'none'; /);
    for (const forbidden of ["unsafe", "*", "http:", "https:", "blob:"]) {
      assertFalse(policy.includes(forbidden), policy);
    }
    for (const needed of ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) {
      assertStringIncludes(policy, needed);
    }
    const held = Array.from(
      html.matchAll(/<(style|script)>(.*?)<\/\1>/gs),
      ([, element, text = ""]) => `${element}-src 'sha256-${digestOf(text)}'`,
    );
    assert(held.length > 0);
    for (const source of held) assertStringIncludes(policy, source);
    assertEquals(policy.match(/sha256-/g)?.length, held.length);
    assertEquals(html.match(/<[^>]*\s(style|on\w+)=/g), null);
  });
}

Deno.test("livePage() says whether secrets are left out", () => {
  assertStringIncludes(livePage({ showSecrets: false }).html, "left out by the server");
  assertStringIncludes(livePage({ showSecrets: true }).html, "are shown as well");
});

function digestOf(text: string): string {
  const hash = sha256();
  hash.update(new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...hex(hash.digest())));
}
