import { assertEquals, assertMatch } from "@std/assert";
import { addressRecord, Report } from "../../cli/report.ts";
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
    error: new TypeError("no"),
    bytes: Uint8Array.of(1, 255),
    many: 2n ** 64n,
    none: undefined,
  }, "");
  assertEquals(JSON.parse(io.out[0] ?? ""), {
    event: "failed",
    error: { name: "TypeError", message: "no" },
    bytes: "01ff",
    many: "18446744073709551616",
  });
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
  assertEquals(addressRecord({ transport: "unix", path: "/tmp/x" }), { path: "/tmp/x" });
});
