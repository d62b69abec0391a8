import { utf8Bytes } from "../../support.ts";
import { binary, close, frame, more, OPEN, ping, pong, text } from "../frames.ts";
import { badFrame, badText, type FrameSample } from "./sample.ts";

/** Messages in fragments, and fragments that are none (RFC 6455, 5.4). */
export const FRAGMENTS: readonly FrameSample[] = [
  {
    name: "a text message in two fragments",
    frames: [text("fragment1", OPEN), more("fragment2")],
    says: [{ text: "fragment1fragment2" }],
  },
  {
    name: "a binary message in two fragments",
    frames: [binary(Uint8Array.of(0xff), OPEN), more(Uint8Array.of(0xfe))],
    says: [{ binary: Uint8Array.of(0xff, 0xfe) }],
  },
  {
    name: "a message in fragments of one byte, and another one behind it",
    frames: [
      text("a", OPEN),
      ...Array.from("bcdefgh", (one) => more(one, OPEN)),
      more("i"),
      text("j"),
    ],
    says: [{ text: "abcdefghi" }, { text: "j" }],
  },
  {
    name: "a text message in fragments that are empty",
    frames: [text("", OPEN), more("", OPEN), more("")],
    says: [{ text: "" }],
  },
  {
    name: "a binary message in fragments that are empty",
    frames: [binary("", OPEN), more("")],
    says: [{ binary: utf8Bytes("") }],
  },
  {
    name: "text in the middle of three fragments",
    frames: [text("", OPEN), more("middle", OPEN), more("")],
    says: [{ text: "middle" }],
  },
  {
    name: "binary fragments, then text in one frame, then text in fragments",
    frames: [
      binary(Uint8Array.of(0x80), OPEN),
      more(Uint8Array.of(0x81)),
      text("é"),
      text("x", OPEN),
      more("é"),
    ],
    says: [{ binary: Uint8Array.of(0x80, 0x81) }, { text: "é" }, { text: "xé" }],
  },
  {
    name: "two messages in fragments, each with a ping inside",
    frames: [
      text("f1", OPEN),
      more("f2", OPEN),
      ping("p1"),
      more("f3", OPEN),
      more("f4", OPEN),
      ping("p2"),
      more("f5"),
    ],
    says: [{ ping: utf8Bytes("p1") }, { ping: utf8Bytes("p2") }, { text: "f1f2f3f4f5" }],
    answers: [pong("p1"), pong("p2")],
  },
  {
    name: "a close between the fragments of a message that never ends",
    frames: [text("a", OPEN), close(1001, "bye"), more("b")],
    says: [{ close: 1001, reason: "bye" }],
    answers: [close(1001)],
  },
  ...[8, 9, 10].flatMap((opcode): FrameSample[] => [
    {
      name: `a fragment of a control frame with opcode ${opcode}`,
      frames: [frame(opcode, "abc", OPEN)],
      refused: badFrame(1),
    },
    {
      name: `a fragment of a control frame with opcode ${opcode} between fragments`,
      frames: [text("a", OPEN), frame(opcode, "", OPEN)],
      refused: badFrame(1),
    },
  ]),
  ...[true, false].flatMap((fin): FrameSample[] => [
    {
      name: `a continuation of nothing, which is ${fin ? "" : "not "}the last one`,
      frames: [more("non-continuation", { fin })],
      refused: badFrame(2),
    },
    {
      name: `a continuation behind a whole message, which is ${fin ? "" : "not "}the last one`,
      frames: [text("whole"), more("non-continuation", { fin })],
      says: [{ text: "whole" }],
      refused: badFrame(2),
    },
    {
      name: `a continuation behind a fragmented message, which is ${fin ? "" : "not "}the last one`,
      frames: [text("a", OPEN), more("b"), more("", { fin })],
      says: [{ text: "ab" }],
      refused: badFrame(2),
    },
    {
      name: `a text frame inside a message, which is ${fin ? "" : "not "}the last one`,
      frames: [text("a", OPEN), text("b", { fin })],
      refused: badFrame(2),
    },
    {
      name: `a binary frame inside a text message, which is ${fin ? "" : "not "}the last one`,
      frames: [text("a", OPEN), more("b", OPEN), binary("c", { fin })],
      refused: badFrame(2),
    },
    {
      name: `a text frame inside a binary message, which is ${fin ? "" : "not "}the last one`,
      frames: [binary("a", OPEN), ping("p"), text("b", { fin })],
      says: [{ ping: utf8Bytes("p") }],
      answers: [pong("p")],
      refused: badFrame(2),
    },
  ]),
  {
    name: "text that is cut inside each of its characters",
    frames: [
      ...Array.from(
        utf8Bytes("κόσμε€😀"),
        (byte, at) => at === 0 ? text(Uint8Array.of(byte), OPEN) : more(Uint8Array.of(byte), OPEN),
      ),
      more(),
    ],
    says: [{ text: "κόσμε€😀" }],
  },
  {
    name: "text that is cut inside a character, with a ping in the cut",
    frames: [text(Uint8Array.of(0xf0, 0x9f), OPEN), ping("é"), more(Uint8Array.of(0x98, 0x80))],
    says: [{ ping: utf8Bytes("é") }, { text: "😀" }],
    answers: [pong("é")],
  },
  {
    name: "a character that the next fragment does not go on with",
    frames: [text(Uint8Array.of(0xe2, 0x82), OPEN), more("abc", OPEN)],
    refused: badText(1),
  },
  {
    name: "a message that ends inside a character",
    frames: [text("a", OPEN), more(Uint8Array.of(0xe2, 0x82))],
    refused: badText(2),
  },
  {
    name: "a message whose empty last fragment leaves a character cut",
    frames: [text(Uint8Array.of(0xc3), OPEN), more("")],
    refused: { code: "bad-utf8", close: 1007 },
  },
];
