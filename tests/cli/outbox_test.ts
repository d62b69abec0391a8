import { assertEquals, assertRejects } from "@std/assert";
import { Outbox } from "../../cli/outbox.ts";

/** A way to send that fails at some messages. */
function sender(fails: readonly string[] = []) {
  const sent: string[] = [];
  const send = (message: string) => {
    if (fails.includes(message)) return Promise.reject(new Error("lost"));
    sent.push(message);
    return Promise.resolve();
  };
  return { sent, send };
}

const { signal } = new AbortController();

Deno.test("Outbox sends its messages in order, and knows when there are no more", async () => {
  const outbox = new Outbox(["a", "b"]);
  const { sent, send } = sender();
  assertEquals(outbox.isDone, false);
  await outbox.empty(send, signal);
  assertEquals([sent, outbox.isDone], [["a", "b"], true]);
});

Deno.test("Outbox keeps a message that could not be sent for the next one who sends", async () => {
  const outbox = new Outbox(["a", "b", "c"]);
  await assertRejects(() => outbox.empty(sender(["b"]).send, signal), Error, "lost");
  const { sent, send } = sender();
  await outbox.empty(send, signal);
  assertEquals(sent, ["b", "c"]);
});

Deno.test("Outbox keeps a message that comes when nobody sends any more", async () => {
  const typed = new TransformStream<string, string>();
  const writer = typed.writable.getWriter();
  const outbox = new Outbox(typed.readable);
  const over = new AbortController();
  const first = sender();
  const emptying = outbox.empty(first.send, over.signal);
  over.abort();
  await emptying;
  void writer.write("late");
  void writer.close();
  const second = sender();
  await outbox.empty(second.send, signal);
  assertEquals([first.sent, second.sent], [[], ["late"]]);
});

Deno.test("Outbox fails as its messages fail", async () => {
  const outbox = new Outbox(async function* () {
    yield "a";
    throw new Error("no text");
  }());
  const { sent, send } = sender();
  await assertRejects(() => outbox.empty(send, signal), Error, "no text");
  assertEquals([sent, outbox.isDone], [["a"], false]);
});
