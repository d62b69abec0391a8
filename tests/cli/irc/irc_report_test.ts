import { assertEquals, assertMatch } from "@std/assert";
import { IrcReport, type IrcReportOptions } from "../../../cli/irc/irc_report.ts";
import { Report } from "../../../cli/report.ts";
import { keptIo } from "../kept_io.ts";
import { messageOf } from "./irc_messages.ts";

const VIEWER = { nick: "me" };
const SAID = ":alice!a@h PRIVMSG #news :hi";
const TOLD = ":alice!a@h JOIN #news";
const WRONG = ":irc 401 me bob :No such nick";

/** Reports these lines, and returns what was printed. */
function reported(
  lines: readonly string[],
  { json = false, colour = false, stderrIsTerminal = false, ...options }: IrcReportOptions & {
    json?: boolean;
    colour?: boolean;
    stderrIsTerminal?: boolean;
  } = {},
) {
  const io = keptIo({ colour, stderrIsTerminal });
  const report = new IrcReport(new Report(io, json), io, options);
  for (const line of lines) void report.message(messageOf(line), VIEWER);
  return { io, report, out: io.out.join(""), about: io.about.join("") };
}

Deno.test("IrcReport prints what people say on stdout and all else on stderr, with times", () => {
  const { out, about } = reported([SAID, TOLD, WRONG, "PING x"]);
  assertMatch(out, /^\d\d:\d\d:\d\d #news <alice> hi\n$/);
  assertMatch(
    about,
    /^\S+ #news -- alice joined \(a@h\)\n\d\d:\d\d:\d\d !! bob: No such nick \(401\)\n$/,
  );
});

Deno.test("IrcReport prints records of all messages on stdout for a machine", () => {
  const { io, about } = reported([SAID, TOLD, "PING x"], { json: true });
  const events = io.out.map((line) => JSON.parse(line));
  assertEquals(events.map(({ event, command }) => command ?? event), ["message", "JOIN", "PING"]);
  assertEquals(about, "");
});

Deno.test("IrcReport says only what is refused when it is quiet", () => {
  const { io, report } = reported([SAID, TOLD, WRONG], { isQuiet: true });
  report.note({ event: "x" }, "something");
  report.wrong("no");
  assertEquals(io.out, []);
  assertEquals(io.about.map((line) => line.slice(9)), ["!! bob: No such nick (401)\n", "!! no\n"]);
});

Deno.test("IrcReport colours what goes to a terminal, and nothing that goes elsewhere", () => {
  const isColoured = (text: string) => text.includes("\x1b[");
  const both = reported([SAID, TOLD], { colour: true, stderrIsTerminal: true });
  assertEquals([both.out, both.about].map(isColoured), [true, true]);
  const stdout = reported([SAID, TOLD], { colour: true });
  assertEquals([stdout.out, stdout.about].map(isColoured), [true, false]);
});

Deno.test("IrcReport shows what it notes harmlessly, and a machine what it was", () => {
  const people = reported([]);
  people.report.note({ event: "x", text: "\x1b" }, "say \x1b");
  people.report.wrong("no \x07");
  assertEquals(people.io.about.map((line) => line.slice(9)), ["-- say \\x1b\n", "!! no \\x07\n"]);
  const machine = reported([], { json: true });
  machine.report.note({ event: "x", text: "\x1b" }, "say");
  machine.report.wrong("no");
  assertEquals(machine.io.out.map((line) => JSON.parse(line)), [
    { event: "x", text: "\x1b" },
    { event: "refused", why: "no" },
  ]);
});
