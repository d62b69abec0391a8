import { assertEquals } from "@std/assert";
import { SideTasks } from "../../../transfer/parcel/side_tasks.ts";
import { stateOf } from "../../../testing/turns.ts";

/** A task that runs until it is told to end, with or without an error. */
class Task {
  started = false;
  end: (error?: Error) => void = () => {};

  readonly run = (): Promise<void> => {
    this.started = true;
    return new Promise((resolve, reject) => {
      this.end = (error) => error ? reject(error) : resolve();
    });
  };
}

Deno.test("start() waits until one of them is over when as many run as may", async () => {
  const side = new SideTasks({ max: 2, onError: () => {} });
  const [first, second, third] = [new Task(), new Task(), new Task()];
  await side.start(first.run);
  const { done } = await side.start(second.run);
  const starting = side.start(third.run);
  assertEquals([await stateOf(starting), third.started], ["pending", false]);
  second.end();
  await starting;
  assertEquals([third.started, await stateOf(done)], [true, "fulfilled"]);
  first.end();
  third.end();
  await side.settled();
});

Deno.test("settled() waits for every task, and at once when there is none", async () => {
  const side = new SideTasks({ max: 2, onError: () => {} });
  await side.settled();
  const [first, second] = [new Task(), new Task()];
  await side.start(first.run);
  await side.start(second.run);
  const settled = side.settled();
  first.end();
  assertEquals(await stateOf(settled), "pending");
  second.end();
  await settled;
});

Deno.test("onError hears what a task fails with, and the others go on", async () => {
  const errors: unknown[] = [];
  const side = new SideTasks({ max: 2, onError: (error) => void errors.push(error) });
  const [first, second] = [new Task(), new Task()];
  const { done } = await side.start(first.run);
  await side.start(second.run);
  const error = new Error("broken");
  first.end(error);
  await done;
  assertEquals(errors, [error]);
  second.end();
  await side.settled();
});
