import { assertEquals } from "@std/assert";
import { History } from "../../push/history.ts";
import { messageOf } from "./fakes.ts";

/** A history of messages, each with so many bytes and the number that it is. */
function filled(
  count: number,
  { maxMessages = Infinity, maxBytes = Infinity, bytes = 0, lostUpTo = 0 } = {},
): History {
  const history = new History({ maxMessages, maxBytes }, { lostUpTo });
  for (let number = 1; number <= count; number++) history.add(messageOf(number, { bytes }));
  return history;
}

const numbers = (history: History, after = 0) => history.after(after).map(({ number }) => number);

for (
  const [maxMessages, kept, lostUpTo] of [[6, 5, 0], [5, 5, 0], [4, 4, 1], [1, 1, 4], [0, 0, 5]]
) {
  Deno.test(`History keeps ${kept} of 5 messages when it may have ${maxMessages}`, () => {
    const history = filled(5, { maxMessages: maxMessages! });
    assertEquals(numbers(history), [1, 2, 3, 4, 5].slice(5 - kept!));
    assertEquals([history.length, history.lostUpTo], [kept, lostUpTo]);
    assertEquals(history.bytes, 256 * kept!);
  });
}

// A message of 44 bytes costs 300.
for (const [maxBytes, kept] of [[1501, 5], [1500, 5], [1499, 4], [300, 1], [299, 0], [1, 0]]) {
  Deno.test(`History keeps ${kept} of 5 messages of 300 bytes when it may have ${maxBytes} bytes`, () => {
    const history = filled(5, { maxBytes: maxBytes!, bytes: 44 });
    assertEquals(numbers(history), [1, 2, 3, 4, 5].slice(5 - kept!));
    assertEquals([history.bytes, history.lostUpTo], [300 * kept!, 5 - kept!]);
  });
}

Deno.test("History does not keep a message that is larger than all may be, and says that it is lost", () => {
  const history = filled(3, { maxBytes: 1000 });
  history.add(messageOf(4, { bytes: 745 }));
  assertEquals([numbers(history), history.lostUpTo, history.bytes], [[], 4, 0]);
  history.add(messageOf(5, { bytes: 744 }));
  assertEquals([numbers(history), history.lostUpTo, history.bytes], [[5], 4, 1000]);
});

Deno.test("History counts nothing as lost before something is, whatever gaps its numbers have", () => {
  const history = new History({ maxMessages: 2, maxBytes: Infinity }, { lostUpTo: 3 });
  for (const number of [7, 20]) history.add(messageOf(number));
  assertEquals(history.lostUpTo, 3);
  history.add(messageOf(21));
  assertEquals(history.lostUpTo, 7);
  history.dropOldest();
  history.dropOldest();
  assertEquals([history.lostUpTo, history.length, history.bytes], [21, 0, 0]);
  history.dropOldest();
  assertEquals(history.lostUpTo, 21);
});

Deno.test("History finds what is behind a number, whether that is there or not", () => {
  const history = new History({ maxMessages: 4, maxBytes: Infinity }, { lostUpTo: 0 });
  for (const number of [1, 3, 5, 9, 10, 14]) history.add(messageOf(number));
  // 5, 9, 10 and 14 are left.
  for (
    const [after, expected] of [
      [-1, [5, 9, 10, 14]],
      [4, [5, 9, 10, 14]],
      [5, [9, 10, 14]],
      [6, [9, 10, 14]],
      [9, [10, 14]],
      [13, [14]],
      [14, []],
      [99, []],
    ] as const
  ) {
    assertEquals(numbers(history, after), [...expected], `behind ${after}`);
    assertEquals(history.nextAfter(after)?.number, expected[0]);
  }
});

Deno.test("History keeps its order and its bytes over many messages", () => {
  for (const maxMessages of [1, 2, 3, 7, 100]) {
    const history = new History({ maxMessages, maxBytes: 3000 }, { lostUpTo: 0 });
    const expected: { number: number; cost: number }[] = [];
    for (let number = 1; number <= 500; number++) {
      const bytes = number * 37 % 500;
      history.add(messageOf(number, { bytes }));
      expected.push({ number, cost: 256 + bytes });
      const sum = () => expected.reduce((all, { cost }) => all + cost, 0);
      while (expected.length > maxMessages || sum() > 3000) expected.shift();
      if (number % 11 === 0) {
        history.dropOldest();
        expected.shift();
      }
      assertEquals(numbers(history), expected.map((one) => one.number));
      assertEquals([history.bytes, history.length], [sum(), expected.length]);
      assertEquals(history.lostUpTo, (expected[0]?.number ?? number + 1) - 1);
    }
  }
});

Deno.test("History gives a list that does not change with what comes later", () => {
  const history = filled(3, { maxMessages: 3 });
  const before = history.after(0);
  history.add(messageOf(4));
  assertEquals(before.map(({ number }) => number), [1, 2, 3]);
});
