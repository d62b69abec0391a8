import { assertEquals } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { LastWord } from "../../../cli/irc/last_word.ts";
import { ClosedError } from "../../../net/errors.ts";
import { rejectionOf, stateOf } from "../../../testing/turns.ts";
import { FakeChatClient } from "./fake_chat_client.ts";
import { messageOf } from "./irc_messages.ts";

Deno.test("LastWord waits until the server answers what was asked last", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  for (const token of ["parley-last-1", "parley-last-2"]) {
    const waiting = last.wait();
    assertEquals([await stateOf(waiting), irc.sent.at(-1)], ["pending", `PING|${token}`]);
    for (const other of [":irc PONG irc other", ":irc NOTICE me parley-last-1"]) {
      assertEquals(last.heard(messageOf(other)), false);
    }
    assertEquals(last.heard(messageOf(":irc PONG irc parley-last-0")), true);
    assertEquals(await stateOf(waiting), "pending");
    assertEquals(last.heard(messageOf(`:irc PONG irc ${token}`)), true);
    await waiting;
  }
});

Deno.test("LastWord asks again when the connection is lost meanwhile, and another one stands", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  const waiting = last.wait();
  // The first welcome is of the connection that was asked.
  last.heard(messageOf(":irc 001 me :Welcome"));
  assertEquals(irc.sent, ["PING|parley-last-1"]);
  last.heard(messageOf(":irc 001 me :Welcome"));
  assertEquals(irc.sent, ["PING|parley-last-1", "PING|parley-last-1"]);
  last.heard(messageOf(":irc PONG irc parley-last-1"));
  await waiting;
  last.heard(messageOf(":irc 001 me :Welcome"));
  assertEquals(irc.sent.length, 2);
});

Deno.test("LastWord waits for the next connection when the last one is lost before it could ask", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  last.heard(messageOf(":irc 001 me :Welcome"));
  irc.failure = new ClosedError("Lost", { code: "connection-closed", by: "peer" });
  const waiting = last.wait();
  assertEquals(await stateOf(waiting), "pending");
  irc.failure = undefined;
  last.heard(messageOf(":irc 001 me :Welcome"));
  last.heard(messageOf(":irc PONG irc parley-last-1"));
  await waiting;
});

Deno.test("LastWord fails when too much waits to be sent", async () => {
  const irc = new FakeChatClient();
  irc.failure = new LimitError("No", {
    limit: "maxQueuedMessages",
    max: 1,
    got: 2,
    unit: "messages",
  });
  assertEquals(await rejectionOf(new LastWord(irc).wait()), irc.failure);
});

Deno.test("LastWord waits for nothing when the connection is over", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  const waiting = last.wait();
  last.end();
  await waiting;
  await last.wait();
  assertEquals(irc.sent.length, 1);
});
