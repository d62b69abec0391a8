import { assertEquals } from "@std/assert";
import { LimitError } from "../../../codec/errors.ts";
import { LastWord } from "../../../cli/irc/last_word.ts";
import { ClosedError } from "../../../net/errors.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { rejectionOf, stateOf, turns } from "../../../testing/turns.ts";
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

const CLOSED = new ClosedError("Lost", { code: "connection-closed", by: "peer" });
const pong = (token: number | string) => messageOf(`:irc PONG irc parley-last-${token}`);

Deno.test("LastWord counts what is said until the server has answered behind it", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  for (let count = 0; count < 3; count++) await last.count(Promise.resolve());
  const waiting = last.wait();
  await last.count(Promise.resolve());
  last.heard(pong(1));
  await waiting;
  assertEquals([last.takeLost(), last.takeLost(), last.lost], [1, 0, 1]);
  await last.count(Promise.resolve());
  assertEquals([last.takeLost(), last.lost], [1, 2]);
});

Deno.test("LastWord counts nothing that was answered, and takes no answer for another", async () => {
  const irc = new FakeChatClient();
  const last = new LastWord(irc);
  let said = () => {};
  const slow = last.count(new Promise<void>((resolve) => said = resolve));
  const waiting = last.wait();
  await last.count(Promise.resolve());
  for (const token of ["x", "", "-1", "2", "1e9"]) last.heard(pong(token));
  assertEquals(await stateOf(waiting), "pending");
  last.heard(pong(1));
  // Whoever said it hears only now that it was sent.
  said();
  await slow;
  assertEquals(last.takeLost(), 1);
});

Deno.test("LastWord counts what failed as the connection was lost, and not what was never sent", async () => {
  const last = new LastWord(new FakeChatClient());
  assertEquals(await rejectionOf(last.count(Promise.reject(CLOSED))), CLOSED);
  await rejectionOf(last.count(Promise.reject(new TypeError("no"))));
  assertEquals([last.takeLost(), last.takeLost()], [1, 0]);
});

Deno.test("LastWord asks by itself after confirmMs whether the server has taken what was said", async () => {
  const irc = new FakeChatClient();
  const clock = new FakeClock();
  const last = new LastWord(irc, { confirmMs: 1000, clock });
  await clock.advance(5000);
  await last.count(Promise.resolve());
  await last.count(Promise.resolve());
  await clock.advance(999);
  assertEquals(irc.sent, []);
  await clock.advance(1);
  assertEquals(irc.sent, ["PING|parley-last-1"]);
  last.heard(pong(1));
  assertEquals(last.takeLost(), 0);
  // What could not be asked is asked later.
  irc.failure = CLOSED;
  await last.count(Promise.resolve());
  await clock.advance(1000);
  irc.failure = undefined;
  await clock.advance(1000);
  assertEquals(irc.sent.at(-1), "PING|parley-last-2");
  const waiting = last.wait();
  last.heard(pong(3));
  await waiting;
  await clock.advance(1e6);
  assertEquals([irc.sent.length, clock.pending], [3, 0]);
  await last.count(Promise.resolve());
  last.end();
  await turns();
  assertEquals(clock.pending, 0);
});
