import { assertEquals, assertRejects } from "@std/assert";
import { Delivery, type DeliveryOptions } from "../../../cli/irc/delivery.ts";
import { ExplainedError } from "../../../cli/explained_error.ts";
import { ProtocolError } from "../../../codec/errors.ts";
import type { IrcMessage } from "../../../codec/irc/mod.ts";
import { FakeChatClient } from "./fake_chat_client.ts";
import { messageOf } from "./irc_messages.ts";

/** A client whose server answers what it is sent with these lines, by the beginning of what was sent, and each PING. */
class AnsweredClient extends FakeChatClient {
  readonly #answers: Readonly<Record<string, string>>;
  delivery: Delivery | undefined;

  constructor(answers: Readonly<Record<string, string>>) {
    super();
    this.#answers = answers;
  }

  override async send(message: IrcMessage): Promise<void> {
    await super.send(message);
    const [, answer] = Object.entries(this.#answers)
      .find(([begin]) => this.sent.at(-1)!.startsWith(begin)) ?? [];
    if (answer === "over") return this.delivery?.end();
    const isPing = message.command === "PING";
    const line = answer ?? (isPing ? `:irc PONG irc ${message.params[0]}` : undefined);
    if (line === undefined) return;
    const heard = messageOf(line);
    if (heard.command === "JOIN") this.channels.add(heard.params[0]!);
    this.delivery?.heard(heard);
  }
}

/** Delivers, and returns what was sent; the tokens of PINGs are left out. */
async function delivered(
  options: DeliveryOptions,
  answers: Readonly<Record<string, string>> = {},
): Promise<{ readonly sent: string[]; readonly count: number }> {
  const irc = new AnsweredClient({ "JOIN|": `:me!m@h JOIN ${options.target}`, ...answers });
  const delivery = new Delivery(irc, options);
  irc.delivery = delivery;
  let failure: unknown;
  await delivery.run().catch((error) => failure = error);
  if (failure !== undefined) throw failure;
  return { sent: irc.sent.map((line) => line.replace(/^PING.*/, "PING")), count: delivery.sent };
}

Deno.test("Delivery says each line to a person, and waits for what the server says to it", async () => {
  assertEquals(await delivered({ target: "bob", lines: ["one", "", "two words"] }), {
    sent: ["PRIVMSG|bob|one", "PRIVMSG|bob|two words", "PING"],
    count: 2,
  });
});

Deno.test("Delivery joins a channel before it says something there, with the key that was given", async () => {
  const joins = [{ channel: "#other", key: "no" }, { channel: "#News", key: "yes" }];
  assertEquals((await delivered({ target: "#news", lines: ["hi"], joins })).sent, [
    "JOIN|#news|yes",
    "PING",
    "PRIVMSG|#news|hi",
    "PING",
  ]);
});

Deno.test("Delivery joins no channel that was joined already", async () => {
  const irc = new AnsweredClient({});
  irc.channels.add("#NEWS");
  irc.delivery = new Delivery(irc, { target: "#news", lines: [] });
  await irc.delivery.run();
  assertEquals(irc.sent.map((line) => line.slice(0, 4)), ["PING", "PING"]);
});

for (
  const [what, target, answers, why] of [
    [
      "there is no such person",
      "bob",
      { "PRIVMSG|": ":irc 401 me BOB :No such nick" },
      "No such nick (401)",
    ],
    [
      "a channel takes nothing",
      "#a",
      { "PRIVMSG|": ":irc 404 me #a :Cannot\x1b" },
      "Cannot\\x1b (404)",
    ],
    ["a channel lets nobody in", "#a", { "JOIN|": ":irc 475 me #a :Bad key" }, "Bad key (475)"],
    [
      "a join has no effect",
      "#a",
      { "JOIN|": ":me!m@h JOIN #other" },
      "the server did not let us in",
    ],
    ["a message is too long", "bob", { "PRIVMSG|": ":irc 417 me :Too long" }, "Too long (417)"],
    [
      "a message fails",
      "bob",
      { "PRIVMSG|": "FAIL PRIVMSG INVALID_UTF8 :No UTF-8" },
      "No UTF-8 (INVALID_UTF8)",
    ],
    ["it is kicked", "#a", { "PRIVMSG|": ":op!o@h KICK #A me :spam" }, "op kicked us: spam"],
  ] as const
) {
  Deno.test(`Delivery ends with what the server says when ${what}`, async () => {
    // It would wait for the second line for ever.
    const lines = (async function* () {
      yield "one";
      await new Promise(() => {});
    })();
    const error = await assertRejects(() => delivered({ target, lines }, answers), ExplainedError);
    assertEquals(error.message, `Cannot send to ${target}: ${why}`);
    assertEquals(error.code, "refused");
  });
}

Deno.test("Delivery takes what is said to others for no refusal", async () => {
  for (
    const answer of [
      ":irc 401 me carol :No such nick",
      ":irc 422 me :No MOTD",
      ":irc 433 me other :In use",
      ":op!o@h KICK #b me",
      ":op!o@h KICK #a bob",
      "FAIL NICK X :no",
      ":irc PONG irc other",
    ]
  ) {
    const { count } = await delivered({ target: "#a", lines: ["x"] }, { "PRIVMSG|": answer });
    assertEquals(count, 1);
  }
});

Deno.test("Delivery refuses a line that is no text, and says which one", async () => {
  const lines = ["", "one", Uint8Array.of(0xff)];
  const error = await assertRejects(() => delivered({ target: "bob", lines }), ExplainedError);
  assertEquals(error.message, "Cannot send line 3: it is no UTF-8; 1 message before it was taken");
});

for (
  const [before, said] of [
    [[], "none before it was sent"],
    [["", "one"], "1 message before it was taken"],
    [["one", "two"], "2 messages before it were taken"],
  ] as const
) {
  Deno.test(`Delivery refuses a line that cannot be said in IRC, and says which one behind [${before}]`, async () => {
    const irc = new AnsweredClient({});
    const say = irc.say.bind(irc);
    const failure = new ProtocolError("Cannot say that: the text holds CR, LF or NUL", {
      code: "bad-message",
      side: "local",
      offset: 0,
      expected: "one line of text",
      received: "the text holds CR, LF or NUL",
    });
    irc.say = (target, text) => text.includes("\0") ? Promise.reject(failure) : say(target, text);
    const delivery = irc.delivery = new Delivery(irc, {
      target: "bob",
      lines: [...before, "a\0b"],
    });
    const error = await assertRejects(() => delivery.run(), ExplainedError);
    const line = before.length + 1;
    assertEquals([error.message, error.code], [
      `Cannot send line ${line}: the text holds CR, LF or NUL; ${said}`,
      "bad-message",
    ]);
    assertEquals(irc.sent.at(-1)?.slice(0, 4), "PING");
  });
}

Deno.test("Delivery says that the server refuses a line when another behind it cannot be said", async () => {
  const answers = { "PRIVMSG|": ":irc 401 me bob :No such nick" };
  const lines = ["one", Uint8Array.of(0xff)];
  const error = await assertRejects(() => delivered({ target: "bob", lines }, answers));
  assertEquals((error as Error).message, "Cannot send to bob: No such nick (401)");
});

Deno.test("Delivery fails with what the client fails with", async () => {
  const irc = new FakeChatClient();
  irc.failure = new TypeError("no");
  const run = () => new Delivery(irc, { target: "bob", lines: ["one"] }).run();
  await assertRejects(run, TypeError, "no");
});

for (const command of ["PING", "PRIVMSG", "JOIN"]) {
  Deno.test(`Delivery waits for nothing more when the connection is over at ${command}`, async () => {
    await delivered({ target: "#a", lines: ["one"] }, { [`${command}|`]: "over" });
  });
}

for (
  const line of [
    ":irc 422 me :No MOTD",
    ":irc 433 * bob :In use",
    ":irc 432 me bob :Not allowed",
    ":irc 401 me alice :No such nick",
  ]
) {
  Deno.test(`Delivery is not refused by ${line}`, async () => {
    for (const target of ["me", "bob"]) {
      const answers = { [`PRIVMSG|${target}`]: line };
      assertEquals((await delivered({ target, lines: ["hi"] }, answers)).count, 1);
    }
  });
}
