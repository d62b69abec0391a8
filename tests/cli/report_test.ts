import { DeadlineError } from "../../mod.ts";
import { assertEquals, assertMatch } from "@std/assert";
import type { Io } from "../../cli/io.ts";
import { addressRecord, Report } from "../../cli/report.ts";
import { Output } from "../../cli/output.ts";
import { turns } from "../../testing/turns.ts";
import { FakeSink } from "./fake_sink.ts";
import { keptIo } from "./kept_io.ts";

const BYTES = {
  type: "bytes",
  id: 3,
  date: new Date(0),
  direction: "received",
  piece: 1,
  offset: 0,
  bytes: Uint8Array.of(0x68, 0x0a, 0xff),
} as const;

Deno.test("Report puts data on stdout and notes on stderr when people read", () => {
  const io = keptIo();
  const report = new Report(io, false);
  assertEquals(report.json, false);
  report.data({ event: "message" }, "hello");
  report.note({ event: "opened" }, "somebody came");
  report.trace(BYTES);
  assertEquals(io.out, ["hello\n"]);
  assertEquals(io.about[0], "somebody came\n");
  assertMatch(io.about[1] ?? "", /#3 <- read 1: 3 bytes, 0 to 3\n +68 0a ff +h\.\.\n$/);
});

Deno.test("Report makes of a block only what is printed", () => {
  const never = () => {
    throw new Error("nobody reads that");
  };
  const [people, machine] = [keptIo({ columns: 10 }), keptIo()];
  const block = "a title\n  name  a value that is longer than a line\n";
  new Report(people, false).block(never, () => block);
  new Report(machine, true).block(() => ({ event: "request", number: 1 }), never);
  assertEquals(people.out, [`${block}\n`]);
  assertEquals(machine.out, ['{"event":"request","number":1}\n']);
});

Deno.test("Report puts one object a line on stdout when a machine reads", () => {
  const io = keptIo();
  const report = new Report(io, true);
  report.data({ event: "message", message: "a\nb" }, "not this");
  report.note({ event: "opened", id: 0 }, "nor this");
  report.trace(BYTES);
  report.trace({
    type: "message",
    id: 3,
    date: new Date(0),
    direction: "received",
    message: 1n,
    from: 0,
    to: 2,
    reads: [1, 1],
  });
  report.trace({ type: "note", id: 3, date: new Date(0), note: "closed" });
  assertEquals(io.about, []);
  for (const line of io.out) assertMatch(line, /^\{.*\}\n$/);
  const date = "1970-01-01T00:00:00.000Z";
  assertEquals(io.out.map((line) => JSON.parse(line)), [
    { event: "message", message: "a\nb" },
    { event: "opened", id: 0 },
    {
      event: "trace-bytes",
      id: 3,
      date,
      direction: "received",
      piece: 1,
      offset: 0,
      bytes: "680aff",
    },
    {
      event: "trace-message",
      id: 3,
      date,
      direction: "received",
      message: "1",
      from: 0,
      to: 2,
      reads: [1, 1],
    },
    { event: "trace-note", id: 3, date, note: "closed" },
  ]);
});

Deno.test("Report says an error, bytes and a big integer when a record holds them", () => {
  const io = keptIo();
  new Report(io, true).data({
    event: "failed",
    error: new DeadlineError("idle", 5),
    bytes: Uint8Array.of(1, 255),
    many: 2n ** 64n,
    none: undefined,
  }, "");
  assertEquals(JSON.parse(io.out[0] ?? ""), {
    event: "failed",
    error: {
      name: "DeadlineError",
      message: "Cannot keep the connection: no byte passed within 5 ms (idle deadline)",
    },
    bytes: "01ff",
    many: "18446744073709551616",
  });
});

Deno.test("Report says where an error comes from that is a program's fault", () => {
  const io = keptIo();
  new Report(io, true).data({ event: "failed", error: new TypeError("no") }, "");
  const { error } = JSON.parse(io.out[0] ?? "");
  assertEquals([error.name, error.message], ["TypeError", "no"]);
  assertMatch(error.stack, /TypeError: no\n +at .*report_test/);
});

Deno.test("Report writes JSON that a terminal obeys nothing of when a peer's text is in it", () => {
  const io = keptIo();
  const message = "\x1b[2J\x7f\u009b31m\u202e\u2028\u{e0041}\ud800 é漢👨‍👩‍👧";
  new Report(io, true).data({ event: "message", message }, "");
  const [line = ""] = io.out;
  assertEquals(JSON.parse(line).message, message);
  assertEquals(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(line.slice(0, -1)), null);
  assertMatch(line, /é漢👨/);
});

Deno.test("addressRecord says what an address has when it is of TCP or of Unix", () => {
  assertEquals(addressRecord({ transport: "tcp", hostname: "::1", port: 7 }), {
    hostname: "::1",
    port: 7,
  });
  assertEquals(addressRecord({ transport: "unix", path: "/tmp/x" }), {
    transport: "unix",
    path: "/tmp/x",
  });
  // What Deno says of a peer that bound no path, whatever its type says.
  const unbound = { transport: "unix", path: null } as unknown as Deno.UnixAddr;
  assertEquals(addressRecord(unbound), { transport: "unix" });
});

const BAD = Uint8Array.of(0x61, 9, 0xff);

function streamsOf(stdout: FakeSink, maxBacklogBytes = 1024) {
  const output = new Output("stdout", stdout, { maxBacklogBytes });
  return { stdout: output, stderr: new Output("stderr", new FakeSink()) };
}

function ioOf(sink: FakeSink, maxBacklogBytes?: number) {
  const streams = streamsOf(sink, maxBacklogBytes);
  return keptIo({ streams, stdout: (text) => streams.stdout.print(text) });
}

Deno.test("Report hands on a line as it came when no terminal takes it", async () => {
  const sink = new FakeSink();
  const io = ioOf(sink);
  const report = new Report(io, false);
  report.received(BAD, () => ({ event: "message" }));
  report.received("b\t\x1b", () => ({ event: "message" }));
  await io.streams?.stdout.flush();
  assertEquals(sink.taken, [0x61, 9, 0xff, 10, 0x62, 9, 0x1b, 10]);
});

Deno.test("Report shows a line harmlessly when a terminal takes it", () => {
  const io = keptIo({ stdoutIsTerminal: true });
  const report = new Report(io, false);
  report.received(BAD, () => ({ event: "message" }));
  report.received("b\t\x1b", () => ({ event: "message" }));
  assertEquals(io.out, ["a\\t\ufffd\n", "b\\t\\x1b\n"]);
});

Deno.test("Report puts a line into a record when a machine reads", () => {
  const io = keptIo();
  new Report(io, true).received(BAD, (message) => ({ event: "message", message }));
  assertEquals(io.out, ['{"event":"message","message":"a\\t\ufffd"}\n']);
});

Deno.test("Report has whoever can wait wait when 64 KiB were not read", async () => {
  const sink = new FakeSink("waits");
  const report = new Report(ioOf(sink, Infinity), false);
  const line = "x".repeat(70_000);
  assertEquals(report.data({ event: "message" }, "short"), undefined);
  const waits = [
    report.data({ event: "message" }, line),
    report.received(BAD, () => ({ event: "" })),
  ];
  assertEquals(waits.map((wait) => wait instanceof Promise), [true, true]);
  await turns();
  sink.letGo();
  await Promise.all(waits);
});

Deno.test("Report counts dropped lines in a record when a machine reads", async () => {
  const sink = new FakeSink("waits");
  const io = ioOf(sink, 10);
  const report = new Report(io, true);
  for (let count = 0; count < 3; count++) report.data({ event: "x" }, "");
  await turns();
  sink.letGo();
  await io.streams?.stdout.flush();
  assertEquals(sink.text, '{"event":"x"}\n{"event":"dropped","lines":2}\n');
});

for (
  const [what, message, text] of [
    ["plain", "hello", "hello"],
    ["with controls", "a\u009b\u2028", "a\\u009b\\u2028"],
  ] as const
) {
  Deno.test(`Report says what a client said when it is ${what}`, () => {
    const [people, machine] = [keptIo(), keptIo()];
    new Report(people, false).heard("said")(3, message);
    new Report(machine, true).heard("said")(3, message);
    assertEquals(people.out.length, 1);
    assertMatch(people.out[0] ?? "", /^#3 said: [\x20-\x7e]+\n$/);
    assertEquals(machine.out, [`{"event":"message","id":3,"message":"${text}"}\n`]);
  });
}

Deno.test("Report breaks a line of data between its fields on a terminal that is narrower", () => {
  const digest = "0123456789abcdef".repeat(4);
  const line = `some photo.jpg  3.00 MiB  350 ms  sha256 ${digest}`;
  const shown = (changes: Partial<Io>) => {
    const io = keptIo(changes);
    new Report(io, false).data({ event: "stored" }, line);
    return io.out.join("");
  };
  assertEquals(shown({ columns: 80 }), `${line}\n`);
  assertEquals(shown({ stdoutIsTerminal: true }), `${line}\n`);
  assertEquals(shown({ stdoutIsTerminal: true, columns: 200 }), `${line}\n`);
  assertEquals(
    shown({ stdoutIsTerminal: true, columns: 80 }),
    `some photo.jpg  3.00 MiB  350 ms\n  sha256 ${digest}\n`,
  );
});

Deno.test("Report lets a program that draws put what it says above its drawing", () => {
  const io = keptIo();
  const report = new Report(io, false);
  report.above = (write) => {
    io.out.push("<");
    write();
    io.out.push(">");
  };
  report.data({ event: "x" }, "data");
  report.received("line", () => ({ event: "x" }));
  report.note({ event: "x" }, "note");
  assertEquals([io.out.join(""), io.about.join("")], ["<data\n><line\n><>", "note\n"]);
});
