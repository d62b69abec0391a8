import { assert, assertEquals, assertThrows } from "@std/assert";
import { saslLines, saslPlain } from "../../../codec/irc/mod.ts";
import { ProtocolError } from "../../../codec/mod.ts";
import { comparable, utf8Bytes } from "../support.ts";

Deno.test("saslPlain() gives the messages of RFC 4616, 4", () => {
  const password = "tanstaaftanstaaf";
  assertEquals(saslPlain({ account: "tim", password }), utf8Bytes(`\0tim\0${password}`));
  assertEquals(
    saslPlain({ account: "Kurt", password: "xipj3plmq", authorization: "Ursel" }),
    utf8Bytes("Ursel\0Kurt\0xipj3plmq"),
  );
});

Deno.test("saslPlain() writes UTF-8", () => {
  assertEquals(comparable(saslPlain({ account: "é", password: "€" })), "00 c3 a9 00 e2 82 ac");
});

Deno.test("saslPlain() refuses what is empty or holds NUL, and does not show it", () => {
  const sound = { account: "ann", password: "secret" };
  for (
    const [name, options] of [
      ["account", { ...sound, account: "" }],
      ["account", { ...sound, account: "secret\0" }],
      ["password", { ...sound, password: "" }],
      ["password", { ...sound, password: "sec\0ret" }],
      ["authorization", { ...sound, authorization: "secret\0" }],
    ] as const
  ) {
    const error = assertThrows(() => saslPlain(options), ProtocolError);
    assertEquals(error.message, `Cannot encode SASL PLAIN: the ${name} is empty or holds NUL`);
    assertEquals([error.code, error.side], ["bad-message", "local"]);
    assert(!/secret|sec\0ret/.test(JSON.stringify([error.message, error.received])));
  }
});

Deno.test("saslPlain() refuses a surrogate that stands alone, and does not show the rest", () => {
  for (
    const options of [
      { account: "secret\ud800", password: "a" },
      { account: "a", password: "secret\ud800" },
      { account: "a", password: "b", authorization: "secret\ud800" },
    ]
  ) {
    const error = assertThrows(() => saslPlain(options), ProtocolError);
    assertEquals(
      error.message,
      "Cannot encode SASL PLAIN: a surrogate stands alone at 6, which UTF-8 cannot say",
    );
    assertEquals([error.code, error.side], ["bad-utf8", "local"]);
  }
});

Deno.test("saslLines() gives pieces of 400 characters, and + when the last would be empty", () => {
  for (
    const [bytes, lengths] of [
      [0, [1]],
      [1, [4]],
      [297, [396]],
      [298, [400, 1]],
      [300, [400, 1]],
      [301, [400, 4]],
      [597, [400, 396]],
      [600, [400, 400, 1]],
      [601, [400, 400, 4]],
    ] as const
  ) {
    const message = Uint8Array.from({ length: bytes }, (_, at) => at);
    const lines = saslLines(message);
    assertEquals(lines.map(({ length }) => length), [...lengths], `${bytes} bytes`);
    const text = lines.filter((line) => line !== "+").join("");
    assertEquals(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)), message);
    assertEquals(lines.at(-1) === "+", lengths.at(-1) === 1);
  }
});

Deno.test("saslLines() throws when it is given no bytes", () => {
  // The point is that it is wrong.
  const error = assertThrows(() => saslLines("AGFubg==" as unknown as Uint8Array), TypeError);
  assertEquals(error.message, 'Cannot encode SASL message: "AGFubg==" is no Uint8Array');
});
