// This module is browser compatible.

import { escapeControls } from "../escape_controls.ts";

/**
 * Why a file was not taken; stable, and part of the wire format. docs/parcel.md says what each one means.
 */
export type ParcelRefusal =
  | "bad-name"
  | "canceled"
  | "changed"
  | "digest-mismatch"
  | "exists"
  | "no-access"
  | "no-space"
  | "session-full"
  | "size-mismatch"
  | "storage-failed"
  | "too-large";

/** Why a session ended; stable, and part of the wire format. docs/parcel.md says what each one means. */
export type ParcelFailure =
  | "bad-message"
  | "bad-token"
  | "full"
  | "stopping"
  | "token-wanted"
  | "unexpected-message"
  | "unsupported-version";

/** A file or folder that a sender has. */
export interface ParcelOffer {
  /** Tells it from the other messages. */
  readonly type: "offer";
  /** What the sender calls it in this session. */
  readonly id: number;
  /** What it is. */
  readonly kind: "file" | "folder";
  /** Where it shall go: names joined with "/". */
  readonly path: string;
  /** Bytes; null where nobody knows before the end. */
  readonly size: number | null;
  /** When it was changed, in milliseconds since 1970; null where nobody knows. */
  readonly mtimeMs: number | null;
  /** Its permission bits, where they shall be kept. */
  readonly mode?: number;
}

/** The head of a block of a file; the block is the body behind it. */
export interface ParcelDataHead {
  /** Tells it from the other messages. */
  readonly type: "data";
  /** The file. */
  readonly id: number;
  /** Where the block stands in the file. */
  readonly offset: number;
  /** Bytes of the block once it is inflated; 0 for one that is not compressed. */
  readonly rawBytes: number;
  /** Bytes of the body. */
  readonly bodyBytes: number;
}

/** Everything else that the two sides say. */
export type ParcelControl =
  /** The sender's first word: who it is, and 16 random bytes in hex. */
  | { readonly type: "hello"; readonly agent: string; readonly nonce: string }
  /** The receiver's first word: the same, whether it wants a proof of the token, and how much it takes at a time. */
  | {
    readonly type: "welcome";
    readonly agent: string;
    readonly nonce: string;
    readonly auth: boolean;
    readonly maxBlockBytes: number;
    readonly maxOffers: number;
  }
  /** The sender knows the token. */
  | { readonly type: "proof"; readonly mac: string }
  /** So does the receiver. */
  | { readonly type: "ready"; readonly mac: string }
  | ParcelOffer
  /** The receiver may have some or all of it already: it asks for the digests of its first bytes, so many each time. */
  | { readonly type: "compare"; readonly id: number; readonly offsets: readonly number[] }
  /** Those digests, in the same order. */
  | { readonly type: "digests"; readonly id: number; readonly sha256: readonly string[] }
  /** The receiver takes it, from `offset` on. */
  | { readonly type: "accept"; readonly id: number; readonly offset: number }
  /** The file's blocks follow, from here on. */
  | { readonly type: "start"; readonly id: number; readonly offset: number }
  /** All of the file was sent. */
  | { readonly type: "end"; readonly id: number; readonly size: number; readonly sha256: string }
  /** The rest of the file will not come. */
  | { readonly type: "cancel"; readonly id: number; readonly reason: string }
  /** The receiver has it, durably; `same` says that it had it before. */
  | {
    readonly type: "stored";
    readonly id: number;
    readonly path: string;
    readonly size: number;
    readonly same: boolean;
    readonly sha256?: string;
  }
  /** The receiver does not take it, or not any more. */
  | {
    readonly type: "refused";
    readonly id: number;
    readonly code: ParcelRefusal;
    readonly reason: string;
  }
  /** Whoever says it is at work, and lives. */
  | { readonly type: "busy" }
  /** The sender is done; the receiver says it back. */
  | { readonly type: "bye" }
  /** The session is over. */
  | { readonly type: "error"; readonly code: ParcelFailure; readonly reason: string };

