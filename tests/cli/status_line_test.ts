import { assertEquals } from "@std/assert";
import { StatusLine } from "../../cli/status_line.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { keptIo } from "./kept_io.ts";

const BLANK = "\r         \r";

function make(options: { terminal?: boolean; hidden?: boolean } = {}) {
  const { terminal = true, hidden = false } = options;
  const screen = keptIo({ stderrIsTerminal: terminal });
  const clock = new FakeClock();
  const status = new StatusLine(screen, { hidden, clock, columns: () => 10 });
  return { screen, clock, status };
}

Deno.test("StatusLine draws ten times a second, from a tenth of one on, until it is hidden", async () => {
  const { screen, clock, status } = make();
  let drawn = 0;
  status.show((columns) => `${columns} ${++drawn}`);
  await clock.advance(99);
  assertEquals(screen.about, []);
  await clock.advance(1);
  assertEquals(screen.about.splice(0), [`${BLANK}10 1`]);
  status.show(() => "new");
  await clock.advance(250);
  assertEquals(screen.about.splice(0), [`${BLANK}new`, `${BLANK}new`]);
  status.hide();
  status.hide();
  assertEquals(screen.about.splice(0), [BLANK]);
  assertEquals(clock.pending, 0);
  status.show(() => "again");
  await clock.advance(100);
  assertEquals(screen.about, [`${BLANK}again`]);
  status.hide();
});

Deno.test("StatusLine draws nothing when it is over within a tenth of a second", async () => {
  const { screen, clock, status } = make();
  status.show(() => "x");
  await clock.advance(50);
  status.hide();
  await clock.advance(1000);
  assertEquals(screen.about, []);
});

Deno.test("StatusLine stands below what is printed, on stdout and on stderr", async () => {
  const { screen, clock, status } = make();
  status.io.stderr("one\n");
  status.show(() => "x");
  await clock.advance(100);
  status.io.stdout("two\n");
  status.io.stderr("three\n");
  assertEquals(screen.out, ["two\n"]);
  assertEquals(screen.about, ["one\n", `${BLANK}x`, BLANK, "three\n"]);
  assertEquals(status.io.stdin, screen.stdin);
  status.hide();
});

for (const options of [{ terminal: false }, { hidden: true }]) {
  Deno.test(`StatusLine draws nothing when it is made with ${JSON.stringify(options)}`, async () => {
    const { screen, clock, status } = make(options);
    assertEquals(status.io, screen);
    status.show(() => "x");
    await clock.advance(1000);
    status.hide();
    assertEquals([screen.about, clock.pending], [[], 0]);
  });
}
