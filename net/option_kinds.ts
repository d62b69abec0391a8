import { requireFunction, shown } from "../codec/arguments.ts";
import { AddressList } from "./address_list.ts";
import type { Clock } from "./clock.ts";

/** Options that would be looked at as late as something comes, where they are given. */
export interface CheckedOptions {
  readonly allow?: unknown;
  readonly deny?: unknown;
  readonly signal?: unknown;
  readonly onEvent?: unknown;
  readonly refusal?: unknown;
  readonly trace?: unknown;
  readonly clock?: Partial<Clock> | undefined;
}

/**
 * Refuses options of another kind than theirs, as JavaScript may pass them: each peer would fail on one later.
 *
 * @throws {TypeError} One of them is of another kind.
 */
export function requireKinds(options: CheckedOptions): void {
  const { allow, deny, signal, clock, ...functions } = options;
  for (const [name, list] of Object.entries({ allow, deny })) {
    if (list !== undefined && !(list instanceof AddressList)) refuse(name, list, "AddressList");
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse("signal", signal, "AbortSignal");
  }
  for (const name of ["onEvent", "refusal", "trace"] as const) {
    if (functions[name] !== undefined) requireFunction(functions[name], name);
  }
  if (clock === undefined) return;
  for (const name of ["now", "date", "wait"] as const) {
    requireFunction(clock?.[name], `clock.${name}`);
  }
}

function refuse(name: string, given: unknown, kind: string): never {
  throw new TypeError(`Cannot use ${name}: ${shown(given)} is no ${kind}`);
}
