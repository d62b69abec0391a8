import type { Field } from "../codec/http/mod.ts";
import { parseField } from "./field.ts";
import type { Option } from "./options.ts";
import { parseWhole } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** Which fields a {@linkcode fields} option takes. */
export interface FieldsOptions {
  /** Names in lower case of those that a server writes itself. @default none */
  readonly except?: readonly string[];
}

/** An option that is a field of HTTP, `Name: value`, and may be given again and again. */
export function fields(
  description: string,
  { except = [] }: FieldsOptions = {},
): Option<readonly Field[]> {
  return {
    placeholder: "'NAME: VALUE'",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, flag) {
      const field = parseField(it, flag);
      const [name] = field;
      if (except.includes(name.toLowerCase())) {
        throw new UsageError(`${flag} cannot set ${name}: the server writes that itself`);
      }
      return [field];
    },
  };
}

/** An option that is the status of an answer. */
export function status(description: string, fallback: number): Option<number> {
  return {
    placeholder: "N",
    description,
    fallback,
    fallbackText: String(fallback),
    parse: (it, name) => parseWhole(it, { name, min: 200, max: 599 }),
  };
}
