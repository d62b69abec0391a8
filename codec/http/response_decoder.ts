// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";
import type { ProtocolError } from "../errors.ts";
import { broken, octetName } from "./errors.ts";
import { HeadDecoder, type HeadParts, type Line } from "./head_decoder.ts";
import { HeadText } from "./head_text.ts";
import type { HttpLimits } from "./limits.ts";
import type { BodyLength, HttpResponseHead } from "./messages.ts";
import { SPACE, VALUE } from "./octets.ts";
import { isBodiless, isTunnel } from "./status.ts";
import { decodeVersion, VERSION_BYTES } from "./version.ts";

/** Decodes what a client receives: responses, the pieces of their bodies, and the ends of those. */
export class ResponseDecoder extends HeadDecoder<HttpResponseHead> {
  protected override readonly startLineName = "status line";
  readonly #answered: (status: number) => string;
  #status = 0;
  #reason = "";
  #minor = 1;

  /** `answered` hears the status of each response, and returns the method of the request that it belongs to. */
  constructor(limits: HttpLimits, answered: (status: number) => string) {
    super(limits);
    this.#answered = answered;
  }

  /** Takes a status line apart (RFC 9112, 4): `HTTP/1.1 200 OK`. The space behind the status may be missing. */
  protected override decodeStartLine(bytes: Uint8Array, { from, to, offset }: Line): void {
    const at = (index: number) => offset + index - from;
    this.#minor = decodeVersion(bytes, { from, offset, code: "bad-status-line" });
    const codeAt = from + VERSION_BYTES + 1;
    if (bytes[codeAt - 1] !== SPACE) {
      throw badLine("one space behind the version", {
        offset: at(codeAt - 1),
        received: octetName(codeAt - 1 < to ? bytes[codeAt - 1] : undefined),
      });
    }
    let status = 0;
    for (let index = codeAt; index < codeAt + 3; index++) {
      const digit = bytes[index]! - 48;
      if (index >= to || digit < 0 || digit > 9) {
        throw badLine("a status of three digits", {
          offset: at(index),
          received: octetName(index < to ? bytes[index] : undefined),
        });
      }
      status = status * 10 + digit;
    }
    const reasonAt = codeAt + 4;
    if (codeAt + 3 < to && bytes[codeAt + 3] !== SPACE) {
      throw badLine("a space behind the status", {
        offset: at(codeAt + 3),
        received: octetName(bytes[codeAt + 3]),
      });
    }
    if (status < 100 || status > 599) {
      throw badLine("a status from 100 to 599", { offset: at(codeAt), received: `${status}` });
    }
    for (let index = reasonAt; index < to; index++) {
      if (VALUE[bytes[index]!] === 0) {
        throw badLine("no control in the reason", {
          offset: at(index),
          received: octetName(bytes[index]),
        });
      }
    }
    this.#status = status;
    this.#reason = reasonAt < to ? latin1Text(bytes, { from: reasonAt, to }) : "";
  }

  /** Makes the response, and decides how long its body is (RFC 9112, 6.3). */
  protected override makeHead(parts: HeadParts): HttpResponseHead {
    const { framing, offset } = parts;
    const status = this.#status;
    framing.requireOneBody({ minor: this.#minor, offset });
    const method = this.#answered(status);
    const body = this.#bodyOf(parts, method);
    if (body === "chunked") this.expectChunkedBody();
    else if (body === "until-close") this.expectBody(Infinity);
    else if (body > 0) this.expectBody(body);
    if (status === 101 || isTunnel(status, method)) this.pause();
    return new ResponseHead(parts, {
      status,
      reason: this.#reason,
      minor: this.#minor,
      body,
    });
  }

  #bodyOf({ framing }: HeadParts, method: string): BodyLength {
    const status = this.#status;
    if (method === "HEAD" || isBodiless(status) || isTunnel(status, method)) return 0;
    if (framing.chunked) return "chunked";
    return framing.contentLength >= 0 ? framing.contentLength : "until-close";
  }
}

class ResponseHead extends HeadText implements HttpResponseHead {
  readonly type = "response";
  readonly status: number;
  readonly reason: string;
  readonly version: "1.0" | "1.1";
  readonly body: BodyLength;
  readonly keepAlive: boolean;

  constructor(
    parts: HeadParts,
    { status, reason, minor, body }: {
      status: number;
      reason: string;
      minor: number;
      body: BodyLength;
    },
  ) {
    super(parts);
    this.status = status;
    this.reason = reason;
    this.version = minor === 0 ? "1.0" : "1.1";
    this.body = body;
    this.keepAlive = body !== "until-close" && parts.framing.keepAlive(minor);
  }
}

function badLine(
  expected: string,
  { offset, received }: { offset: number; received: string },
): ProtocolError {
  return broken("status line", { code: "bad-status-line", offset, expected, received });
}
