import type { WebSocketMessage } from "../../../codec/websocket/mod.ts";
import { TextMessage } from "../../../codec/websocket/text_message.ts";
import { testContract } from "../contract.ts";
import { utf8Bytes } from "../support.ts";
import { codecOf, PEER } from "./drive_sample.ts";
import { binary, close, type Frame, framesBytes, more, OPEN, ping, pong, text } from "./frames.ts";

const SOME = Uint8Array.of(0, 0xff, 0xfe);

/** Frames, and their messages as a decoder gives them. */
const SAMPLES: readonly (readonly [string, readonly Frame[], readonly WebSocketMessage[]])[] = [
  ["text", [text("é€😀")], [textOf("é€😀")]],
  ["empty messages", [text(), binary()], [textOf(""), binaryOf(new Uint8Array(0))]],
  ["a binary message", [binary(SOME)], [binaryOf(SOME)]],
  ["a longer message", [text("x".repeat(126))], [textOf("x".repeat(126))]],
  [
    "a message in fragments, with control frames between them",
    [text("a", OPEN), ping("p"), more("", OPEN), pong(SOME), more("é")],
    [
      { kind: "ping", bytes: utf8Bytes("p") },
      { kind: "pong", bytes: SOME },
      textOf("aé"),
    ],
  ],
];

for (const role of ["server", "client"] as const) {
  const sent = (frames: readonly Frame[]) => framesBytes(frames, { sender: PEER[role] });
  testContract(`webSocket${role === "server" ? "Server" : "Client"}Codec()`, {
    codec: codecOf(role, { limits: { maxMessageBytes: 200, maxFragments: 10 } }),
    // The two sides write in two ways: what one decodes, the other encodes.
    samples: SAMPLES.map(([name, frames, messages]) => ({
      name,
      bytes: sent(frames),
      messages,
      decodeOnly: true as const,
    })),
    broken: [
      {
        name: "a close of one byte behind a message",
        bytes: sent([text("a"), { ...close(), payload: SOME.slice(0, 1) }]),
        code: "bad-close",
        offset: sent([text("a")]).length,
        error: `Cannot decode close at offset ${sent([text("a")]).length}: ` +
          "expected a code of 2 bytes, or none, got 1 byte",
        after: 1,
      },
      {
        name: "a fragment too many",
        bytes: sent([text("a", OPEN), ...Array.from({ length: 10 }, () => more("b", OPEN))]),
        code: "limit-exceeded",
        offset: 0,
        error: "Cannot decode message at offset 0: at least 11 fragments exceed maxFragments 10",
      },
      {
        name: "a message that is too long",
        bytes: sent([binary(new Uint8Array(150), OPEN), more(new Uint8Array(51))]),
        code: "limit-exceeded",
        offset: 0,
        error: "Cannot decode message at offset 0: 201 bytes exceed maxMessageBytes 200",
      },
    ],
    tail: "81",
    limit: 200,
    // What is left inside a frame has been taken already; session_test.ts tells of each end.
    cutShort: "other",
  });
}

function textOf(said: string): WebSocketMessage {
  const bytes = utf8Bytes(said);
  return new TextMessage(bytes, { isAscii: bytes.every((byte) => byte < 0x80) });
}

function binaryOf(bytes: Uint8Array): WebSocketMessage {
  return { kind: "binary", bytes };
}
