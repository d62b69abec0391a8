import { assertEquals } from "@std/assert";
import { finishOutput } from "../../cli/finish.ts";
import { Output } from "../../cli/output.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { stateOf, turns } from "../../testing/turns.ts";
import { FakeSink, type FakeWrite } from "./fake_sink.ts";
import { keptIo } from "./kept_io.ts";

const LEFT = new Deno.errors.BrokenPipe("Broken pipe");
const PROBLEM = "x: Cannot write to stdout: its reader has left\n";

function streamsOf(out: readonly FakeWrite[], about: readonly FakeWrite[] = []) {
  const [stdout, stderr] = [new FakeSink(...out), new FakeSink(...about)];
  const streams = { stdout: new Output("stdout", stdout), stderr: new Output("stderr", stderr) };
  const io = keptIo({
    streams,
    stdout: (text) => streams.stdout.print(text),
    stderr: (text) => streams.stderr.print(text),
  });
  return { io, stdout, stderr };
}

Deno.test("finishOutput writes all that was printed, and leaves the exit code", async () => {
  const { io, stdout, stderr } = streamsOf([1], [1]);
  io.stdout("data\n");
  io.stderr("about\n");
  assertEquals(await finishOutput(7, { io, name: "x", isWork: true }), 7);
  assertEquals([stdout.text, stderr.text], ["data\n", "about\n"]);
});

Deno.test("finishOutput has nothing to do when what is written is written at once", async () => {
  assertEquals(await finishOutput(3, { io: keptIo(), name: "x", isWork: true }), 3);
});

Deno.test("finishOutput waits for the reader when the output is the work", async () => {
  const clock = new FakeClock();
  const { io, stdout } = streamsOf(["waits"]);
  io.stdout("data\n");
  const finished = finishOutput(0, { io, name: "x", isWork: true, clock });
  await turns();
  await clock.advance(3_600_000);
  assertEquals(await stateOf(finished), "pending");
  stdout.letGo();
  assertEquals([await finished, stdout.text], [0, "data\n"]);
});

Deno.test("finishOutput waits 2 s when the output is not the work, and says what was not read", async () => {
  const clock = new FakeClock();
  const { io, stderr } = streamsOf(["waits"]);
  io.stdout("one\ntwo\n");
  const finished = finishOutput(0, { io, name: "x", isWork: false, clock });
  await turns();
  await clock.advance(1_999);
  assertEquals(await stateOf(finished), "pending");
  await clock.advance(1);
  assertEquals(await finished, 0);
  assertEquals(stderr.text, "x: 2 lines were not written to stdout\n");
  assertEquals(clock.pending, 0);
});

Deno.test("finishOutput waits 2 s for stderr, whatever the work is", async () => {
  const clock = new FakeClock();
  const { io } = streamsOf([], ["waits"]);
  io.stderr("about\n");
  const finished = finishOutput(0, { io, name: "x", isWork: true, clock });
  await turns();
  await clock.advance(2_000);
  assertEquals(await finished, 0);
});

for (
  const [what, code, isWork, ends, says] of [
    ["a failed stdout is 1 when the output is the work", 0, true, 1, PROBLEM],
    ["a failed stdout leaves another exit code", 130, true, 130, PROBLEM],
    [
      "a failed stdout is only told when the output is not the work",
      0,
      false,
      0,
      "x: 1 line was not written to stdout\n",
    ],
  ] as const
) {
  Deno.test(`finishOutput: ${what}`, async () => {
    const { io, stderr } = streamsOf([LEFT]);
    io.stdout("data\n");
    assertEquals(await finishOutput(code, { io, name: "x", isWork }), ends);
    assertEquals(stderr.text, says);
  });
}

Deno.test("finishOutput leaves the exit code when stderr fails", async () => {
  const { io, stdout } = streamsOf([], [LEFT]);
  io.stderr("about\n");
  io.stdout("data\n");
  assertEquals(await finishOutput(0, { io, name: "x", isWork: true }), 0);
  assertEquals(stdout.text, "data\n");
});
