// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";
import { Fields } from "./fields.ts";
import type { HeadParts } from "./head_decoder.ts";
import { CRLF_BYTES } from "./octets.ts";

/** A head's own bytes, taken apart when somebody looks: most programs look at few fields, or at none. */
export class HeadText {
  readonly #bytes: Uint8Array;
  readonly #fieldsAt: number;
  /** Where the empty line stands, which belongs to no field. */
  readonly #end: number;
  #fields: Fields | undefined;

  constructor({ bytes, fieldsAt }: Pick<HeadParts, "bytes" | "fieldsAt">) {
    this.#bytes = bytes;
    this.#fieldsAt = fieldsAt;
    this.#end = bytes.length - CRLF_BYTES;
  }

  /** The fields in their order. */
  get fields(): Fields {
    return this.#fields ??= Fields.ofSection(
      latin1Text(this.#bytes, { from: this.#fieldsAt, to: this.#end }),
    );
  }

  /** The exact bytes, one character each. */
  get text(): string {
    return latin1Text(this.#bytes, { to: this.#end });
  }
}