/** The types of frames on the wire, by the numbers that stand for them. */
export const PARCEL_TYPES = {
  hello: 0x01,
  welcome: 0x02,
  proof: 0x03,
  ready: 0x04,
  offer: 0x05,
  accept: 0x06,
  start: 0x07,
  data: 0x08,
  end: 0x09,
  cancel: 0x0a,
  stored: 0x0b,
  refused: 0x0c,
  busy: 0x0d,
  bye: 0x0e,
  error: 0x0f,
  compare: 0x10,
  digests: 0x11,
} as const satisfies Record<ParcelControl["type"] | "data", number>;

type Check = (value: unknown) => boolean;

const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isCapacity: Check = (value) => isCount(value) && Number(value) >= 1;
const isId: Check = (value) => isCount(value) && Number(value) <= 0xffffffff;
const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isTime: Check = (value) => value === null || Number.isSafeInteger(value);
const isDigest: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isNonce: Check = (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
const orNothing = (check: Check): Check => (value) => value === undefined || check(value);
const oneOf = (...words: unknown[]): Check => (value) => words.includes(value);

/** How many offsets and digests a message may have. */
export const MAX_COMPARED = 32;
const listOf = (check: Check): Check => (value) =>
  Array.isArray(value) && value.length >= 1 && value.length <= MAX_COMPARED && value.every(check);

/** What each message has to hold; what else it holds is passed over, so that a later version can say more. */
const FIELDS: { readonly [Type in ParcelControl["type"]]: Readonly<Record<string, Check>> } = {
  hello: { agent: isText, nonce: isNonce },
  welcome: {
    agent: isText,
    nonce: isNonce,
    auth: isFlag,
    maxBlockBytes: isCapacity,
    maxOffers: isCapacity,
  },
  proof: { mac: isDigest },
  ready: { mac: isDigest },
  offer: {
    id: isId,
    kind: oneOf("file", "folder"),
    path: isText,
    size: (value) => value === null || isCount(value),
    mtimeMs: isTime,
    mode: orNothing((value) => isCount(value) && Number(value) <= 0o777),
  },
  compare: { id: isId, offsets: listOf(isCount) },
  digests: { id: isId, sha256: listOf(isDigest) },
  accept: { id: isId, offset: isCount },
  start: { id: isId, offset: isCount },
  end: { id: isId, size: isCount, sha256: isDigest },
  cancel: { id: isId, reason: isText },
  stored: { id: isId, path: isText, size: isCount, same: isFlag, sha256: orNothing(isDigest) },
  refused: { id: isId, code: isText, reason: isText },
  busy: {},
  bye: {},
  error: { code: isText, reason: isText },
};

const TYPES = new Map<number, keyof typeof PARCEL_TYPES>(
  // Object.entries widens the names that the object has.
  Object.entries(PARCEL_TYPES).map(([name, type]) => [type, name as keyof typeof PARCEL_TYPES]),
);

/** Returns the name of a frame's type, where there is one. */
export function parcelTypeOf(type: number): keyof typeof PARCEL_TYPES | undefined {
  return TYPES.get(type);
}

/** Returns the message that a parsed payload is. @throws {TypeError} A field is missing, or is none. */
export function controlOf(type: ParcelControl["type"], value: unknown): ParcelControl {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("it is no object");
  }
  // What is no array has names.
  const fields = value as Readonly<Record<string, unknown>>;
  const message: Record<string, unknown> = { type };
  for (const [name, check] of Object.entries(FIELDS[type])) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!check(field)) throw new TypeError(`its ${name} is ${shown(field)}`);
    if (field !== undefined) message[name] = field;
  }
  // Each field was checked against what its type is declared to hold; but the codes that a later version adds pass.
  return message as unknown as ParcelControl;
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? `"${escapeControls(value, { maxChars: 40 })}"` : String(value);
}
