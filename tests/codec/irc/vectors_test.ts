import { assert, assertEquals } from "@std/assert";
import {
  formatIrcMessage,
  formatSource,
  irc,
  type IrcMessage,
  isIrcHostname,
  matchesMask,
  parseIrcMessage,
  parseSource,
} from "../../../codec/irc/mod.ts";
import { decodeChunks, utf8Bytes } from "../support.ts";
import { type Atoms, HOSTNAMES, JOIN, MASKS, NO_HOSTNAMES, SOURCES, SPLIT } from "./vectors.ts";

Deno.test("the vectors are all there", () => {
  assertEquals([SPLIT.length, JOIN.length, MASKS.length, SOURCES.length], [35, 18, 6, 7]);
  assertEquals([HOSTNAMES.length, NO_HOSTNAMES.length], [8, 11]);
});

for (const { line, command, ...atoms } of SPLIT) {
  Deno.test(`parseIrcMessage() and irc() cut ${JSON.stringify(line)} as the vectors have it`, () => {
    const expected = messageOf(atoms, command);
    assertEquals(parseIrcMessage(line), expected);
    assertEquals(decodeChunks(irc(), [utf8Bytes(`${line}\r\n`)]), {
      messages: [expected],
      error: undefined,
    });
  });
}

for (const { lines, command, ...atoms } of JOIN) {
  Deno.test(`formatIrcMessage() and irc() write ${JSON.stringify(lines[0])} as the vectors have it`, () => {
    const message = messageOf(atoms);
    const written = formatIrcMessage(message);
    assert(lines.includes(written), written);
    assertEquals(irc().encode(message), utf8Bytes(`${written}\r\n`));
    for (const line of lines) assertEquals(parseIrcMessage(line), messageOf(atoms, command));
  });
}

for (const { mask, matches, fails } of MASKS) {
  Deno.test(`matchesMask() takes ${mask} as the vectors have it`, () => {
    for (const text of matches) assert(matchesMask(mask, text), text);
    for (const text of fails) assert(!matchesMask(mask, text), text);
  });
}

Deno.test("isIrcHostname() says what the vectors say", () => {
  for (const name of HOSTNAMES) assert(isIrcHostname(name), name);
  for (const name of NO_HOSTNAMES) assert(!isIrcHostname(name), name);
});

for (const { source, ...parts } of SOURCES) {
  Deno.test(`parseSource() cuts ${JSON.stringify(source)} as the vectors have it`, () => {
    assertEquals(parseSource(source), parts);
    assertEquals(formatSource(parts), source);
  });
}

function messageOf({ tags, source, verb, params = [] }: Atoms, command = verb): IrcMessage {
  return {
    ...tags && { tags: new Map(Object.entries(tags)) },
    ...source !== undefined && { source },
    command,
    params,
  };
}
