import { assert, assertEquals, assertFalse } from "@std/assert";
import { fixed, formatTrace, lengthPrefixed, lines } from "../../mod.ts";
import type { TraceEvent } from "../../net/trace.ts";
import { open, openLines } from "./open.ts";
import { printedBy } from "./printed.ts";
import { turns } from "../../testing/turns.ts";

/** Keeps the trace as people would read it, with one time for all of it. */
function recorder(): { text: () => string; trace: (event: TraceEvent) => void } {
  let text = "";
  const date = new Date(2026, 0, 2, 9, 15, 2, 7);
  return {
    text: () => text,
    trace: (event) => text += formatTrace({ ...event, date }),
  };
}

Deno.test("formatTrace() shows one read that holds three messages", async () => {
  const { text, trace } = recorder();
  const { connection, transport } = openLines({ id: 3, trace });
  transport.deliver("hi\nyo\nbye\nno");
  for (let count = 0; count < 3; count++) await connection.receive();
  await connection.send("ok");
  await connection.flush();
  connection.abort();
  assertEquals(
    text(),
    `\
09:15:02.007 #3 <- read 1: 12 bytes, 0 to 12
             68 69 0a 79 6f 0a 62 79 65 0a 6e 6f              hi.yo.bye.no
09:15:02.007 #3 <= message "hi" (bytes 0 to 3, read 1)
09:15:02.007 #3 <= message "yo" (bytes 3 to 6, read 1)
09:15:02.007 #3 <= message "bye" (bytes 6 to 10, read 1)
09:15:02.007 #3 => message "ok" (bytes 0 to 3)
09:15:02.007 #3 -> write 1: 3 bytes, 0 to 3
             6f 6b 0a                                         ok.
09:15:02.007 #3 -- closed
`,
  );
});

Deno.test("formatTrace() shows one message that came in three reads", async () => {
  const { text, trace } = recorder();
  const { connection, transport } = openLines({ trace });
  transport.deliver("a\nh", "e", "y\nb", "\n");
  for (let count = 0; count < 3; count++) await connection.receive();
  transport.finish();
  await connection.close();
  assertEquals(
    text(),
    `\
09:15:02.007 #0 <- read 1: 3 bytes, 0 to 3
             61 0a 68                                         a.h
09:15:02.007 #0 <= message "a" (bytes 0 to 2, read 1)
09:15:02.007 #0 <- read 2: 1 byte, 3 to 4
             65                                               e
09:15:02.007 #0 <- read 3: 3 bytes, 4 to 7
             79 0a 62                                         y.b
09:15:02.007 #0 <= message "hey" (bytes 2 to 6, reads 1 to 3)
09:15:02.007 #0 <- read 4: 1 byte, 7 to 8
             0a                                               .
09:15:02.007 #0 <= message "b" (bytes 6 to 8, reads 3 to 4)
09:15:02.007 #0 -- we will send no more
09:15:02.007 #0 -- the peer will send no more
09:15:02.007 #0 -- closed
`,
  );
});

Deno.test("formatTrace() counts on when the protocol changes", async () => {
  const { text, trace } = recorder();
  const { connection, transport } = openLines({ trace });
  transport.deliver("go\nab", "cd");
  await connection.receive();
  const next = connection.switchTo(fixed(2));
  await next.receive();
  await next.receive();
  next.abort();
  assertEquals(text().split("\n").filter((line) => line.includes("message")), [
    '09:15:02.007 #0 <= message "go" (bytes 0 to 3, read 1)',
    "09:15:02.007 #0 <= message of 2 bytes (bytes 3 to 5, read 1)",
    "09:15:02.007 #0 <= message of 2 bytes (bytes 5 to 7, read 2)",
  ]);
});

Deno.test("formatTrace() shows each write, and messages that left together", async () => {
  const events: TraceEvent[] = [];
  const { connection, transport } = openLines({ trace: (event) => events.push(event) });
  transport.maxWriteBytes = 4;
  await connection.send("one");
  await connection.send("two");
  await turns();
  connection.abort();
  const shown = events.map((event) =>
    event.type === "bytes"
      ? [event.direction, event.piece, event.offset, event.bytes.length]
      : event.type === "message"
      ? [event.direction, event.message, event.from, event.to, event.reads]
      : event.note
  );
  assertEquals(shown, [
    ["sent", "one", 0, 4, undefined],
    ["sent", "two", 4, 8, undefined],
    ["sent", 1, 0, 4],
    ["sent", 2, 4, 4],
    "closed",
  ]);
});

Deno.test("trace does not see a message that was not sent", async () => {
  const { text, trace } = recorder();
  const { connection } = openLines({ trace, limits: { maxQueuedBytes: 4 } });
  connection.send("a\nb").catch(() => {});
  connection.send("1").catch(() => {});
  connection.send("234").catch(() => {});
  await turns();
  assertFalse(text().includes("a\\nb"));
  assertFalse(text().includes("234"));
  assert(text().includes('=> message "1"'));
});

