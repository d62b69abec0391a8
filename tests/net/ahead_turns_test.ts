import { assertEquals } from "@std/assert";
import { decodeAheadSoon, waitForProgram } from "../../net/ahead_turns.ts";
import { nextTurn } from "../../net/turn.ts";

const microtasks = async (count: number) => {
  for (let hop = 0; hop < count; hop++) await undefined;
};
const turn = () => new Promise<void>((resolve) => nextTurn(resolve));

/** A connection; `told` says in how many turns of the event loop it was told. */
class Fake {
  isAwaited = false;
  told: number | undefined;
  #turns = 0;

  decodeAheadNow(): void {
    this.told = this.#turns;
  }

  async watch(): Promise<void> {
    await turn();
    this.#turns++;
  }
}

Deno.test("decodeAheadSoon() asks for no turn where the program has asked for its next message meanwhile", async () => {
  const one = new Fake();
  decodeAheadSoon(one);
  await microtasks(3);
  assertEquals(one.told, undefined, "before the program had time");
  one.isAwaited = true;
  await microtasks(20);
  assertEquals(one.told, 0);
});

Deno.test("decodeAheadSoon() waits a turn for a program that is busy", async () => {
  const [busy, quick] = [new Fake(), new Fake()];
  quick.isAwaited = true;
  decodeAheadSoon(busy);
  decodeAheadSoon(quick);
  await microtasks(20);
  assertEquals([busy.told, quick.told], [undefined, 0]);
  await turn();
  await turn();
  assertEquals(busy.told, 0);
});

Deno.test("waitForProgram() gives the program the time again that it had at first", async () => {
  const one = new Fake();
  one.isAwaited = true;
  decodeAheadSoon(one);
  for (let message = 0; message < 10; message++) {
    await microtasks(4);
    assertEquals(one.told, undefined, `message ${message}`);
    waitForProgram();
  }
  await microtasks(20);
  assertEquals(one.told, 0);
});
