// This module is browser compatible.

import type { ProtocolError } from "../errors.ts";
import { latin1Text } from "../bytes/latin1_text.ts";
import { withoutBlanks } from "./blanks.ts";
import { broken } from "./errors.ts";
import { isHostAndPort } from "./host.ts";
import { listItems } from "./list_items.ts";
import { isName } from "./octets.ts";

/** Where a value stands, in the storage and in the stream. */
export interface ValuePlace {
  from: number;
  to: number;
  /** Bytes from the start of the stream to the start of its line. */
  offset: number;
}

/** What the fields of one head say of its framing and of its connection (RFC 9112, 6 and 9). */
export class Framing {
  /** How many Host fields there are. */
  hosts = 0;
  /** What is wrong with one of them: for a request alone, since a response's Host means nothing. */
  hostError: ProtocolError | undefined;
  /** The length that Content-Length gives, or -1. */
  contentLength = -1;
  /** The only transfer coding is `chunked`. */
  chunked = false;
  /** There is a Transfer-Encoding, whichever. */
  hasCoding = false;
  /** `Connection: close`. */
  closes = false;
  /** `Connection: keep-alive`. */
  keepsAlive = false;
  /** `Connection: upgrade`. */
  upgrades = false;
  /** `Expect: 100-continue`. */
  expectsContinue = false;
  /** The members of Upgrade, in lower case. */
  readonly protocols: string[] = [];

  /**
   * Looks at one field, whose name stands before `nameEnd`.
   *
   * @throws {ProtocolError} It frames no body.
   */
  look(
    bytes: Uint8Array,
    { name, nameEnd, value }: { name: number; nameEnd: number; value: ValuePlace },
  ): void {
    const is = (wanted: string) => isName(bytes, { from: name, to: nameEnd, name: wanted });
    switch (nameEnd - name) {
      case 4:
        if (is("host")) this.#host(bytes, value);
        break;
      case 6:
        if (is("expect")) {
          const text = latin1Text(bytes, value).toLowerCase();
          if (text === "100-continue") this.expectsContinue = true;
        }
        break;
      case 7:
        if (is("upgrade")) {
          this.protocols.push(...listItems(latin1Text(bytes, value).toLowerCase()));
        }
        break;
      case 10:
        if (is("connection")) this.#connection(bytes, value);
        break;
      case 14:
        if (is("content-length")) this.#contentLength(bytes, value);
        break;
      case 17:
        if (is("transfer-encoding")) this.#transferEncoding(bytes, value);
        break;
    }
  }

  #host(bytes: Uint8Array, { from, to, offset }: ValuePlace): void {
    this.hosts++;
    if (isHostAndPort(bytes, { from, to })) return;
    const received = shown(bytes, { from, to });
    this.hostError ??= badHost("a host and a port", { received, offset });
  }

  #connection(bytes: Uint8Array, value: ValuePlace): void {
    for (const option of listItems(latin1Text(bytes, value).toLowerCase())) {
      if (option === "close") this.closes = true;
      else if (option === "keep-alive") this.keepsAlive = true;
      else if (option === "upgrade") this.upgrades = true;
    }
  }

  /** The same length again, on a line of its own or in a list, says nothing else (RFC 9112, 6.3). */
  #contentLength(bytes: Uint8Array, { from, to, offset }: ValuePlace): void {
    const lengths = latin1Text(bytes, { from, to }).split(",");
    for (const one of lengths) {
      const digits = withoutBlanks(one);
      const length = /^\d{1,16}$/.test(digits) ? Number(digits) : NaN;
      if (!Number.isSafeInteger(length)) {
        throw badFraming("a length in decimal digits", {
          received: shown(bytes, { from, to }),
          offset,
        });
      }
      if (this.contentLength >= 0 && this.contentLength !== length) {
        throw badFraming("one length", {
          received: `${this.contentLength} and ${length}`,
          offset,
        });
      }
      this.contentLength = length;
    }
  }

  #transferEncoding(bytes: Uint8Array, { from, to, offset }: ValuePlace): void {
    this.hasCoding = true;
    for (const coding of listItems(latin1Text(bytes, { from, to }).toLowerCase())) {
      if (this.chunked) {
        throw badFraming("chunked as the last coding, and once", {
          received: shown(bytes, { from, to }),
          offset,
        });
      }
      if (coding !== "chunked") {
        throw broken("field line", {
          code: "unknown-coding",
          offset,
          expected: "chunked as the only transfer coding",
          received: shown(bytes, { from, to }),
        });
      }
      this.chunked = true;
    }
  }

  /**
   * Refuses what two sides could take for two different bodies (RFC 9112, 6.3 and 11.2).
   *
   * @throws {ProtocolError} There are a coding and a length, or a coding in HTTP/1.0.
   */
  requireOneBody({ minor, offset }: { minor: number; offset: number }): void {
    if (!this.hasCoding) return;
    if (this.contentLength >= 0) {
      throw badFraming("a transfer coding or a length", { received: "both", offset, what: "head" });
    }
    if (minor === 0) {
      throw badFraming("no transfer coding in HTTP/1.0", { received: "one", offset, what: "head" });
    }
    if (!this.chunked) {
      throw badFraming("a transfer coding", {
        received: "none in the field",
        offset,
        what: "head",
      });
    }
  }

  /** Says whether the sender lets the connection stand (RFC 9112, 9.3). */
  keepAlive(minor: number): boolean {
    return !this.closes && (minor > 0 || this.keepsAlive);
  }
}

/** Makes the error that says that a host is none, or that there is not one. */
export function badHost(
  expected: string,
  { received, offset }: { received: string; offset: number },
): ProtocolError {
  return broken("head", { code: "bad-host", offset, expected, received });
}

function badFraming(
  expected: string,
  { received, offset, what = "field line" }: { received: string; offset: number; what?: string },
): ProtocolError {
  return broken(what, { code: "bad-framing", offset, expected, received });
}

const SHOWN_BYTES = 40;

function shown(bytes: Uint8Array, { from, to }: { from: number; to: number }): string {
  const text = JSON.stringify(latin1Text(bytes, { from, to: Math.min(to, from + SHOWN_BYTES) }));
  return to - from > SHOWN_BYTES ? `${text}…` : text;
}
