import { irc } from "../../../codec/irc/mod.ts";
import type { LinearTimeCase, LinearTimeSize } from "../linear_time_case.ts";
import { hex, joined, utf8Bytes } from "../support.ts";

/** Streams of IRC; what is read out of the storage counts. */
export function ircCases({ largeBytes, many }: LinearTimeSize): readonly LinearTimeCase[] {
  const codec = irc({ maxBytes: 2 * largeBytes, maxTagBytes: 2 * largeBytes });
  const long = "a".repeat(largeBytes);
  const plain = ":ann PRIVMSG #news :hello all\r\n".repeat(many / 8);
  const cases: readonly Omit<LinearTimeCase, "codec">[] = [
    {
      name: "one long line, byte by byte",
      bytes: utf8Bytes(`A ${long}\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "one long line of tags, byte by byte",
      bytes: utf8Bytes(`@${"a;".repeat(largeBytes / 2)} A\r\n`),
      chunk: 1,
      messages: 1,
    },
    {
      name: "long lines, in chunks of 1000",
      bytes: utf8Bytes(`A ${"a".repeat(largeBytes / 8)}\r\n`.repeat(8)),
      chunk: 1000,
      messages: 8,
    },
    {
      name: "a line of spaces alone, and one of many parameters",
      bytes: utf8Bytes(`${" ".repeat(largeBytes)}\nA${" b ".repeat(largeBytes / 2)}\n`),
      chunk: Infinity,
      messages: 1,
    },
    { name: "many, byte by byte", bytes: utf8Bytes(plain), chunk: 1, messages: many / 8 },
    { name: "many, cut anywhere", bytes: utf8Bytes(plain), chunk: 4096, messages: many / 8 },
    { name: "many in one chunk", bytes: utf8Bytes(plain), chunk: Infinity, messages: many / 8 },
    {
      name: "many with a NUL",
      bytes: utf8Bytes("PING a\0b\n".repeat(many)),
      chunk: Infinity,
      messages: many,
      // A line in which something is odd is read a second time.
      most: { read: 8 },
    },
    {
      name: "many that end with CR behind many that end with LF",
      bytes: utf8Bytes("A\n".repeat(many / 2) + "A\r".repeat(many / 2)),
      chunk: Infinity,
      messages: many,
      most: { read: 8 },
    },
    {
      name: "many that end with CR, byte by byte",
      bytes: utf8Bytes("A\r".repeat(many)),
      chunk: 1,
      messages: many,
      most: { read: 8 },
    },
    {
      name: "many with nothing in them",
      bytes: utf8Bytes("\r\n".repeat(many) + "A\n"),
      chunk: Infinity,
      messages: 1,
      most: { read: 8 },
    },
    {
      name: "many that no batch decodes",
      bytes: utf8Bytes("é b\n".repeat(many)),
      chunk: Infinity,
      messages: many,
    },
    {
      name: "many that are no UTF-8",
      bytes: joined(Array.from({ length: many }, () => hex("41 20 e9 0a"))),
      chunk: Infinity,
      messages: many,
      // In a batch, as UTF-8, and once more to know whether it is.
      most: { decoded: 4 },
    },
  ];
  return [
    ...cases.map((one) => ({
      ...one,
      name: `irc() of ${one.name}`,
      codec,
      counting: { storage: true },
    })),
    {
      name: "irc() that skips one endless line",
      codec: irc({ maxBytes: 10, onTooLong: "skip" }),
      bytes: utf8Bytes(long),
      chunk: 100,
      messages: 1,
      counting: { storage: true },
    },
  ];
}
