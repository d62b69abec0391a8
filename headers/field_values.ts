import type { Field } from "../codec/http/mod.ts";

/** Returns the values of all fields of a name, whatever its case is. They are as they came, and may break the rules. */
export function valuesOf(
  { fields }: { readonly fields: readonly Field[] },
  name: string,
): string[] {
  const wanted = name.toLowerCase();
  return fields.filter(([one]) => one.toLowerCase() === wanted).map(([, value]) => value);
}
