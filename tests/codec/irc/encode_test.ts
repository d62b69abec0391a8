import { assertEquals, assertThrows } from "@std/assert";
import { formatIrcMessage, irc, type IrcMessage } from "../../../codec/irc/mod.ts";
import { ByteWriter, ProtocolError } from "../../../codec/mod.ts";
import { comparable, hex, utf8Bytes } from "../support.ts";

/** What cannot be said, and what is said about it. */
const REFUSED: Readonly<Record<string, readonly [message: IrcMessage, problem: string]>> = {
  "a space in a middle parameter": [
    { command: "A", params: ["b c", "d"] },
    'parameter 1, "b c", is not the last one',
  ],
  "a colon in front of a middle parameter": [
    { command: "A", params: ["b", ":c", "d"] },
    'parameter 2, ":c", is not the last one',
  ],
  "an empty middle parameter": [
    { command: "A", params: ["", "d"] },
    'parameter 1, "", is not the last one',
  ],
  "16 parameters": [
    { command: "A", params: Array(16).fill("b") },
    "16 parameters are too many",
  ],
  "an empty command": [{ command: "", params: [] }, 'the command is ""'],
  "a space in the command": [{ command: "A B", params: [] }, 'the command is "A B"'],
  "a command that begins like a source": [{ command: ":A", params: [] }, 'the command is ":A"'],
  "a command that begins like tags": [{ command: "@A", params: [] }, 'the command is "@A"'],
  "an empty source": [{ source: "", command: "A", params: [] }, 'the source is ""'],
  "a space in the source": [{ source: "a b", command: "A", params: [] }, 'the source is "a b"'],
  "an empty key": [tagged("", "b"), 'the tag "" is no key'],
  "a space in a key": [tagged("a b", "c"), 'the tag "a b" is no key'],
  "an equals sign in a key": [tagged("a=b", "c"), 'the tag "a=b" is no key'],
  "a semicolon in a key": [tagged("a;b", "c"), 'the tag "a;b" is no key'],
  "a NUL in a tag's value": [tagged("a", "\0"), 'the value of the tag "a" is "\\u0000"'],
};

function tagged(key: string, value: string): IrcMessage {
  return { tags: new Map([[key, value]]), command: "A", params: [] };
}

/** The parts that CR, LF and NUL may stand in, each with a message around. */
const PARTS: Readonly<Record<string, (text: string) => IrcMessage>> = {
  "the command": (command) => ({ command, params: [] }),
  "the source": (source) => ({ source, command: "A", params: [] }),
  "a middle parameter": (param) => ({ command: "A", params: [param, "b"] }),
  "the last parameter": (param) => ({ command: "PRIVMSG", params: ["b", param] }),
  "the only parameter": (param) => ({ command: "A", params: [param] }),
  "a tag's key": (key) => tagged(key, "b"),
};

for (const [what, [message, problem]] of Object.entries(REFUSED)) {
  Deno.test(`irc() and formatIrcMessage() refuse ${what}`, () => {
    for (const encode of [() => formatIrcMessage(message), () => irc().encode(message)]) {
      const error = assertThrows(encode, ProtocolError);
      assertEquals(error.message, `Cannot encode IRC message: ${problem}`);
      assertEquals([error.code, error.side], ["bad-message", "local"]);
    }
  });
}

for (const [part, messageOf] of Object.entries(PARTS)) {
  Deno.test(`irc() and formatIrcMessage() refuse CR, LF and NUL in ${part}`, () => {
    for (const character of ["\r", "\n", "\0"]) {
      for (const text of [character, `x${character}`, `${character}x`, `é${character}QUIT`]) {
        const message = messageOf(text);
        for (const encode of [() => formatIrcMessage(message), () => irc().encode(message)]) {
          const error = assertThrows(encode, ProtocolError);
          assertEquals([error.code, error.side], ["bad-message", "local"]);
        }
      }
    }
  });
}

Deno.test("irc() writes CR and LF in a tag's value as their escapes", () => {
  assertEquals(irc().encode(tagged("a", "b\r\nQUIT")), utf8Bytes("@a=b\\r\\nQUIT A\r\n"));
});

for (const part of ["the source", "a middle parameter", "the last parameter", "a tag's key"]) {
  Deno.test(`irc() refuses a surrogate that stands alone in ${part}`, () => {
    for (const text of ["a\ud800", "\udc00a"]) {
      const error = assertThrows(() => irc().encode(PARTS[part]!(text)), ProtocolError);
      assertEquals([error.code, error.side], ["bad-utf8", "local"]);
    }
  });
}

