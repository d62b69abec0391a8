import { assertEquals } from "@std/assert";
import { largeTurn } from "../../headers/large_turns.ts";
import { POLL_TURNS } from "../../net/turn.ts";
import { turns } from "../../testing/turns.ts";

Deno.test("largeTurn() gives one after another their turn, and everybody else theirs between", async () => {
  const order: string[] = [];
  const all = ["first", "second", "third"].map((name) => largeTurn().then(() => order.push(name)));
  await turns(POLL_TURNS - 1);
  assertEquals(order, []);
  await turns(4);
  assertEquals(order, ["first"]);
  await turns(POLL_TURNS + 2);
  assertEquals(order, ["first", "second"]);
  await Promise.all(all);
  assertEquals(order, ["first", "second", "third"]);
});
