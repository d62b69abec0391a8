import { utf8Bytes } from "../../support.ts";
import { binary, close, frame, more, OPEN, ping, text } from "../frames.ts";
import type { FrameSample } from "./sample.ts";

/** Codes that may stand in a close frame: the ends of each range, and those that have a meaning (RFC 6455, 7.4). */
const VALID_CODES = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014],
  ...[3000, 3001, 3999, 4000, 4998, 4999],
];
const INVALID_CODES = [
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 5001, 32_768, 65_535],
];
const TOO_SHORT = { code: "bad-close", close: 1002 };

/** Close frames, and what follows them (RFC 6455, 5.5.1 and 7). */
export const CLOSES: readonly FrameSample[] = [
  {
    name: "a close behind a message",
    frames: [text("Hello"), close(1000)],
    says: [{ text: "Hello" }, { close: 1000, reason: "" }],
    answers: [close(1000)],
  },
  {
    name: "two closes, and hears the first one",
    frames: [close(1000), close(1001)],
    says: [{ close: 1000, reason: "" }],
    answers: [close(1000)],
  },
  {
    name: "a close, and no message behind it",
    frames: [close(1000), text("late"), binary("late")],
    says: [{ close: 1000, reason: "" }],
    answers: [close(1000)],
  },
  {
    name: "a close, and nothing behind it that would be refused",
    frames: [close(1000), frame(15, "", { rsv: 7 }), more("late"), text(Uint8Array.of(0xff))],
    says: [{ close: 1000, reason: "" }],
    answers: [close(1000)],
  },
  {
    name: "a close, and half a frame behind it",
    frames: [close(4000, "x"), text("late")],
    missing: 3,
    says: [{ close: 4000, reason: "x" }],
    answers: [close(4000)],
  },
  {
    name: "a close inside a message whose last fragment comes too late",
    frames: [text("fragment1", OPEN), close(1000), more("fragment2")],
    says: [{ close: 1000, reason: "" }],
    answers: [close(1000)],
  },
  {
    name: "a close without a code, and answers with none",
    frames: [close()],
    says: [{ close: 1005, reason: "" }],
    answers: [close()],
  },
  { name: "a close of one byte", frames: [frame(8, "a")], refused: TOO_SHORT },
  {
    name: "a close of one byte behind a message",
    frames: [text("a"), frame(8, Uint8Array.of(3))],
    says: [{ text: "a" }],
    refused: TOO_SHORT,
  },
  ...["Hello", "κόσμε😀", "\0", "\uFEFFmark", "x".repeat(122), "x".repeat(123)].map(
    (reason): FrameSample => ({
      name: `a close whose reason has ${utf8Bytes(reason).length} bytes: ${
        JSON.stringify(reason.slice(0, 10))
      }`,
      frames: [close(1000, reason)],
      says: [{ close: 1000, reason }],
      answers: [close(1000)],
    }),
  ),
  {
    name: "a close whose reason has 124 bytes",
    frames: [close(1000, "x".repeat(124))],
    refused: { code: "bad-frame", close: 1002, atHeadByte: 2 },
  },
  ...[
    ["a byte that begins nothing", Uint8Array.of(0x61, 0xff)],
    ["a cut character", Uint8Array.of(0x61, 0xe2, 0x82)],
    ["a surrogate", Uint8Array.of(0xed, 0xa0, 0x80)],
    ["an overlong slash", Uint8Array.of(0xc0, 0xaf)],
    ["a character past U+10FFFF", Uint8Array.of(0xf4, 0x90, 0x80, 0x80)],
  ].map(([name, reason]): FrameSample => ({
    name: `a close whose reason has ${name}`,
    frames: [close(1000, reason)],
    refused: { code: "bad-utf8", close: 1007 },
  })),
  ...VALID_CODES.flatMap((code): FrameSample[] =>
    ["", "reason"].map((reason) => ({
      name: `a close with code ${code}${reason && " and a reason"}`,
      frames: [close(code, reason), ping("late")],
      says: [{ close: code, reason }],
      answers: [close(code)],
    }))
  ),
  ...INVALID_CODES.flatMap((code): FrameSample[] =>
    ["", "reason"].map((reason) => ({
      name: `a close with code ${code}${reason && " and a reason"}`,
      frames: [close(code, reason)],
      refused: { code: "bad-close", close: 1002 },
    }))
  ),
];
