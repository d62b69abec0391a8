import { assertEquals } from "@std/assert";
import { cutAt, cutEvery, fromLatin1, joined } from "../support.ts";
import {
  asWanted,
  bytesOf,
  decoderOf,
  decodeSome,
  decodeToEnd,
  filledIn,
  type HttpSide,
} from "./decode_sample.ts";
import { CHUNKS } from "./samples/chunks.ts";
import { CONNECTIONS } from "./samples/connections.ts";
import { ENDS } from "./samples/ends.ts";
import { FIELDS } from "./samples/fields.ts";
import { FRAMINGS } from "./samples/framings.ts";
import { HOSTS } from "./samples/hosts.ts";
import { REQUEST_LINES } from "./samples/request_lines.ts";
import { RESPONSES } from "./samples/responses.ts";
import type { HttpSample } from "./samples/sample.ts";

const REQUESTS = [
  ...REQUEST_LINES,
  ...FIELDS,
  ...HOSTS,
  ...FRAMINGS,
  ...CHUNKS,
  ...CONNECTIONS,
  ...ENDS,
];

for (const sample of REQUESTS) testSample("server", sample);
for (const sample of RESPONSES) testSample("client", sample);

function testSample(side: HttpSide, sample: HttpSample): void {
  const { name, code } = sample;
  const does = code === undefined ? "takes" : "refuses";
  Deno.test(`http${side === "server" ? "Server" : "Client"}Codec ${does} ${name}`, () => {
    if (sample.handedOn !== undefined) checkHandedOn(side, sample);
    else check(side, sample);
  });
}

function check(side: HttpSide, sample: HttpSample): void {
  const { messages: wanted = [], code, status = 400, unended } = sample;
  const bytes = bytesOf(sample);
  const whole = decodeToEnd(decoderOf(side, sample), [bytes]);
  assertEquals(asWanted(whole.messages, wanted), filledIn(wanted));
  const { error } = whole;
  assertEquals(error && [error.code, error.status], code && [code, status], error?.message);
  for (const chunks of everyCut(bytes)) {
    assertEquals(decodeToEnd(decoderOf(side, sample), chunks), whole);
  }
  if (code !== undefined || unended) return;
  const tail = fromLatin1(side === "server" ? "GET /" : "HTTP/1.");
  const followed = { asked: [...sample.asked ?? ["GET"], "GET"] };
  for (const chunks of [[joined([bytes, tail])], cutEvery(joined([bytes, tail]), 1)]) {
    const { messages, rest } = decodeSome(decoderOf(side, followed), { chunks, count: Infinity });
    assertEquals(asWanted(messages, wanted), filledIn(wanted));
    assertEquals(rest, String.fromCharCode(...tail));
  }
}

function checkHandedOn(side: HttpSide, sample: HttpSample): void {
  const { messages: wanted = [], handedOn } = sample;
  const bytes = bytesOf(sample);
  for (const chunks of [[bytes], ...everyCut(bytes)]) {
    const { messages, rest } = decodeSome(decoderOf(side, sample), {
      chunks,
      count: wanted.length,
    });
    assertEquals(asWanted(messages, wanted), filledIn(wanted));
    assertEquals(rest, handedOn);
  }
}

function everyCut(bytes: Uint8Array): Uint8Array[][] {
  const splits = Array.from({ length: bytes.length + 1 }, (_, at) => cutAt(bytes, [at]));
  return [cutEvery(bytes, 1), ...splits];
}
