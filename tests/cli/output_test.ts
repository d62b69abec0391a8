import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Output, OutputError } from "../../cli/output.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { stateOf, turns } from "../../testing/turns.ts";
import { FakeSink } from "./fake_sink.ts";

const LEFT = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
const FULL = new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)");
const DISK_FULL = Object.assign(new Error("No space left on device (os error 28)"), {
  code: "ENOSPC",
});

Deno.test("Output writes all lines of a turn at once, behind it and in order", async () => {
  const sink = new FakeSink();
  const output = new Output("stdout", sink);
  output.print("one\n");
  output.print(Uint8Array.of(0xff, 10));
  output.print("é\n");
  assertEquals(sink.given, []);
  await output.flush();
  assertEquals(sink.given.length, 1);
  assertEquals(sink.taken, [111, 110, 101, 10, 0xff, 10, 0xc3, 0xa9, 10]);
  assertEquals(output.backlogBytes, 0);
});

Deno.test("Output has one write under way, and all that came meanwhile in the next one", async () => {
  const sink = new FakeSink("waits");
  const output = new Output("stdout", sink);
  output.print("one\n");
  await turns();
  output.print("two\n");
  await turns();
  output.print("three\n");
  await turns();
  assertEquals(sink.given, ["one\n"]);
  sink.letGo();
  await output.flush();
  assertEquals([sink.given, sink.most], [["one\n", "two\nthree\n"], 1]);
});

Deno.test("Output goes on where a write took a part", async () => {
  const sink = new FakeSink(1, 2);
  const output = new Output("stdout", sink);
  output.print("hello\n");
  await output.flush();
  assertEquals([sink.given, sink.text], [["hello\n", "ello\n", "lo\n"], "hello\n"]);
});

Deno.test("Output gives a write 64 KiB at most", async () => {
  const sink = new FakeSink();
  const output = new Output("stdout", sink);
  const text = `${"x".repeat(100_000)}\n`;
  output.print(text);
  await output.flush();
  assertEquals(sink.given.map(({ length }) => length), [65_536, 34_465]);
  assertEquals(sink.text, text);
});

Deno.test("Output asks a full stream that does not block again after 1, 2, 4 ... 50 ms", async () => {
  const clock = new FakeClock();
  const sink = new FakeSink(...Array.from({ length: 9 }, () => FULL), 1, FULL);
  const output = new Output("stdout", sink, { clock });
  output.print("hi\n");
  await turns();
  for (const ms of [1, 2, 4, 8, 16, 32, 50, 50, 50]) {
    const tries = sink.given.length;
    await clock.advance(ms - 0.5);
    assertEquals(sink.given.length, tries);
    await clock.advance(0.5);
    assert(sink.given.length > tries);
  }
  // One byte was taken, and it is full again: it is asked as soon as at first.
  assertEquals([sink.text, sink.given.length], ["h", 11]);
  await clock.advance(1);
  await output.flush();
  assertEquals([sink.text, output.error], ["hi\n", undefined]);
});

Deno.test("Output drops what comes over maxBacklogBytes, and the stream says how many lines", async () => {
  const sink = new FakeSink("waits");
  const output = new Output("stdout", sink, { maxBacklogBytes: 8 });
  output.print("one\n");
  await turns();
  assertEquals(await stateOf(output.overflowed), "pending");
  // The last one may go over: a line is dropped whole or not at all.
  output.print("two\n");
  output.print("three\n");
  output.print("four\nfive\n");
  output.print(Uint8Array.of(120, 10));
  assertEquals(await stateOf(output.overflowed), "fulfilled");
  assertEquals([output.backlogBytes, output.unwrittenLines], [8, 6]);
  sink.letGo();
  await output.flush();
  output.print("six\n");
  await output.flush();
  assertEquals(
    sink.text,
    "one\ntwo\n(4 lines were dropped here: nobody read them in time)\nsix\n",
  );
  assertEquals(output.unwrittenLines, 0);
});

Deno.test("Output tells of dropped lines in the program's own words", async () => {
  const sink = new FakeSink("waits");
  const output = new Output("stdout", sink, { maxBacklogBytes: 4 });
  output.describeDropped = (lines) => `{"lines":${lines}}\n`;
  output.print("one\n");
  output.print("two\n");
  await turns();
  sink.letGo();
  await output.flush();
  assertEquals(sink.text, 'one\n{"lines":1}\n');
});

Deno.test("Output keeps at most 1 MiB unless told otherwise", async () => {
  const sink = new FakeSink("waits");
  const output = new Output("stdout", sink);
  const line = `${"x".repeat(1023)}\n`;
  for (let count = 0; count < 5000; count++) output.print(line);
  assertEquals(output.backlogBytes, 1024 * 1024);
  await turns();
  sink.letGo();
  await output.flush();
  assertStringIncludes(sink.text, "\n(3976 lines were dropped here");
});

Deno.test("Output.ready waits from 64 KiB on until less than that waits", async () => {
  const sink = new FakeSink("waits", "waits");
  const output = new Output("stdout", sink);
  output.print("x".repeat(65_535));
  assertEquals(output.ready(), undefined);
  output.print("x");
  const ready = output.ready();
  assert(ready);
  assertEquals(output.ready(), ready);
  assertEquals(await stateOf(ready), "pending");
  sink.letGo();
  await ready;
  assertEquals(output.ready(), undefined);
});

for (
  const [cause, message] of [
    [LEFT, "Cannot write to stdout: its reader has left"],
    [DISK_FULL, "Cannot write to stdout: no space is left on the device"],
    [new Error("Input/output error"), "Cannot write to stdout: Input/output error"],
  ] as const
) {
  Deno.test(`Output fails once when a write fails: ${message}`, async () => {
    const sink = new FakeSink(3, cause);
    const output = new Output("stdout", sink);
    const large = `${"x".repeat(70_000)}\n`;
    output.print("one\ntwo\n");
    output.print(large);
    const ready = output.ready();
    assert(ready);
    const flushed = output.flush();
    const error = await output.failed;
    assert(error instanceof OutputError && error === output.error);
    assertEquals([error.message, error.cause], [message, cause]);
    await Promise.all([ready, flushed]);
    assertEquals([output.unwrittenLines, output.backlogBytes], [3, 0]);
    // What is printed from now on goes nowhere, and is counted.
    output.print("three\n");
    await turns();
    assertEquals([sink.given.length, output.unwrittenLines, output.ready()], [2, 4, undefined]);
    await output.flush();
  });
}

Deno.test("Output keeps the order when many turns print more than one write takes", async () => {
  const sink = new FakeSink(...Array.from({ length: 200 }, (_, at) => 1 + at * 7919 % 3000));
  const output = new Output("stdout", sink);
  let expected = "";
  for (let turn = 0; turn < 50; turn++) {
    for (let line = 0; line < 20; line++) {
      const text = `${turn} ${line} ${"é".repeat((turn * line) % 90)}\n`;
      expected += text;
      if (line % 3 === 0) output.print(new TextEncoder().encode(text));
      else output.print(text);
    }
    await turns(1);
  }
  await output.flush();
  assertEquals(sink.text, expected);
});

Deno.test("Output refuses a maxBacklogBytes that is no limit", () => {
  for (const maxBacklogBytes of [0, -1, 1.5, NaN]) {
    const options = { maxBacklogBytes };
    assertThrows(
      () => new Output("stdout", new FakeSink(), options),
      RangeError,
      "maxBacklogBytes",
    );
  }
});
