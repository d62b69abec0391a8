import type { ParcelControl } from "../../../codec/parcel/messages.ts";

const NONCE = "0f".repeat(16);
const DIGEST = "0f".repeat(32);
const MAX = Number.MAX_SAFE_INTEGER;

/** What a field may hold and may not, as JSON. */
export interface ParcelField {
  readonly good: readonly string[];
  readonly bad: readonly string[];
  /** It may be left out. */
  readonly optional?: true;
}

/** Of no use for any field that is no flag, no text, no number and no null, in this order. */
const NEVER = ["[]", "{}", "[1]", '["file"]', '{"a":1}'];
const NO_TEXT = ["null", "true", "0", ...NEVER];
const NO_NUMBER = ["true", '"1"', '""', "-1", "0.5", "1e16", "9007199254740992", ...NEVER];

const text: ParcelField = { good: ['""', '"a"', '"\\u0000€"'], bad: NO_TEXT };
const count: ParcelField = { good: ["0", "1", "1e3", `${MAX}`], bad: ["null", ...NO_NUMBER] };
const capacity: ParcelField = { good: ["1", `${MAX}`], bad: ["0", "null", ...NO_NUMBER] };
const id: ParcelField = { good: ["0", "4294967295"], bad: ["4294967296", "null", ...NO_NUMBER] };
const flag: ParcelField = { good: ["true", "false"], bad: ["0", "1", "null", '"true"', ...NEVER] };
const digest: ParcelField = {
  good: [`"${DIGEST}"`],
  bad: [...NO_TEXT, '""', `"${"0F".repeat(32)}"`, `"${DIGEST}0"`, `"${DIGEST.slice(1)}"`]
    .concat(`"${DIGEST}\\n"`, `"${"g".repeat(64)}"`),
};
const nonce: ParcelField = {
  good: [`"${NONCE}"`],
  bad: [...NO_TEXT, '""', `"${"0F".repeat(16)}"`, `"${NONCE}0"`, `"${NONCE.slice(1)}"`],
};

/** From 1 to 32 of them. */
function listOf({ good, bad }: ParcelField): ParcelField {
  const many = (length: number) => `[${Array(length).fill(good[0]).join()}]`;
  return {
    good: [many(1), many(32), `[${good.join()}]`],
    bad: [
      many(0),
      many(33),
      ...good,
      "null",
      "true",
      "{}",
      ...bad.map((value) => `[${good[0]},${value}]`),
    ],
  };
}

/** Every field of every message; the compiler holds the keys to the union. */
export const PARCEL_FIELDS: Readonly<
  Record<ParcelControl["type"], Readonly<Record<string, ParcelField>>>
> = {
  hello: { agent: text, nonce },
  welcome: { agent: text, nonce, auth: flag, maxBlockBytes: capacity, maxOffers: capacity },
  proof: { mac: digest },
  ready: { mac: digest },
  offer: {
    id,
    kind: {
      good: ['"file"', '"folder"'],
      bad: [...NO_TEXT, '""', '"File"', '"link"', '["folder"]', '[["file"]]'],
    },
    path: text,
    size: { good: ["null", "0", `${MAX}`], bad: NO_NUMBER },
    mtimeMs: {
      good: ["null", "-1", "0", `${MAX}`, `-${MAX}`],
      bad: NO_NUMBER.filter((value) => value !== "-1"),
    },
    mode: { good: ["0", "511"], bad: ["512", "null", ...NO_NUMBER], optional: true },
  },
  compare: { id, offsets: listOf(count) },
  digests: { id, sha256: listOf(digest) },
  accept: { id, offset: count },
  start: { id, offset: count },
  end: { id, size: count, sha256: digest },
  cancel: { id, reason: text },
  stored: { id, path: text, size: count, same: flag, sha256: { ...digest, optional: true } },
  refused: { id, code: text, reason: text },
  busy: {},
  bye: {},
  error: { code: text, reason: text },
};
