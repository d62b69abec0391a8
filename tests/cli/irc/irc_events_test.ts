import { assertEquals } from "@std/assert";
import { IrcEvents } from "../../../cli/irc/irc_events.ts";
import { IrcReport } from "../../../cli/irc/irc_report.ts";
import { Report } from "../../../cli/report.ts";
import { keptIo } from "../kept_io.ts";

/** What is said of a connection that stands, is lost, and is tried again. */
function said({ json }: { json: boolean }): string[] {
  const io = keptIo();
  const { heard } = new IrcEvents(new IrcReport(new Report(io, json), io), "irc.example:6667");
  heard({ type: "connected", nick: "a\x1b" });
  heard({ type: "lost", error: new Error("Cannot go on: no") });
  heard({ type: "retry", attempt: 1, delayMs: 500.4, error: undefined });
  heard({ type: "retry", attempt: 2, delayMs: 1000, error: new Error("no\x1b") });
  return json ? io.out : io.about.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").trimEnd());
}

Deno.test("IrcEvents tells people what happens to the connection", () => {
  assertEquals(said({ json: false }), [
    "-- Connected to irc.example:6667 as a\\x1b",
    "-- Lost the connection: Cannot go on: no",
    "-- connecting again in 500ms (try 1)",
    "-- no\\x1b; connecting again in 1s (try 2)",
  ]);
});

Deno.test("IrcEvents says how many messages may be lost with a connection", () => {
  for (const json of [false, true]) {
    const io = keptIo();
    const events = new IrcEvents(new IrcReport(new Report(io, json), io), "irc.example:6667");
    const lost = [2, 0, 1, 0];
    events.takeLost = () => lost.shift() ?? 0;
    const error = new Error("no");
    for (let count = 0; count < 2; count++) {
      events.heard({ type: "lost", error });
      events.heard({ type: "retry", attempt: 1, delayMs: 500, error: undefined });
    }
    const lines = json ? io.out : io.about.map((line) => line.slice(9));
    assertEquals(
      lines.filter((line) => /unconfirmed|may be/.test(line)),
      json
        ? ['{"event":"unconfirmed","count":2}\n', '{"event":"unconfirmed","count":1}\n']
        : ["!! 2 messages may be lost\n", "!! 1 message may be lost\n"],
    );
  }
});

Deno.test("IrcEvents tells machines what happens to the connection", () => {
  assertEquals(said({ json: true }).map((line) => JSON.parse(line)), [
    { event: "connected", server: "irc.example:6667", nick: "a\x1b" },
    { event: "lost", why: "Cannot go on: no" },
    { event: "reconnecting", attempt: 1, delayMs: 500 },
    { event: "reconnecting", attempt: 2, delayMs: 1000, why: "no\\x1b" },
  ]);
});
