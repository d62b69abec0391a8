import { utf8Bytes } from "../../support.ts";
import { close, frame, more, OPEN, ping, pong, text } from "../frames.ts";
import { badFrame, type FrameSample } from "./sample.ts";

const SOME = Uint8Array.of(0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff);

/** Pings and pongs, alone and between other frames (RFC 6455, 5.5.2 and 5.5.3). */
export const PINGS: readonly FrameSample[] = [
  ...["", "Hello, world!", SOME, "x".repeat(124), new Uint8Array(125).fill(0xfe)].map(
    (payload): FrameSample => ({
      name: `a ping of ${payload.length} bytes`,
      frames: [ping(payload)],
      says: [{ ping: ping(payload).payload }],
      answers: [pong(payload)],
    }),
  ),
  ...[126, 127, 65_536].flatMap((size): FrameSample[] =>
    [8, 9, 10].map((opcode) => ({
      name: `a control frame with opcode ${opcode} and ${size} bytes`,
      frames: [frame(opcode, new Uint8Array(size).fill(0xfe))],
      refused: badFrame(2),
    }))
  ),
  {
    name: "a ping whose length could be said shorter, as too long",
    frames: [ping("", { lengthBytes: 2 })],
    refused: badFrame(2),
  },
  {
    name: "pongs that nobody asked for",
    frames: [pong(), pong("unsolicited"), pong(SOME)],
    says: [{ pong: utf8Bytes("") }, { pong: utf8Bytes("unsolicited") }, { pong: SOME }],
  },
  {
    name: "a pong that nobody asked for, and a ping",
    frames: [pong("unsolicited"), ping("ping")],
    says: [{ pong: utf8Bytes("unsolicited") }, { ping: utf8Bytes("ping") }],
    answers: [pong("ping")],
  },
  {
    name: "ten pings",
    frames: Array.from({ length: 10 }, (_, at) => ping(`payload-${at}`)),
    says: Array.from({ length: 10 }, (_, at) => ({ ping: utf8Bytes(`payload-${at}`) })),
    answers: Array.from({ length: 10 }, (_, at) => pong(`payload-${at}`)),
  },
  {
    name: "a ping behind a message and in front of one",
    frames: [text("one"), ping("?"), text("two")],
    says: [{ text: "one" }, { ping: utf8Bytes("?") }, { text: "two" }],
    answers: [pong("?")],
  },
  {
    name: "control frames between the fragments of a message",
    frames: [
      text("fragment1", OPEN),
      ping("a"),
      pong("b"),
      more("", OPEN),
      ping("c"),
      more("fragment2"),
    ],
    says: [
      { ping: utf8Bytes("a") },
      { pong: utf8Bytes("b") },
      { ping: utf8Bytes("c") },
      { text: "fragment1fragment2" },
    ],
    answers: [pong("a"), pong("c")],
  },
  {
    name: "a ping and a close right behind it",
    frames: [ping("last"), close(1000)],
    says: [{ ping: utf8Bytes("last") }, { close: 1000, reason: "" }],
    answers: [pong("last"), close(1000)],
  },
  {
    name: "a close, and no ping behind it",
    frames: [close(1000), ping("late")],
    says: [{ close: 1000, reason: "" }],
    answers: [close(1000)],
  },
];
