import type { Field } from "../codec/http/mod.ts";
import { isToken } from "../codec/http/text_rules.ts";
import { parseField } from "./field.ts";
import type { Option } from "./options.ts";
import { parseWhole, quoted } from "./units.ts";
import { UsageError } from "./usage_error.ts";

/** Which fields a {@linkcode fields} option takes. */
export interface FieldsOptions {
  /** Names in lower case of those that the program writes itself. @default none */
  readonly except?: readonly string[];
  /** What the program is. @default {"server"} */
  readonly kind?: "server" | "client";
}

/** An option that is a field of HTTP, `Name: value`, and may be given again and again. */
export function fields(
  description: string,
  { except = [], kind = "server" }: FieldsOptions = {},
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
        throw new UsageError(`${flag} cannot set ${name}: the ${kind} writes that itself`);
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

/** An option that is an origin of pages, `https://example.org`, `null` or `*`, and may be given again and again. */
export function origins(description: string): Option<readonly string[]> {
  return {
    placeholder: "ORIGIN",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, flag) {
      if (it === "*" || it === "null") return [it];
      const { host = "", pathname = "", search = "", hash = "" } = URL.canParse(it)
        ? new URL(it)
        : {};
      if (
        host !== "" && it.includes("://") && ["", "/"].includes(pathname) && search + hash === ""
      ) {
        return [it];
      }
      throw new UsageError(
        `${flag} takes an origin such as https://example.org, null or *, not ${quoted(it)}`,
      );
    },
  };
}

/** An option that is names of subprotocols (RFC 6455, 1.9), with commas between them, and may be given again and again. */
export function subprotocols(description: string): Option<readonly string[]> {
  return {
    placeholder: "NAME,...",
    description,
    fallback: [],
    fallbackText: undefined,
    isList: true,
    parse(it, flag) {
      const names = it.split(",").map((name) => name.trim());
      const wrong = names.find((name) => !isToken(name));
      if (wrong === undefined) return names;
      throw new UsageError(`${flag} takes names of subprotocols, and ${quoted(wrong)} is none`);
    },
  };
}
