import { utf8Bytes } from "../../support.ts";
import { frame, more, OPEN, ping, pong, text } from "../frames.ts";
import { badFrame, type FrameSample } from "./sample.ts";

const HELLO: FrameSample["says"] = [{ text: "Hello" }];
const RESERVED_OPCODES = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15];

/** Reserved bits and opcodes, which nobody agreed on (RFC 6455, 5.2), and masks on the wrong side. */
export const RESERVED: readonly FrameSample[] = [
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((rsv): FrameSample[] => [
    ...[1, 2, 8, 9, 10].map((opcode) => ({
      name: `reserved bits ${rsv} in a frame with opcode ${opcode}`,
      frames: [frame(opcode, opcode === 8 ? Uint8Array.of(3, 232) : "abc", { rsv })],
      refused: badFrame(1),
    })),
    {
      name: `reserved bits ${rsv} behind a message and in front of a ping`,
      frames: [text("Hello"), text("Hello", { rsv })],
      says: HELLO,
      refused: badFrame(1),
    },
    {
      name: `reserved bits ${rsv} in a continuation`,
      frames: [text("Hello", OPEN), more("abc", { rsv })],
      refused: badFrame(1),
    },
    {
      name: `reserved bits ${rsv} in a ping between fragments`,
      frames: [text("Hello", OPEN), ping("abc", { rsv })],
      refused: badFrame(1),
    },
  ]),
  ...RESERVED_OPCODES.flatMap((opcode): FrameSample[] => [
    {
      name: `a frame with opcode ${opcode} and no payload`,
      frames: [frame(opcode)],
      refused: badFrame(1),
    },
    {
      name: `a frame with opcode ${opcode} behind a message`,
      frames: [text("Hello"), frame(opcode, "payload")],
      says: HELLO,
      refused: badFrame(1),
    },
    {
      name: `a frame with opcode ${opcode} behind a ping`,
      frames: [ping("a"), frame(opcode, "payload")],
      says: [{ ping: utf8Bytes("a") }],
      answers: [pong("a")],
      refused: badFrame(1),
    },
    {
      name: `a frame with opcode ${opcode} between fragments`,
      frames: [text("Hello", OPEN), frame(opcode, "payload", OPEN)],
      refused: badFrame(1),
    },
  ]),
  ...[1, 2, 8, 9, 10].flatMap((opcode): FrameSample[] => [
    {
      name: `a frame with opcode ${opcode} that a client did not mask`,
      role: "server",
      frames: [frame(opcode, "", { masked: false })],
      refused: badFrame(2),
    },
    {
      name: `a frame with opcode ${opcode} that a server masked`,
      role: "client",
      frames: [frame(opcode, "", { masked: true })],
      refused: badFrame(2),
    },
  ]),
  {
    name: "a continuation that a client did not mask",
    role: "server",
    frames: [text("a", OPEN), more("b", { masked: false })],
    refused: badFrame(2),
  },
  {
    name: "a continuation that a server masked",
    role: "client",
    frames: [text("a", OPEN), more("b", { masked: true })],
    refused: badFrame(2),
  },
];
