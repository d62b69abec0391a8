// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";
import { Fields } from "./fields.ts";
import type { HeadParts } from "./head_decoder.ts";

/** A head's own bytes, taken apart when somebody looks: most programs look at few fields, or at none. */
export class HeadText {
  readonly #bytes: Uint8Array;
  readonly #fieldsAt: number;
  #fields: Fields | undefined;

  constructor({ bytes, fieldsAt }: Pick<HeadParts, "bytes" | "fieldsAt">) {
    this.#bytes = bytes;
    this.#fieldsAt = fieldsAt;
  }

  /** The fields in their order. */
  get fields(): Fields {
    return this.#fields ??= Fields.ofSection(latin1Text(this.#bytes, this.#fieldsAt));
  }

  /** The exact bytes, one character each. */
  get text(): string {
    return latin1Text(this.#bytes);
  }
}
