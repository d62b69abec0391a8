import { assertEquals, assertRejects, assertThrows } from "@std/assert";

/** A class of errors. */
export type ErrorClass<E extends Error> = new (message?: string) => E;

/** Asserts that a promise rejects with an error of this class and name, and returns the error. */
export async function assertFails<E extends Error>(
  promise: Promise<unknown>,
  expected: ErrorClass<E>,
): Promise<E> {
  const error = await assertRejects(() => promise, expected);
  assertEquals(error.name, expected.name);
  return error;
}

/** Asserts that a call throws an error of this class and name before it returns. */
export function assertThrown<E extends Error>(call: () => unknown, expected: ErrorClass<E>): E {
  const error = assertThrows(call, expected);
  assertEquals(error.name, expected.name);
  return error;
}

/** Returns what a promise rejects with, whatever that is. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error("It did not fail");
}

/** Returns the `code` that the system gave an error, where it gave one. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
