import type { WebSocketLimits } from "../../../../codec/websocket/mod.ts";
import type { Frame } from "../frames.ts";

/** A message, without what is lazy about it. */
export type Said =
  | { readonly text: string }
  | { readonly binary: Uint8Array }
  | { readonly ping: Uint8Array }
  | { readonly pong: Uint8Array }
  | { readonly close: number; readonly reason: string };

/** The side that decodes. */
export type Role = "server" | "client";

/** Frames of a peer, and what comes of them. */
export interface FrameSample {
  /** What it shows; it ends the sentence "the server takes" or "the server refuses". */
  readonly name: string;
  /** The side that decodes. @default both */
  readonly role?: Role;
  /** What the peer sends. */
  readonly frames: readonly Frame[];
  /** So many bytes of it never come; the stream stays open. @default {0} */
  readonly missing?: number;
  /** Limits of who decodes. */
  readonly limits?: Partial<WebSocketLimits>;
  /** The messages that come, in front of the error where there is one. @default none */
  readonly says?: readonly Said[];
  /** What the session writes of itself, unmasked. @default none */
  readonly answers?: readonly Frame[];
  /** What refuses it. @default nothing */
  readonly refused?: Refusal;
}

/** How bytes are refused. */
export interface Refusal {
  /** The error's code. */
  readonly code: string;
  /** The code of the close frame that tells the peer so. */
  readonly close: number;
  /** Byte by byte, it is refused behind so many of the last frame's head. @default not looked at */
  readonly atHeadByte?: number;
  /** Byte by byte, it is refused behind so many of the last frame's payload. @default not looked at */
  readonly atPayloadByte?: number;
}

/** Returns how a frame is refused that RFC 6455 does not know: behind so many bytes of its head. */
export function badFrame(atHeadByte: number): Refusal {
  return { code: "bad-frame", close: 1002, atHeadByte };
}

/** Returns how text is refused that is no UTF-8: behind so many bytes of the last frame's payload. */
export function badText(atPayloadByte: number): Refusal {
  return { code: "bad-utf8", close: 1007, atPayloadByte };
}

/** How a message is refused that is too long: from the head of its last frame. */
export const TOO_LONG: Refusal = { code: "limit-exceeded", close: 1009 };
