import { utf8Bytes } from "../../support.ts";
import { binary, frame, more, OPEN, ping, text } from "../frames.ts";
import { badFrame, type FrameSample, TOO_LONG } from "./sample.ts";

/** Around each form that a length has: 7 bits, 16, 64. */
const SIZES = [0, 1, 4, 124, 125, 126, 127, 128, 255, 256, 65_535, 65_536, 65_537];
const BYTES = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 8)) % 256);
const LIMIT = { maxMessageBytes: 300 };

function bytes(count: number): Uint8Array {
  return BYTES.slice(0, count);
}

/** Messages of one frame in all sizes; the forms of a length; the limit of a message. */
export const SIZES_SAMPLES: readonly FrameSample[] = [
  ...SIZES.flatMap((size): FrameSample[] => [
    {
      name: `a text message of ${size} bytes`,
      frames: [text("*".repeat(size))],
      says: [{ text: "*".repeat(size) }],
    },
    {
      name: `a binary message of ${size} bytes`,
      frames: [binary(bytes(size))],
      says: [{ binary: bytes(size) }],
    },
  ]),
  {
    name: "a text message of characters of two, three and four bytes",
    frames: [text("é€😀".repeat(15_000))],
    says: [{ text: "é€😀".repeat(15_000) }],
  },
  ...[1, 3, 4, 5, 63, 64, 65, 66, 67, 68, 129].map((size): FrameSample => ({
    name: `a text message of ${size} bytes behind others, which leave it anywhere in memory`,
    frames: [text("ab"), binary("c"), text("x".repeat(size)), text("é".repeat(size))],
    says: [
      { text: "ab" },
      { binary: utf8Bytes("c") },
      { text: "x".repeat(size) },
      { text: "é".repeat(size) },
    ],
  })),
  ...[0, 1, 125].map((size): FrameSample => ({
    name: `a length of ${size} in two bytes`,
    frames: [binary(bytes(size), { lengthBytes: 2 })],
    refused: badFrame(4),
  })),
  ...[0, 125, 126, 65_535].map((size): FrameSample => ({
    name: `a length of ${size} in eight bytes`,
    frames: [text(bytes(size).fill(0x61), { lengthBytes: 8 })],
    refused: badFrame(10),
  })),
  {
    name: "a continuation with a length of 3 in two bytes",
    frames: [text("a", OPEN), more("abc", { lengthBytes: 2 })],
    refused: badFrame(4),
  },
  ...[0, 125, 298].map((before): FrameSample => ({
    name: `a message of as many bytes as are allowed, ${before} of them in a first fragment`,
    limits: LIMIT,
    frames: [binary(bytes(before), OPEN), more(bytes(300 - before))],
    says: [{ binary: new Uint8Array([...bytes(before), ...bytes(300 - before)]) }],
  })),
  ...[0, 125, 298].map((before): FrameSample => ({
    name: `a message of one byte more than is allowed, ${before} of them in a first fragment`,
    limits: LIMIT,
    frames: [binary(bytes(before), OPEN), more(bytes(301 - before))],
    refused: { ...TOO_LONG, atHeadByte: 301 - before < 126 ? 2 : 4 },
  })),
  {
    name: "a frame of as many bytes as are allowed",
    limits: LIMIT,
    frames: [text("a".repeat(299)), text("a".repeat(300))],
    says: [{ text: "a".repeat(299) }, { text: "a".repeat(300) }],
  },
  {
    name: "a frame of one byte more than is allowed, before its payload has come",
    limits: LIMIT,
    frames: [binary("a"), text("a".repeat(301))],
    missing: 301,
    says: [{ binary: utf8Bytes("a") }],
    refused: { ...TOO_LONG, atHeadByte: 4 },
  },
  {
    name: "a frame that exceeds the limit where nobody said another one",
    frames: [binary(new Uint8Array(1024 * 1024 + 1))],
    missing: 1024 * 1024 + 1,
    refused: { ...TOO_LONG, atHeadByte: 10 },
  },
  {
    name: "pings that together are longer than a message may be",
    limits: LIMIT,
    frames: [text("a", OPEN), ...Array.from({ length: 3 }, () => ping("b".repeat(125))), more("c")],
    says: [
      ...Array.from({ length: 3 }, () => ({ ping: utf8Bytes("b".repeat(125)) })),
      { text: "ac" },
    ],
    answers: Array.from({ length: 3 }, () => frame(10, "b".repeat(125))),
  },
  {
    name: "a message of as many fragments as are allowed",
    limits: { maxFragments: 3 },
    frames: [text("a", OPEN), more("", OPEN), more("b"), text("c", OPEN), more("d")],
    says: [{ text: "ab" }, { text: "cd" }],
  },
  {
    name: "a message of one fragment more than is allowed",
    limits: { maxFragments: 3 },
    frames: [text("a", OPEN), more("", OPEN), more("", OPEN), more("b")],
    refused: { code: "limit-exceeded", close: 1008, atHeadByte: 2 },
  },
  {
    name: "a second fragment where one is allowed",
    limits: { maxFragments: 1 },
    frames: [text("whole"), text("a", OPEN), more("b")],
    says: [{ text: "whole" }],
    refused: { code: "limit-exceeded", close: 1008, atHeadByte: 2 },
  },
];
