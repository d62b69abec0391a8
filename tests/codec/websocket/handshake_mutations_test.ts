import { assert } from "@std/assert";
import fc from "fast-check";
import { Fields, type HttpRequestHead, type HttpResponseHead } from "../../../codec/http/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";
import { answerHandshake, checkHandshake } from "../../../codec/websocket/mod.ts";
import { CHECK } from "../support.ts";
import { NO_ENGINE } from "./no_engine.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const NAMES = ["Key", "Version", "Accept", "Protocol", "Extensions"];

/** Pieces of what the fields hold; put together at random they are sound now and then. */
const PIECES = [
  KEY,
  "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  "13",
  "chat",
  "permessage-deflate",
  "client_max_window_bits",
  "server_max_window_bits",
  "server_no_context_takeover",
  "=",
  ";",
  ",",
  '"',
  "\\",
  " ",
  "10",
  "\xe9",
];

const value = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 })
  .map((pieces) => pieces.join("").trim());
const others = fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 });
/** What is sound, but for one of its fields and what stands beside it. */
const changed = fc.tuple(others, fc.constantFrom(undefined, ...NAMES));
const compression = { engine: NO_ENGINE };
const protocols = ["chat"];

function fieldsOf(
  sound: Readonly<Record<string, string>>,
  [added, without]: [[string, string][], string | undefined],
): Fields {
  const kept = Object.entries(sound).filter(([name]) => name !== without);
  const named = [...kept, ...added].map(([name, value]) =>
    [`Sec-WebSocket-${name}`, value] as const
  );
  return new Fields([["Host", "a"], ["Upgrade", "websocket"], ["Connection", "Upgrade"], ...named]);
}

Deno.test("answerHandshake() answers when fields are anything", () => {
  const answers = fc.property(changed, (change) => {
    const fields = fieldsOf({ Version: "13", Key: KEY }, change);
    const head: HttpRequestHead = {
      type: "request",
      method: "GET",
      target: "/",
      version: "1.1",
      fields,
      body: 0,
      keepAlive: true,
      expectsContinue: false,
      upgrade: ["websocket"],
      text: "",
    };
    const { status } = answerHandshake(head, { protocols, compression });
    assert([101, 400, 426].includes(status));
  });
  fc.assert(answers, { ...CHECK, numRuns: 2000 });
});

Deno.test("checkHandshake() agrees or throws a ProtocolError when fields are anything", () => {
  const agrees = fc.property(changed, (change) => {
    const fields = fieldsOf({ Accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }, change);
    const head: HttpResponseHead = {
      type: "response",
      status: 101,
      reason: "",
      version: "1.1",
      fields,
      body: 0,
      keepAlive: true,
      text: "",
    };
    try {
      checkHandshake(head, { key: KEY, protocols, compression });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      assert(error.code === "bad-handshake");
    }
  });
  fc.assert(agrees, { ...CHECK, numRuns: 2000 });
});
