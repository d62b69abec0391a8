import type { ParcelRefusal } from "../codec/parcel/messages.ts";

/** Which of the two wire formats a file came in. */
export type FileFormat = "simple" | "parcel";

/** Something that happened to a file on its way in. */
export type FileEvent =
  | {
    readonly type: "stored";
    /** The connection that it came on. */
    readonly id: number;
    /** Its path below the inbox. */
    readonly path: string;
    readonly size: number;
    /** Its digest; undefined where the file was gone before it could be hashed. */
    readonly sha256: string | undefined;
    /** How long it took, from its offer on. */
    readonly ms: number;
    /** It was there already. */
    readonly same: boolean;
    /** So many of its bytes were there from an earlier try. */
    readonly resumedAt: number;
    readonly format: FileFormat;
  }
  | {
    readonly type: "not-stored";
    readonly id: number;
    /** Its path as the peer gave it. */
    readonly path: string;
    readonly code: ParcelRefusal;
    readonly reason: string;
    /** What the system said, where it said something. */
    readonly error?: unknown;
  }
  | {
    /** It stopped halfway, and a later try can go on. */
    readonly type: "kept";
    readonly id: number;
    readonly path: string;
    /** Bytes that are there, and of how many. */
    readonly bytes: number;
    readonly size: number;
  };
