import type { Field } from "../../codec/http/mod.ts";

/**
 * Returns the fields that a client sends: those that it was given instead of its own of their names, or beside them. An empty
 * value sends none of that name.
 */
export function fieldsToSend(own: readonly Field[], given: readonly Field[]): Field[] {
  const instead = new Map<string, Field[]>();
  for (const field of given) {
    const key = field[0].toLowerCase();
    instead.set(key, [...instead.get(key) ?? [], field]);
  }
  const fields = own.flatMap((field) => {
    const key = field[0].toLowerCase();
    const chosen = instead.get(key) ?? [field];
    instead.delete(key);
    return chosen;
  });
  return [...fields, ...Array.from(instead.values()).flat()].filter(([, value]) => value !== "");
}
