import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Fields, type HttpResponse } from "../../codec/http/mod.ts";
import { type AnswerOptions, answerTo } from "../../headers/answer.ts";
import type { RequestRecord } from "../../headers/request/request_record.ts";
import { sampleRequest } from "./request/sample_request.ts";

function answer(
  record: RequestRecord,
  { status = 200, fields = [], liveHref }: Partial<AnswerOptions> = {},
): Omit<HttpResponse, "body"> & { fields: Fields; body: string } {
  const { body, ...answered } = answerTo(record, { status, fields, liveHref });
  return { ...answered, fields: new Fields(answered.fields), body: new TextDecoder().decode(body) };
}

const asking = (accept: string) => sampleRequest({ fields: [["Host", "h"], ["Accept", accept]] });

for (
  const [accept, type, body] of [
    ["text/html", "text/html; charset=utf-8", /^<!DOCTYPE html>/],
    ["*/*", "text/plain; charset=utf-8", /^GET \/ HTTP\/1\.1\n\nFields\n/],
    ["application/json", "application/json", /^\{\n {2}"number": 1,/],
  ] as const
) {
  Deno.test(`answerTo() is ${type} when a client accepts ${accept}`, () => {
    const { fields, body: shown, status } = answer(asking(accept));
    assertEquals([status, fields.get("content-type"), fields.get("vary")], [200, type, "Accept"]);
    assertMatch(shown, body);
    assertMatch(shown, /\n$/);
    assertEquals(fields.get("x-content-type-options"), "nosniff");
    assertEquals(fields.get("cache-control"), "no-store");
    assertEquals(fields.get("referrer-policy"), "no-referrer");
    assertMatch(fields.get("content-security-policy") ?? "", /^default-src 'none'; /);
  });
}

Deno.test("answerTo() reads all lines of Accept when there are several", () => {
  const record = sampleRequest({
    fields: [["Accept", "text/html;q=0.1"], ["accept", "text/plain"]],
  });
  assertEquals(answer(record).fields.get("content-type"), "text/plain; charset=utf-8");
});

Deno.test("answerTo() puts the given fields behind or in the place of its own", () => {
  const given = [["X-A", "1"], ["cache-control", "max-age=1"], ["X-A", "2"]] as const;
  const { fields } = answer(asking("*/*"), { fields: given });
  assertEquals([fields.all("x-a"), fields.all("cache-control")], [["1", "2"], ["max-age=1"]]);
});

Deno.test("answerTo() has no body when its status has none", () => {
  for (const status of [204, 205, 304]) {
    assertEquals(answer(asking("*/*"), { status }).body, "");
  }
  assertStringIncludes(answer(asking("*/*"), { status: 503 }).body, "GET / HTTP/1.1");
});

Deno.test("answerTo() is 413 and the last when a body was too large", () => {
  const record = { ...asking("*/*"), body: { state: "too-large", maxBytes: 1 } as const };
  for (const status of [200, 204]) {
    const { status: said, close, body } = answer(record, { status });
    assertEquals([said, close], [413, true]);
    assertStringIncludes(body, "more than 1 byte, which are not kept");
  }
});

Deno.test("answerTo() is 501 when CONNECT asks for a tunnel, unless another refusal is wanted", () => {
  const record = sampleRequest({ method: "CONNECT", target: "h:443" });
  assertEquals(answer(record).status, 501);
  assertEquals(answer(record, { status: 403 }).status, 403);
});

Deno.test("answerTo() links to the requests as they come when the reader may see them", () => {
  assertStringIncludes(
    answer(asking("text/html"), { liveHref: "/-/live" }).body,
    '<a href="/-/live">',
  );
});
