import nodeTest from "node:test";

/** How a case is run. */
export interface TestOptions {
  /** Leaves it out. */
  ignore?: boolean;
  /** What only Deno looks after: operations that go on when the case has ended. */
  sanitizeOps?: boolean;
  /** What only Deno looks after: what was opened and not closed. */
  sanitizeResources?: boolean;
}

type Body = () => void | Promise<void>;

/** Registers a case with Node's own runner. */
export function test(name: string, body: Body): void;
/** Registers a case with Node's own runner, or leaves it out. */
export function test(name: string, options: TestOptions, body: Body): void;
export function test(name: string, second: TestOptions | Body, third?: Body): void {
  const [options, body] = typeof second === "function" ? [{}, second] : [second, third];
  // Node hands its body a context that ours does not take.
  void nodeTest(name, { skip: options.ignore ?? false }, async () => await body?.());
}
