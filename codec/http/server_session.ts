// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import { latin1Bytes, writeLatin1 } from "../bytes/latin1_text.ts";
import type { Session } from "../codec.ts";
import type { ProtocolError } from "../errors.ts";
import { BodyEncoder } from "./body_encoder.ts";
import { statusHint, unsayable } from "./errors.ts";
import { fieldSection } from "./field_section.ts";
import { type OutgoingBody, outgoingBody, writeContent, writeFraming } from "./head_encoder.ts";
import type { HttpLimits } from "./limits.ts";
import type {
  HttpRequestHead,
  HttpResponse,
  HttpServerMessage,
  HttpServerOutgoing,
} from "./messages.ts";
import { RequestDecoder } from "./request_decoder.ts";
import { isBodiless, isTunnel, reasonPhrase } from "./status.ts";
import { isToken, isValue } from "./text_rules.ts";

const encoder = new TextEncoder();
/** The status lines that need no check, each made once. */
const statusLines = new Map<number, Uint8Array>();

/** One server's connection: the answers know the requests that they belong to. */
export class ServerSession implements Session<HttpServerMessage, HttpServerOutgoing> {
  readonly decoder: RequestDecoder;
  /** The requests that are not answered, the oldest first. */
  readonly #asked: HttpRequestHead[] = [];
  readonly #body = new BodyEncoder();
  readonly #date: (() => string) | undefined;
  /** Nothing follows: the last answer said that the connection ends, or it speaks another protocol now. */
  #isLast = false;

  constructor(limits: HttpLimits, date: (() => string) | undefined) {
    this.decoder = new RequestDecoder(limits, (head) => this.#asked.push(head));
    this.#date = date;
  }

  encode(message: HttpServerOutgoing, writer: ByteWriter): void {
    if (message.type === "body") return this.#body.piece(message, writer);
    if (message.type === "end") {
      this.#body.end(message, writer);
      return this.#answered();
    }
    this.#response(message, writer);
  }

  /**
   * Turns a client down, where no answer is half sent: that would be taken for the rest of it. What breaks behind an answer, in
   * the body of its request, gets none: a proxy would take that for the answer to somebody else's request.
   */
  refuse(error: ProtocolError, writer: ByteWriter): void {
    if (this.#body.isOpen || this.#isLast) return;
    if (this.#asked.length === 0 && this.decoder.inBody) return;
    const status = statusHint(error);
    const body = encoder.encode(`${status} ${reasonPhrase(status)}: ${error.message}\n`);
    const withBody = this.#asked[0]?.method !== "HEAD";
    writeLatin1(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`, writer);
    if (this.#date) writer.bytes(dateLine(this.#date()));
    writeLatin1(REFUSAL_FIELDS, writer);
    writeFraming(writer, { length: body.length, connection: "close", upgrade: undefined });
    if (withBody) writer.bytes(body);
    this.#isLast = true;
  }

  #response(response: HttpResponse, writer: ByteWriter): void {
    const { status = 200, upgrade } = response;
    const asked = this.#asked[0];
    const body = outgoingBody(response, "response");
    this.#check(response, { asked, status, body });
    const { bytes, hasDate } = fieldSection(response.fields, "response");
    const isInterim = status < 200 && status !== 101;
    const connection = isInterim || status === 101 ? undefined : this.#connection(response, asked);
    writer.bytes(statusLine(status, response.reason));
    writer.bytes(bytes);
    if (this.#date && !hasDate && !isInterim) writer.bytes(dateLine(this.#date()));
    const leadsOn = asked !== undefined && isTunnel(status, asked.method);
    const isBare = isBodiless(status) || leadsOn;
    const length = isBare || body.length === "until-close" ? undefined : body.length;
    writeFraming(writer, { length, connection, upgrade });
    if (isInterim) return;
    const silent = asked?.method === "HEAD";
    if (connection === "close" || status === 101 || leadsOn) this.#isLast = true;
    if (body.content === undefined && body.length !== 0 && status !== 304) {
      this.#body.begin(body.length, { silent });
      return;
    }
    if (!silent && !isBare) writeContent(body.content, writer);
    this.#answered();
  }

  #check(
    { upgrade, reason }: HttpResponse,
    { asked, status, body }: {
      asked: HttpRequestHead | undefined;
      status: number;
      body: OutgoingBody;
    },
  ): void {
    if (this.#body.isOpen) {
      throw unsayable("response", { expected: "the end of the last body", received: "a head" });
    }
    if (this.#isLast) {
      throw unsayable("response", { expected: "nothing behind the last answer", received: "one" });
    }
    if (!Number.isInteger(status) || status < 100 || status > 599) {
      throw unsayable("response", {
        expected: "a status from 100 to 599",
        received: `${status}`,
      });
    }
    if (reason !== undefined && !isValue(reason)) {
      throw unsayable("response", { expected: "no control in the reason", received: "one" });
    }
    const isNamed = upgrade !== undefined;
    // 426 names the protocol that it would take (RFC 9110, 15.5.22).
    if (status !== 426 && (status === 101) !== isNamed) {
      throw unsayable("response", {
        expected: "status 101 where the protocol changes, and only there",
        received: `${status}`,
      });
    }
    if (status === 101 && isNamed && !asked?.upgrade.includes(upgrade.toLowerCase())) {
      throw unsayable("response", {
        expected: "a protocol that the request offers",
        received: JSON.stringify(upgrade),
      });
    }
    if (status === 426 && isNamed && !upgrade.split("/").every(isToken)) {
      throw unsayable("response", {
        expected: "a protocol",
        received: JSON.stringify(upgrade),
      });
    }
    if (body.length !== 0 && isBodiless(status) && status !== 304) {
      throw unsayable("response", {
        expected: `no body, which status ${status} never has`,
        received: "one",
      });
    }
    if (body.length === "chunked" && asked?.version === "1.0") {
      throw unsayable("response", {
        expected: "a length, or until-close: HTTP/1.0 knows no chunks",
        received: "chunked",
      });
    }
  }

  #connection(
    { body, close = false, status = 200 }: HttpResponse,
    asked: HttpRequestHead | undefined,
  ): "close" | "keep-alive" | undefined {
    const stands = asked?.keepAlive ?? true;
    // What follows a tunnel that is refused may have been meant for its other end, and is no request.
    const refusesTunnel = asked?.method === "CONNECT" && status >= 300;
    if (close || !stands || refusesTunnel || body === "until-close") return "close";
    return asked?.version === "1.0" ? "keep-alive" : undefined;
  }

  #answered(): void {
    this.#asked.shift();
    if (!this.#isLast) this.decoder.resume();
  }
}

const REFUSAL_FIELDS = "Content-Type: text/plain; charset=utf-8\r\n" +
  "X-Content-Type-Options: nosniff\r\n";

function statusLine(status: number, reason: string | undefined): Uint8Array {
  if (reason !== undefined) return latin1Bytes(`HTTP/1.1 ${status} ${reason}\r\n`);
  let line = statusLines.get(status);
  if (!line) {
    statusLines.set(status, line = latin1Bytes(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`));
  }
  return line;
}

let lastDate = "";
let lastDateLine: Uint8Array = new Uint8Array(0);

function dateLine(date: string): Uint8Array {
  if (date !== lastDate) {
    lastDateLine = latin1Bytes("Date: " + date + "\r\n");
    lastDate = date;
  }
  return lastDateLine;
}