/** What is no message at all, as JavaScript may pass it. */
const NO_MESSAGES: Readonly<Record<string, unknown>> = {
  "null": null,
  "text": "PING",
  "no parameters": { command: "PING" },
  "text as parameters": { command: "PING", params: "a" },
  "a number as parameter": { command: "PING", params: [5] },
  "no command": { params: [] },
  "a number as command": { command: 5, params: [] },
  "null as source": { source: null, command: "PING", params: [] },
  "null as tags": { tags: null, command: "PING", params: [] },
  "an object as tags": { tags: { a: "b" }, command: "PING", params: [] },
  "an object with a size as tags": { tags: { size: 0 }, command: "PING", params: [] },
};

for (const [name, given] of Object.entries(NO_MESSAGES)) {
  Deno.test(`irc() and formatIrcMessage() refuse what is no message: ${name}`, () => {
    // The point is that it is wrong.
    const message = given as IrcMessage;
    const lifted = irc({ maxSentBytes: Infinity, maxSentTagBytes: Infinity });
    for (
      const encode of [
        () => formatIrcMessage(message),
        () => irc().encode(message),
        () => lifted.encode(message),
      ]
    ) {
      const error = assertThrows(encode, TypeError);
      assertEquals(/^Cannot encode IRC message: .+ is none$/.test(error.message), true);
    }
  });
}

Deno.test("irc() refuses a tag's value that is no text", () => {
  // The point is that it is wrong.
  const message = tagged("a", 5 as unknown as string);
  const error = assertThrows(() => irc().encode(message), ProtocolError);
  assertEquals(error.message, 'Cannot encode IRC message: the value of the tag "a" is 5');
});

Deno.test("irc() leaves nothing out when tags, source and parameters are absent or empty", () => {
  const cases: readonly (readonly [IrcMessage, string])[] = [
    [{ command: "A", params: [] }, "A"],
    [{ tags: new Map(), command: "A", params: [] }, "A"],
    [{ command: "A", params: [""] }, "A :"],
    [{ command: "A", params: ["b", ":"] }, "A b ::"],
    [{ command: "A", params: ["b", " "] }, "A b : "],
    [{ command: "A", params: ["b:c", "d"] }, "A b:c d"],
    [{ command: "A", params: Array(15).fill("b") }, "A" + " b".repeat(15)],
    [{ command: "privmsg", params: ["#a", "b"] }, "privmsg #a b"],
  ];
  for (const [message, line] of cases) {
    assertEquals(formatIrcMessage(message), line);
    assertEquals(irc().encode(message), utf8Bytes(`${line}\r\n`));
  }
});

Deno.test("irc() writes a colon in front of what a person says, and of nothing else that needs none", () => {
  const cases: readonly (readonly [IrcMessage, string])[] = [
    [{ command: "PRIVMSG", params: ["#a", "b"] }, "PRIVMSG #a :b"],
    [{ command: "NOTICE", params: ["#a", "b"] }, "NOTICE #a :b"],
    [{ command: "PRIVMSG", params: ["#a"] }, "PRIVMSG #a"],
    [{ command: "TOPIC", params: ["#a"] }, "TOPIC #a"],
    [{ command: "TOPIC", params: ["#a", "b"] }, "TOPIC #a :b"],
    [{ command: "PART", params: ["#a", "b"] }, "PART #a :b"],
    [{ command: "KICK", params: ["#a", "b"] }, "KICK #a b"],
    [{ command: "KICK", params: ["#a", "b", "c"] }, "KICK #a b :c"],
    [{ command: "QUIT", params: ["b"] }, "QUIT :b"],
    [{ command: "AWAY", params: ["b"] }, "AWAY :b"],
    [{ command: "353", params: ["a", "=", "#b", "c"] }, "353 a = #b :c"],
    [{ command: "JOIN", params: ["#a"] }, "JOIN #a"],
    [{ command: "constructor", params: ["a"] }, "constructor a"],
  ];
  for (const [message, line] of cases) {
    assertEquals(formatIrcMessage(message), line);
    assertEquals(irc().encode(message), utf8Bytes(`${line}\r\n`));
  }
});

Deno.test("irc() writes UTF-8 when it has read ISO 8859-1", () => {
  const decoder = irc().decoder();
  decoder.push(hex("41 20 e9 0d 0a"));
  const message = decoder.next()!;
  assertEquals(message, { command: "A", params: ["é"] });
  assertEquals(comparable(irc().encode(message)), "41 20 c3 a9 0d 0a");
});

Deno.test("a session of irc() writes behind what is there, plain lines and others", () => {
  const writer = new ByteWriter();
  const session = irc().session();
  writer.text("before;");
  session.encode({ ...tagged("a", "b"), params: ["c"] }, writer);
  session.encode({ ...tagged("é", ";"), params: ["€"] }, writer);
  assertEquals(writer.finish(), utf8Bytes("before;@a=b A c\r\n@é=\\: A €\r\n"));
});
