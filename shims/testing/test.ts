import nodeTest from "node:test";
import { runOneByOne } from "./own_runner.ts";

/** How a case is run. */
export interface TestOptions {
  /** Leaves it out. */
  ignore?: boolean;
  /** What only Deno looks after: operations that go on when the case has ended. */
  sanitizeOps?: boolean;
  /** What only Deno looks after: what was opened and not closed. */
  sanitizeResources?: boolean;
  /** What only Deno looks after: what the case may do. A case that needs them withheld is left out on Node. */
  permissions?: Record<string, boolean>;
}

/** A part of a case. */
export interface StepDefinition extends TestOptions {
  /** What it is called. */
  name: string;
  /** What it does. */
  fn: Body;
}

/** What a case is given: its parts can be told from each other. */
export interface TestContext {
  /** Runs a part, and returns whether it passed. */
  step(name: string, fn: Body): Promise<boolean>;
  /** Runs a part, or leaves it out. */
  step(definition: StepDefinition): Promise<boolean>;
}

type Body = (context: TestContext) => void | Promise<void>;

/** Node's own runner; Bun's runs inside `bun test` alone. */
const register: typeof runOneByOne = "Bun" in globalThis
  ? runOneByOne
  : (name, options, run) => void nodeTest(name, options, run);

/** Registers a case with Node's own runner. */
export function test(name: string, body: Body): void;
/** Registers a case with Node's own runner, or leaves it out. */
export function test(name: string, options: TestOptions, body: Body): void;
/** Registers a case with Node's own runner, or leaves it out. */
export function test(definition: StepDefinition): void;
export function test(
  first: string | StepDefinition,
  second?: TestOptions | Body,
  third?: Body,
): void {
  const { name, fn, ignore = false } = definitionOf(first, second, third);
  register(name, { skip: ignore }, async (context) => {
    await fn({
      async step(nameOrStep: string | StepDefinition, body?: Body) {
        const step = definitionOf(nameOrStep, body);
        await context.test(step.name, { skip: step.ignore ?? false }, async () => {
          await step.fn({ step: () => Promise.reject(new Error("A step has no steps here")) });
        });
        return true;
      },
    });
  });
}

function definitionOf(
  first: string | StepDefinition,
  second?: TestOptions | Body,
  third?: Body,
): StepDefinition {
  if (typeof first !== "string") return first;
  if (typeof second === "function") return { name: first, fn: second };
  if (third === undefined) throw new TypeError(`The test "${first}" has no body`);
  return { ...second, name: first, fn: third };
}
