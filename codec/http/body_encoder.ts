// This module is browser compatible.

import { shown } from "../arguments.ts";
import type { ByteWriter } from "../bytes/byte_writer.ts";
import type { BodyPiece } from "../body_decoder.ts";
import type { ProtocolError } from "../errors.ts";
import { writeLatin1 } from "../bytes/latin1_text.ts";
import { unsayable } from "./errors.ts";
import { fieldSection } from "./field_section.ts";
import type { BodyLength, HttpBodyEnd } from "./messages.ts";

/** Writes the body behind a head that was sent: as long as the head said, or in chunks (RFC 9112, 6 and 7.1). */
export class BodyEncoder {
  /** What is left of a known length; or how it ends otherwise. */
  #left: BodyLength | undefined;
  /** The pieces are counted, and not written: the answer to HEAD. */
  #isSilent = false;

  /** A body is being sent. */
  get isOpen(): boolean {
    return this.#left !== undefined;
  }

  /** Begins a body; one of 0 bytes is over at once. */
  begin(length: BodyLength, { silent = false }: { silent?: boolean } = {}): void {
    this.#left = length === 0 ? undefined : length;
    this.#isSilent = silent;
  }

  /** Writes a piece. @throws {ProtocolError} There is no body, or the piece is longer than what is left of it. */
  piece({ bytes }: BodyPiece, writer: ByteWriter): void {
    const left = this.#left;
    if (left === undefined) throw this.#noBody("a piece of a body");
    if (!(bytes instanceof Uint8Array)) {
      throw unsayable("body", { expected: "bytes", received: shown(bytes) });
    }
    if (typeof left === "number") {
      if (bytes.length > left) {
        throw unsayable("body", {
          expected: `at most the ${left} bytes that are left`,
          received: `${bytes.length} bytes`,
        });
      }
      // A body that is whole waits for its end all the same.
      this.#left = left - bytes.length;
    }
    if (this.#isSilent || bytes.length === 0) return;
    if (left !== "chunked") return writer.bytes(bytes);
    writeLatin1(`${bytes.length.toString(16)}\r\n`, writer);
    writer.bytes(bytes);
    writeLatin1("\r\n", writer);
  }

  /** Ends the body. @throws {ProtocolError} There is none, it is too short, or it can have no trailers. */
  end({ trailers }: HttpBodyEnd, writer: ByteWriter): void {
    const left = this.#left;
    if (left === undefined) throw this.#noBody("the end of a body");
    if (typeof left === "number" && left > 0 && !this.#isSilent) {
      throw unsayable("body", {
        expected: `${left} bytes more`,
        received: "its end",
      });
    }
    const { bytes } = fieldSection(trailers, "body");
    if (left !== "chunked" && bytes.length > 0) {
      throw unsayable("body", { expected: "trailers behind chunks alone", received: "some" });
    }
    this.#left = undefined;
    if (this.#isSilent || left !== "chunked") return;
    writeLatin1("0\r\n", writer);
    writer.bytes(bytes);
    writeLatin1("\r\n", writer);
  }

  #noBody(received: string): ProtocolError {
    return unsayable("body", { expected: "a head that announces it", received });
  }
}
