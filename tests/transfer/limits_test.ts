import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_INBOX_LIMITS, type InboxLimits } from "../../transfer/mod.ts";
import { inboxLimits } from "../../transfer/limits.ts";

// The compiler knows these names, and gives a string for each.
const NAMES = Object.keys(DEFAULT_INBOX_LIMITS) as (keyof InboxLimits)[];

Deno.test("inboxLimits() gives the defaults for what is not given, and what is given as it is", () => {
  assertEquals(inboxLimits(), DEFAULT_INBOX_LIMITS);
  for (const name of NAMES) {
    assertEquals(inboxLimits({ [name]: 1 }), { ...DEFAULT_INBOX_LIMITS, [name]: 1 });
    assertEquals(inboxLimits({ [name]: Infinity })[name], Infinity);
  }
});

Deno.test("inboxLimits() refuses a limit by its name when it is no whole number from 1", () => {
  for (const name of NAMES) {
    for (const value of [0, -1, 1.5, NaN]) {
      assertThrows(
        () => inboxLimits({ [name]: value }),
        RangeError,
        `Cannot set ${name}: ${value}`,
      );
    }
  }
});
