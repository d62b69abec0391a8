import { assertEquals } from "@std/assert";
import { dateOf, dayText, timeText } from "../../../cli/irc/times.ts";
import { messageOf } from "./irc_messages.ts";

const NOW = new Date(2026, 10, 5, 9, 8, 7);

Deno.test("dateOf() takes the time that the server says, and now where it says none that can be", () => {
  const date = new Date("2026-11-05T01:02:03.456Z");
  assertEquals(dateOf(messageOf(`@time=${date.toISOString()} PING x`), NOW), date);
  for (const line of ["PING x", "@time PING x", "@time=noon PING x", "@other=1 PING x"]) {
    assertEquals(dateOf(messageOf(line), NOW), NOW);
  }
});

Deno.test("timeText() gives a time of today alone, and one of another day with its date", () => {
  assertEquals(timeText(NOW, NOW), "09:08:07");
  assertEquals(timeText(new Date(2026, 10, 4, 23, 59, 59), NOW), "2026-11-04 23:59:59");
  assertEquals(dayText(NOW), "2026-11-05");
});
