import { assertEquals, assertInstanceOf } from "@std/assert";
import { ClosedError } from "../../mod.ts";
import { interruption } from "../../cli/interruption.ts";
import { runCommand } from "../runtime.ts";
import { Child } from "./child.ts";
import { keptIo } from "./kept_io.ts";

Deno.test("interruption() is aborted with why when who runs the program says so", () => {
  const controller = new AbortController();
  using interrupt = interruption(keptIo({ signal: controller.signal }));
  assertEquals(interrupt.signal.aborted, false);
  controller.abort();
  const { reason } = interrupt.signal;
  assertInstanceOf(reason, ClosedError);
  assertEquals([reason.by, reason.message], ["local", "Cannot go on: the program was interrupted"]);
});

Deno.test("interruption() is aborted at once when who runs the program said so before", () => {
  using interrupt = interruption(keptIo({ signal: AbortSignal.abort() }));
  assertEquals(interrupt.signal.aborted, true);
});

Deno.test("interruption() hears nothing more when it is disposed", () => {
  const controller = new AbortController();
  const interrupt = interruption(keptIo({ signal: controller.signal }));
  interrupt[Symbol.dispose]();
  controller.abort();
  assertEquals(interrupt.signal.aborted, false);
});

for (const [first, second] of [["SIGINT", "SIGINT"], ["SIGTERM", "SIGINT"]] as const) {
  Deno.test(`interruption() is aborted by ${first}, and ends the program with 130 when ${second} follows`, async () => {
    await using child = new Child(runCommand("tests/cli/children/interruption.ts"));
    await child.stdout.until(/^ready\n/);
    child.signal(first);
    await child.stdout.until(/^ready\nClosedError: Cannot go on: the program was interrupted\n$/);
    child.signal(second);
    assertEquals(await child.ended, 130);
  });
}
