import { ProtocolError } from "../codec/errors.ts";
import { type Field, Fields } from "../codec/http/mod.ts";
import { byteTextOf } from "../headers/request/byte_text.ts";
import type { Option } from "./options.ts";
import { parseWhole } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** Which fields a {@linkcode fields} option takes. */
export interface FieldsOptions {
  /** Names in lower case of those that the program writes itself. */
  readonly except: readonly string[];
}

/** An option that is a field of HTTP, `Name: value`, and may be given again and again. */
export function fields(description: string, { except }: FieldsOptions): Option<readonly Field[]> {
  return {
    placeholder: "'NAME: VALUE'",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, flag) {
      const colon = it.indexOf(":");
      if (colon < 0) throw new UsageError(`${flag} takes 'NAME: VALUE', not ${JSON.stringify(it)}`);
      const name = it.slice(0, colon).trim();
      if (except.includes(name.toLowerCase())) {
        throw new UsageError(`${flag} cannot set ${name}: the server writes that itself`);
      }
      // What is typed is text, and goes out as UTF-8.
      const value = byteTextOf(new TextEncoder().encode(it.slice(colon + 1).trim()));
      try {
        return [...new Fields([[name, value]])];
      } catch (cause) {
        if (!(cause instanceof ProtocolError)) throw cause;
        throw new UsageError(`${flag}: ${cause.message}`, { cause });
      }
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
