// This module is browser compatible.

/** How one direction is compressed (RFC 7692, 7.1). */
export interface CompressionDirection {
  /** The window is 2 to the power of this, in bytes; 8 to 15. */
  readonly windowBits: number;
  /** A message may refer to what the messages before it held. */
  readonly takeover: boolean;
}

/** Compresses one message after the other. */
export interface MessageDeflater {
  /** Returns a message in raw deflate, without the four bytes at its end (RFC 7692, 7.2.1). */
  deflate(message: Uint8Array): Uint8Array;
  /** Gives up what it holds: the connection is over. */
  release?(): void;
}

/** Decompresses one message after the other. */
export interface MessageInflater {
  /**
   * Returns what a message stands for.
   *
   * @throws {LimitError} `maxMessageBytes`: more than `maxBytes` come out of it.
   * @throws {ProtocolError} `bad-compression`: it is no raw deflate.
   */
  inflate(
    message: Uint8Array,
    options: { maxBytes: number; offset: number },
  ): Uint8Array<ArrayBuffer>;
  /** Gives up what it holds: the connection is over. */
  release?(): void;
}

/** Raw deflate (RFC 1951), which a runtime has. */
export interface DeflateEngine {
  /** Makes what compresses one direction of one connection. */
  deflater(direction: CompressionDirection): MessageDeflater;
  /** Makes what decompresses one direction of one connection. */
  inflater(direction: CompressionDirection): MessageInflater;
}

/** What two sides have agreed on. */
export interface AgreedCompression {
  /** How this side compresses. */
  readonly outgoing: CompressionDirection;
  /** How the other side compresses. */
  readonly incoming: CompressionDirection;
  /** Messages below this are sent as they are, in bytes. */
  readonly thresholdBytes: number;
  /** What does the work. */
  readonly engine: DeflateEngine;
}
