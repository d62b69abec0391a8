import { assertEquals, assertFalse } from "@std/assert";
import { liveJson, MAX_LIVE_BODY_BYTES } from "../../../headers/live/live_json.ts";
import { isSecretField, withoutUserinfo } from "../../../headers/live/secrets.ts";
import { inBytes, sampleRequest } from "../request/sample_request.ts";

const SECRET = [
  "Cookie",
  "cookie2",
  "Set-Cookie",
  "Authorization",
  "Proxy-Authorization",
  "X-Api-Key",
  "X-APIKey",
  "X-Functions-Key",
  "Ocp-Apim-Subscription-Key",
  "Api_Key",
  "X-Auth",
  "X-Auth-Token",
  "X-AccessToken",
  "X-Amz-Security-Token",
  "PRIVATE-TOKEN",
  "X-CSRF-Token",
  "X-Session-Id",
  "Client-Secret",
];

const OPEN = [
  "Host",
  "User-Agent",
  "Accept",
  "Authority",
  "Author",
  "X-Hub-Signature-256",
  "Sec-WebSocket-Key",
  "Idempotency-Key",
  "Keyboard",
  "Sec-Fetch-Site",
  "X-Tokens-Used",
];

for (const [names, is] of [[SECRET, true], [OPEN, false]] as const) {
  for (const name of names) {
    Deno.test(`isSecretField() is ${is} when the name is ${name}`, () => {
      assertEquals(isSecretField(name), is);
    });
  }
}

const TARGETS = [
  ["/a@b", "/a@b"],
  ["/?u=x://a:b@c", "/?u=x://a:b@c"],
  ["http://h/a@b", "http://h/a@b"],
  ["http://u:p@h/a", "http://...@h/a"],
  ["http://u:p@x@h/a", "http://...@h/a"],
  ["http://u@h", "http://...@h"],
  ["u:p@h:443", "...@h:443"],
  ["h:443", "h:443"],
  ["*", "*"],
] as const;

for (const [target, open] of TARGETS) {
  Deno.test(`withoutUserinfo() is ${open} when the target is ${target}`, () => {
    assertEquals(withoutUserinfo(target), open);
  });
}

const SAMPLE = sampleRequest({
  method: "GET",
  target: "http://user:hush1@h/?a=1",
  fields: [
    ["Host", "h"],
    ["cookie", "sid=hush2; b=%20"],
    ["AUTHORIZATION", "Basic hush3"],
    ["X-City", inBytes("Zürich")],
  ],
  body: "a body",
  trailers: [["X-Token", "hush4"], ["X-Sum", "7"]],
});

Deno.test("liveJson() has no secret when it is not told to show them", () => {
  const json = liveJson(SAMPLE, { showSecrets: false });
  assertFalse(JSON.stringify(json).includes("hush"), JSON.stringify(json));
  assertEquals(json.target, "http://...@h/?a=1");
  assertEquals(json.fields, [
    { name: "Host", value: "h" },
    { name: "cookie", leftOut: true, bytes: 16 },
    { name: "AUTHORIZATION", leftOut: true, bytes: 11 },
    { name: "X-City", value: "Zürich", hex: "5ac3bc72696368" },
  ]);
  assertEquals([json.cookies, json.cookiesLeftOut], [[], 2]);
  assertEquals(json.trailers, [
    { name: "X-Token", leftOut: true, bytes: 5 },
    { name: "X-Sum", value: "7" },
  ]);
});

Deno.test("liveJson() has all of it when it is told to show secrets", () => {
  const text = JSON.stringify(liveJson(SAMPLE, { showSecrets: true }));
  assertEquals([1, 2, 3, 4].filter((at) => !text.includes(`hush${at}`)), []);
});

for (const bytes of [MAX_LIVE_BODY_BYTES, MAX_LIVE_BODY_BYTES + 1]) {
  Deno.test(`liveJson() has the beginning of a body when it has ${bytes} bytes`, () => {
    const body = "x".repeat(bytes);
    assertEquals(liveJson(sampleRequest({ body }), { showSecrets: false }).body, {
      bytes,
      kind: "text",
      text: body.slice(0, MAX_LIVE_BODY_BYTES),
      ...bytes > MAX_LIVE_BODY_BYTES && { more: 1 },
    });
  });
}

Deno.test("liveJson() cuts no character in half when a body is long", () => {
  const { body } = liveJson(sampleRequest({ body: `x${"ü".repeat(MAX_LIVE_BODY_BYTES / 2)}` }), {
    showSecrets: false,
  });
  assertEquals(body, {
    bytes: MAX_LIVE_BODY_BYTES + 1,
    kind: "text",
    text: `x${"ü".repeat(MAX_LIVE_BODY_BYTES / 2 - 1)}`,
    more: 2,
  });
});
