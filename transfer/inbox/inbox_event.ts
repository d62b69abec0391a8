import type { ParcelRefusal } from "../../codec/parcel/messages.ts";

/** The wire format that a file came in. */
export type TransferFormat = "simple" | "parcel";

/** What became of a file that a peer sent: it was stored, it was not, or a later try can go on with it. */
export type InboxEvent =
  | {
    readonly type: "stored";
    /** The number of the connection that it came on. */
    readonly id: number;
    /** Its path below the inbox; the name may be another one than the peer's. */
    readonly path: string;
    readonly size: number;
    /** Its SHA-256 in hex; undefined when the file was gone before it could be hashed. */
    readonly sha256: string | undefined;
    /** Milliseconds from its offer until it was stored. */
    readonly ms: number;
    /** Whether the very same file was there before. */
    readonly same: boolean;
    /** Bytes of it that were there from an earlier try. */
    readonly resumedAt: number;
    readonly format: TransferFormat;
  }
  | {
    readonly type: "not-stored";
    readonly id: number;
    /** Its path as the peer gave it. */
    readonly path: string;
    readonly code: ParcelRefusal;
    readonly reason: string;
    /** The system's error, when there was one. */
    readonly error?: unknown;
  }
  | {
    /** It stopped halfway, and what came of it is kept for a later try. */
    readonly type: "kept";
    readonly id: number;
    readonly path: string;
    /** Bytes of it that are there. */
    readonly bytes: number;
    /** Bytes of the whole file. */
    readonly size: number;
  };