Deno.test("trace keeps the bytes as they were when the buffer is used again", async () => {
  const chunks: Uint8Array[] = [];
  const { connection, transport } = openLines({
    trace: (event) => event.type === "bytes" && chunks.push(event.bytes),
  });
  transport.deliver("first\n", "after\n");
  await connection.receive();
  await connection.receive();
  connection.abort();
  assertEquals(chunks.map((chunk) => new TextDecoder().decode(chunk)), ["first\n", "after\n"]);
});

Deno.test("formatTrace() shows hostile text harmlessly, and long text in part", () => {
  const line = (message: unknown) =>
    formatTrace({
      id: 0,
      date: new Date(2026, 0, 2),
      type: "message",
      direction: "received",
      message,
      from: 0,
      to: 1,
    });
  const head = "00:00:00.000 #0 <= message ";
  const tail = " (bytes 0 to 1)\n";
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  const samples: [message: unknown, shown: string][] = [
    ["\x1b[2J\r\nfake line\u202e", '"\\u001b[2J\\r\\nfake line\\u{202e}"'],
    ["\x9b31m\u200b", '"\\x9b31m\\u{200b}"'],
    ["x".repeat(300), `"${"x".repeat(199)}… (102 characters more)`],
    [new Uint8Array(7), "of 7 bytes"],
    [new Error("too \x1blong"), "too \\x1blong"],
    [{ type: "data", bytes: Uint8Array.of(0, 0x68, 0xff) }, '{"type":"data","bytes":"0068ff"}'],
    [[new Uint8Array(1000)], `["${"00".repeat(99)}… (4 characters more)`],
    [{ id: 12n, "\x1b": 1 }, '{"id":"12","\\u001b":1}'],
    [loop, "[object Object]"],
    [undefined, "undefined"],
    [Symbol("\x07"), "Symbol(\\x07)"],
  ];
  for (const [message, shown] of samples) assertEquals(line(message), head + shown + tail);
});

Deno.test("formatTrace() shows sixteen rows of bytes at most, none of them obeyed", () => {
  const bytes = new Uint8Array(16 * 16 + 5).map((_, index) => index & 255);
  const shown = formatTrace({
    id: 0,
    date: new Date(2026, 0, 2),
    type: "bytes",
    direction: "received",
    piece: 1,
    offset: 0,
    bytes,
  });
  const rows = shown.trimEnd().split("\n");
  assertEquals(rows.length, 18);
  assertEquals(rows[0], "00:00:00.000 #0 <- read 1: 261 bytes, 0 to 261");
  assertEquals(
    rows[1]?.trim(),
    "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................",
  );
  assertEquals(
    rows[3]?.trim(),
    "20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f   !\"#$%&'()*+,-./",
  );
  assertEquals(
    rows[8]?.trim(),
    "70 71 72 73 74 75 76 77 78 79 7a 7b 7c 7d 7e 7f  pqrstuvwxyz{|}~.",
  );
  assertEquals(rows[17]?.trim(), "... 5 bytes more");
  assert(rows.every((row) => row.length < 80), shown);
});

Deno.test("formatTrace() fits rows of bytes into 80 columns whatever the connection's number is", () => {
  const event = {
    date: new Date(),
    type: "bytes",
    direction: "sent",
    piece: 1,
    offset: 0,
  } as const;
  const shown = formatTrace({ ...event, id: 123_456_789, bytes: new Uint8Array(16) });
  assert(shown.split("\n").every((row) => row.length < 80), shown);
});

Deno.test("trace names the reads of messages that came in many, with any codec", async () => {
  const seen: unknown[] = [];
  const { connection, transport } = open(lengthPrefixed({ width: 1 }), {
    trace: (event) => event.type === "message" && seen.push([event.from, event.to, event.reads]),
  });
  transport.deliver(new Uint8Array([2, 1]), new Uint8Array([1, 0, 0, 1]), new Uint8Array([7]));
  for (let count = 0; count < 4; count++) await connection.receive();
  connection.abort();
  assertEquals(seen, [[0, 3, [1, 2]], [3, 4, [2, 2]], [4, 5, [2, 2]], [5, 7, [2, 3]]]);
});

for (const how of ["throws", "rejects"] as const) {
  Deno.test(`trace is left out, and the connection goes on, when it ${how}`, async () => {
    const printed = await printedBy(async () => {
      let calls = 0;
      const trace = () => {
        calls++;
        const bug = new Error("a bug\x1b in trace");
        if (how === "rejects") return Promise.reject(bug);
        throw bug;
      };
      for (const id of [4, 5]) {
        const { connection, transport } = open(lines(), { id, trace });
        transport.deliver("x\n");
        assertEquals(await connection.receive(), "x");
        await connection.send("y");
        transport.finish();
        await connection.close();
        assertEquals(transport.written, "y\n");
      }
      // A rejection is heard of a little later.
      assert(how === "rejects" ? calls < 8 : calls === 2, `${calls} calls`);
    });
    assertEquals(printed.map((text) => text.split("\n")[0]), [
      "Cannot run trace (its later failures are not shown): Error: a bug\\x1b in trace",
    ]);
  });
}
