import fc from "fast-check";
import type { IrcMessage } from "../../../codec/irc/mod.ts";

/** Text of a few characters, those that mean something among them. */
function textOf(characters: string, { min = 0 }: { min?: number } = {}): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...characters), { minLength: min, maxLength: 6 })
    .map((parts) => parts.join(""));
}

const word = textOf("aZ09@!:;=\\,#é€\u{1f600}\x01\x7f\ufeff", { min: 1 });
const source = word;
// What is decoded is in upper case.
const command = fc.oneof(
  fc.constantFrom("PRIVMSG", "NOTICE", "TOPIC", "KICK", "QUIT", "005", "353"),
  textOf("AZ09é;", { min: 1 }),
);
const tags = fc.array(
  fc.tuple(textOf("a0+/@:\\é", { min: 1 }), textOf("a0;: \\\r\nsrn=é\u{1f600}")),
  { minLength: 1, maxLength: 3 },
).map((entries) => new Map(entries));

const params = fc.tuple(
  fc.array(word.filter((text) => !text.startsWith(":")), { maxLength: 14 }),
  fc.array(textOf("aZ :@;\\é€\t\x02"), { maxLength: 1 }),
).map(([middle, trailing]) => [...middle, ...trailing]);

/** Messages of every kind that can be said, each as it is decoded. */
export const anyMessage: fc.Arbitrary<IrcMessage> = fc.record(
  { tags, source, command, params },
  { requiredKeys: ["command", "params"] },
);
