/** A case of a test file. */
export interface Case {
  readonly name: string;
  readonly ignore: boolean;
  readonly body: () => unknown;
}

/** What of `Deno.test`'s options the test files use. */
export interface CaseOptions {
  ignore?: boolean;
}

const cases: Case[] = [];

/** Stands for `Deno.test` in a page, in the forms that the test files use. */
export function denoTest(name: string, body: () => unknown): void;
export function denoTest(name: string, options: CaseOptions, body: () => unknown): void;
export function denoTest(
  name: string,
  options: CaseOptions | (() => unknown),
  body?: () => unknown,
): void {
  const [{ ignore = false }, run] = typeof options === "function" ? [{}, options] : [options, body];
  if (typeof name !== "string" || typeof run !== "function") {
    throw new TypeError("A page knows Deno.test(name, body) and Deno.test(name, options, body)");
  }
  cases.push({ name, ignore, body: run });
}

/** Returns the cases that were registered since the last call. */
export function takeCases(): Case[] {
  return cases.splice(0);
}

// Chromium 156 has none. The tests make their streams with it; codec/ itself does not use it.
ReadableStream.from ??= function from<Item>(
  items: AsyncIterable<Item> | (Iterable<Item | PromiseLike<Item>> & object),
): ReadableStream<Item> {
  const all = (async function* () {
    yield* items;
  })();
  return new ReadableStream<Item>({
    async pull(controller) {
      const { done, value } = await all.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await all.return()),
  }, { highWaterMark: 0 });
};
