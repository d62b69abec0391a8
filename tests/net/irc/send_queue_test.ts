import { assertEquals } from "@std/assert";
import type { IrcMessage } from "../../../codec/irc/mod.ts";
import { SendQueue } from "../../../net/irc/send_queue.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { rejectionOf, turns } from "../../../testing/turns.ts";

const messages = (...texts: readonly string[]): IrcMessage[] =>
  texts.map((text) => ({ command: "PRIVMSG", params: ["bob", text] }));

/** A queue whose connection fails to send what is "bad". */
function failingQueue({ burst = 1 } = {}) {
  const clock = new FakeClock();
  const queue = new SendQueue({ pace: { burst, everyMs: 1000 }, maxQueuedMessages: 10, clock });
  const sent: string[] = [];
  const target = {
    send({ params: [, text = ""] }: IrcMessage): Promise<void> {
      sent.push(text);
      return text === "bad" ? Promise.reject(new Error("lost")) : Promise.resolve();
    },
  };
  queue.begin(target, []);
  return { queue, sent, clock };
}

Deno.test("SendQueue sends nothing of what belongs together behind the one that fails", async () => {
  const { queue, sent, clock } = failingQueue();
  const error = rejectionOf(queue.send(messages("bad", "behind it")));
  const other = queue.send(messages("another"));
  assertEquals(String(await error), "Error: lost");
  assertEquals(queue.length, 1);
  await clock.advance(1000);
  await other;
  assertEquals(sent, ["bad", "another"]);
});

Deno.test("SendQueue forgets what waits when its signal is aborted, and nothing else", async () => {
  const { queue, sent, clock } = failingQueue();
  const stop = new AbortController();
  const error = rejectionOf(queue.send(messages("1", "2", "3"), stop.signal));
  const other = queue.send(messages("4"));
  await turns();
  stop.abort(new Error("enough"));
  assertEquals(String(await error), "Error: enough");
  await clock.advance(1000);
  await other;
  assertEquals(sent, ["1", "4"]);
});
