// This module is browser compatible.

import { latin1Text } from "../bytes/latin1_text.ts";
import type { ProtocolError } from "../errors.ts";
import { broken, octetName } from "./errors.ts";
import { badHost, type Framing } from "./framing.ts";
import { HeadDecoder, type HeadParts, type Line } from "./head_decoder.ts";
import { HeadText } from "./head_text.ts";
import type { HttpLimits } from "./limits.ts";
import type { HttpRequestHead } from "./messages.ts";
import { SPACE, TARGET, TOKEN } from "./octets.ts";
import { decodeVersion, VERSION_BYTES } from "./version.ts";

const NO_PROTOCOLS: readonly string[] = Object.freeze([]);

/** Decodes what a server receives: requests, the pieces of their bodies, and the ends of those. */
export class RequestDecoder extends HeadDecoder<HttpRequestHead> {
  protected override readonly startLineName = "request line";
  readonly #asked: (head: HttpRequestHead) => void;
  #method = "";
  #target = "";
  #minor = 1;

  /** `asked` hears of each request that was decoded. */
  constructor(limits: HttpLimits, asked: (head: HttpRequestHead) => void) {
    super(limits);
    this.#asked = asked;
  }

  /** Takes a request line apart (RFC 9112, 3): `GET /a HTTP/1.1`. */
  protected override decodeStartLine(bytes: Uint8Array, { from, to, offset }: Line): void {
    const at = (index: number) => offset + index - from;
    let methodEnd = from;
    while (TOKEN[bytes[methodEnd]!] === 1) methodEnd++;
    if (methodEnd === from) {
      throw badLine("a method", { offset, received: octetName(bytes[from]) });
    }
    if (bytes[methodEnd] !== SPACE) {
      throw badLine("a space behind the method", {
        offset: at(methodEnd),
        received: octetName(methodEnd < to ? bytes[methodEnd] : undefined),
      });
    }
    const targetFrom = methodEnd + 1;
    let targetEnd = targetFrom;
    while (TARGET[bytes[targetEnd]!] === 1) targetEnd++;
    if (targetEnd === targetFrom) {
      throw badLine("a target", {
        offset: at(targetFrom),
        received: octetName(targetFrom < to ? bytes[targetFrom] : undefined),
      });
    }
    if (bytes[targetEnd] !== SPACE || to - targetEnd - 1 !== VERSION_BYTES) {
      throw badLine("one space and the version behind the target", {
        offset: at(targetEnd),
        received: targetEnd >= to ? "the end of the line" : "something else",
      });
    }
    this.#minor = decodeVersion(bytes, {
      from: targetEnd + 1,
      offset: at(targetEnd + 1),
      code: "bad-request-line",
    });
    this.#method = methodOf(bytes, { from, to: methodEnd });
    this.#target = targetEnd - targetFrom === 1 && bytes[targetFrom] === 47
      ? "/"
      : latin1Text(bytes, { from: targetFrom, to: targetEnd });
    requireTarget(this.#method, { target: this.#target, offset: at(targetFrom) });
  }

  /** Makes the request. */
  protected override makeHead(parts: HeadParts): HttpRequestHead {
    const { framing, offset } = parts;
    const minor = this.#minor;
    requireHost(framing, { minor, offset });
    framing.requireOneBody({ minor, offset });
    if (framing.chunked) this.expectChunkedBody();
    else if (framing.contentLength > 0) this.expectBody(framing.contentLength);
    const head = new RequestHead(parts, {
      method: this.#method,
      target: this.#target,
      minor,
    });
    if (head.upgrade.length > 0 || head.method === "CONNECT") this.pause();
    this.#asked(head);
    return head;
  }
}

class RequestHead extends HeadText implements HttpRequestHead {
  readonly type = "request";
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly body: number | "chunked";
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly upgrade: readonly string[];

  constructor(
    parts: HeadParts,
    { method, target, minor }: { method: string; target: string; minor: number },
  ) {
    super(parts);
    const { framing } = parts;
    this.method = method;
    this.target = target;
    this.version = minor === 0 ? "1.0" : "1.1";
    this.body = framing.chunked ? "chunked" : Math.max(0, framing.contentLength);
    this.keepAlive = framing.keepAlive(minor);
    this.expectsContinue = framing.expectsContinue && minor > 0 && this.body !== 0;
    this.upgrade = framing.upgrades && minor > 0 ? framing.protocols : NO_PROTOCOLS;
  }
}

function methodOf(bytes: Uint8Array, { from, to }: { from: number; to: number }): string {
  if (to - from === 3 && bytes[from] === 71 && bytes[from + 1] === 69 && bytes[from + 2] === 84) {
    return "GET";
  }
  return latin1Text(bytes, { from, to });
}

/** What comes behind "://" is not looked at: whoever routes by it parses it as a URL. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const AUTHORITY = /^(?:\[[0-9A-Fa-f:.]+\]|[^/?#@:[\]]+):\d{1,5}$/;

/** Refuses a target of a form that its method cannot have (RFC 9112, 3.2). */
function requireTarget(
  method: string,
  { target, offset }: { target: string; offset: number },
): void {
  if (method === "CONNECT") {
    if (AUTHORITY.test(target)) return;
    throw badLine("host:port as the target of CONNECT", { offset, received: "another form" });
  }
  if (target.charCodeAt(0) === 47 || ABSOLUTE.test(target)) return;
  if (target === "*" && method === "OPTIONS") return;
  throw badLine("a path or a URL as the target", { offset, received: "another form" });
}

/** One host, and no more: two sides could go by different ones (RFC 9112, 3.2). */
function requireHost(
  { hosts, hostError }: Framing,
  { minor, offset }: { minor: number; offset: number },
): void {
  if (hostError) throw hostError;
  if (hosts === 1 || (hosts === 0 && minor === 0)) return;
  throw badHost(minor === 0 ? "at most one Host" : "one Host", {
    received: hosts === 0 ? "none" : `${hosts}`,
    offset,
  });
}

function badLine(
  expected: string,
  { offset, received }: { offset: number; received: string },
): ProtocolError {
  return broken("request line", { code: "bad-request-line", offset, expected, received });
}
