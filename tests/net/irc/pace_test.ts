import { assertEquals } from "@std/assert";
import { Pace } from "../../../net/irc/pace.ts";

Deno.test("Pace lets a whole burst go at once, and no message more, whatever the time is", () => {
  for (const now of [0, 0.1, 18.123456, 1234.5678901, 86_400_000.7, 3e12 + 0.3]) {
    const pace = new Pace({ burst: 5, everyMs: 2000 });
    for (let count = 0; count < 5; count++) {
      assertEquals(pace.delay(now), 0, `${count} at ${now}`);
      pace.take(now);
    }
    assertEquals(pace.delay(now), 2000);
    assertEquals(pace.delay(now + 2000), 0);
  }
});

Deno.test("Pace says whether so many messages may go at once", () => {
  const pace = new Pace({ burst: 3, everyMs: 1000 });
  assertEquals([3, 4].map((count) => pace.takes(count, 0.5)), [true, false]);
  pace.take(0.5);
  assertEquals([2, 3].map((count) => pace.takes(count, 0.5)), [true, false]);
  assertEquals(pace.takes(3, 1000), true);
  assertEquals(new Pace({ burst: 1, everyMs: 0 }).takes(1000, 0), true);
});
