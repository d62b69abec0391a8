import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { liveJson } from "../../../headers/live/live_json.ts";
import { requestPage } from "../../../headers/page/request_page.ts";
import { latin1Bytes, latin1Text } from "../../../codec/bytes/latin1_text.ts";
import { hex as bytesOfHex } from "../../../testing/bytes.ts";
import { preferredType, SHOWN_TYPES } from "../../../headers/request/preferred_type.ts";
import { requestJson, shownJson } from "../../../headers/request/request_json.ts";
import { requestText } from "../../../headers/request/request_text.ts";
import { sampleRequest } from "./sample_request.ts";

/** What stands in heads and bodies, so that random bytes come to something. */
const WORDS = [
  ...'&=;%+,"\\{}[]:<>-/?@\t',
  ..."%41 %ff %c3%bc -- --b \r\n --b-- name= q=0 text/html */* application/json".split(" "),
];

const bytes = fc.array(
  fc.oneof(
    fc.constantFrom(...WORDS),
    fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
  ),
).map((pieces) => pieces.join(""));
/** What the codec lets through: no controls but tabs. */
// deno-lint-ignore no-control-regex
const value = bytes.map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, "").trim());
const target = value.map((text) => `/${text.replace(/[\t ]/g, "")}`);
const type = fc.constantFrom(
  "application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=b",
  "x/y",
);

const request = fc.record({ target, cookie: value, other: value, type, body: bytes }).map((
  { target, cookie, other, type, body },
) =>
  sampleRequest({
    target,
    fields: [["Cookie", cookie], ["X-Other", other], ["Content-Type", type]],
    body: latin1Bytes(body),
    trailers: [["X-T", other]],
  })
);

// deno-lint-ignore no-control-regex
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

Deno.test("any request is shown as text, JSON and a page that obey nothing of it", () => {
  fc.assert(fc.property(request, (record) => {
    const text = requestText(record);
    const json = shownJson(requestJson(record));
    const { html } = requestPage(record);
    for (const shown of [text, json, html]) assertEquals(OBEYED.exec(shown), null);
    assertEquals(JSON.parse(json), JSON.parse(JSON.stringify(requestJson(record))));
    assertEquals(html.match(/<(?:script|img|iframe|object|form|input)/), null);
  }));
});

Deno.test("any request is kept exactly in JSON", () => {
  fc.assert(fc.property(request, (record) => {
    const json = requestJson(record);
    // It is what requestJson makes, read as others read it.
    const { fields, body } = JSON.parse(JSON.stringify(json)) as {
      fields: { value: string; hex?: string }[];
      body: { text?: string; hex?: string };
    };
    for (const [at, { value, hex }] of fields.entries()) {
      const came = hex === undefined ? value : latin1Text(bytesOfHex(hex));
      assertEquals(came, record.fields[at]?.[1]);
    }
    const came = body.text === undefined
      ? bytesOfHex(body.hex ?? "")
      : new TextEncoder().encode(body.text);
    assertEquals([...came], record.body.state === "whole" ? [...record.body.bytes] : []);
  }));
});

Deno.test("any request has no cookie in what others see", () => {
  fc.assert(fc.property(target, (target) => {
    const record = sampleRequest({ target, fields: [["Cookie", "sid=hush-hush"], ["Host", "h"]] });
    assertEquals(
      JSON.stringify(liveJson(record, { showSecrets: false })).includes("hush-hush"),
      false,
    );
  }));
});

Deno.test("preferredType() is one of ours whatever a client accepts", () => {
  fc.assert(fc.property(bytes, (accept) => SHOWN_TYPES.includes(preferredType(accept))));
});
