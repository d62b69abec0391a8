import { assertEquals } from "@std/assert";
import { hasLanded, takeBack } from "../../../transfer/inbox/landing.ts";

Deno.test("hasLanded() asks for four looks in turn, and ends at the first that finds nothing", async () => {
  const looks = [true, true, true, false, true];
  assertEquals(await hasLanded(() => Promise.resolve(looks.shift()!)), false);
  assertEquals(looks, [true]);
  let count = 0;
  assertEquals(await hasLanded(() => Promise.resolve(++count > 0)), true);
  assertEquals(count, 4);
});

Deno.test("takeBack() tries until it is done, whatever fails meanwhile", async () => {
  let tries = 0;
  await takeBack(() =>
    ++tries % 2 === 0 ? Promise.reject(new Error()) : Promise.resolve(tries > 250)
  );
  assertEquals(tries, 251);
});

Deno.test("takeBack() gives up what never comes in reach again", async () => {
  let tries = 0;
  await takeBack(() => Promise.resolve(++tries === 0));
  assertEquals(tries, 500);
});
