// Registers cases of every kind with the runner for Bun, which works on every runtime.
import { runOneByOne } from "../../../shims/testing/own_runner.ts";

const order: string[] = [];
const run = { skip: false };

runOneByOne("passes, some turns later", run, async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  order.push("first");
});
runOneByOne("is ignored", { skip: true }, () => {
  order.push("ignored");
});
runOneByOne("runs behind those before it", run, () => {
  if (order.join() !== "first") throw new Error(`It was ${order}`);
});
runOneByOne("throws", run, () => {
  throw new Error("thrown");
});
runOneByOne("leaves a rejection", run, () => {
  void Promise.reject(new Error("left alone"));
});
runOneByOne("has a step that fails", run, async (steps) => {
  await steps.test("left out", { skip: true }, () => {
    throw new Error("It was not left out");
  });
  await steps.test("broken", run, () => Promise.reject(new Error("in a step")));
  await steps.test("whole", run, () => {});
});
runOneByOne("passes when others failed", run, () => {});
runOneByOne("waits for what will not come", run, () => new Promise(() => {}));
runOneByOne("is never begun", run, () => {});
