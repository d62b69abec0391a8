// This module is browser compatible.

import type { ByteWriter } from "../bytes/byte_writer.ts";
import { writeLatin1 } from "../bytes/latin1_text.ts";
import type { Session } from "../codec.ts";
import { BodyEncoder } from "./body_encoder.ts";
import { unsayable } from "./errors.ts";
import { fieldSection } from "./field_section.ts";
import { outgoingBody, writeContent, writeFraming } from "./head_encoder.ts";
import type { HttpLimits } from "./limits.ts";
import type { HttpClientMessage, HttpClientOutgoing, HttpRequest } from "./messages.ts";
import { saysNoBody } from "./methods.ts";
import { ResponseDecoder } from "./response_decoder.ts";
import { isToken } from "./text_rules.ts";

const TARGET = /^[\x21-\x7e\x80-\xff]+$/;

/** One client's connection: the decoder knows what was asked. */
export class ClientSession implements Session<HttpClientMessage, HttpClientOutgoing> {
  readonly decoder: ResponseDecoder;
  /** The methods of the requests that are not answered, the oldest first. */
  readonly #methods: string[] = [];
  readonly #body = new BodyEncoder();
  #isLast = false;

  constructor(limits: HttpLimits) {
    this.decoder = new ResponseDecoder(limits, (status) => {
      const method = this.#methods[0] ?? "GET";
      // An informational response is not the answer yet (RFC 9110, 15.2).
      if (status >= 200 || status === 101) this.#methods.shift();
      return method;
    });
  }

  encode(message: HttpClientOutgoing, writer: ByteWriter): void {
    if (message.type === "body") this.#body.piece(message, writer);
    else if (message.type === "end") this.#body.end(message, writer);
    else this.#request(message, writer);
  }

  #request(request: HttpRequest, writer: ByteWriter): void {
    const { method = "GET", target, close = false, upgrade } = request;
    const body = outgoingBody(request, "request");
    this.#check(request, method);
    if (body.length === "until-close") {
      throw unsayable("request", { expected: "a length, or chunked", received: "until-close" });
    }
    const { bytes, hasHost } = fieldSection(request.fields, "request");
    if (!hasHost) throw unsayable("request", { expected: "a field Host", received: "none" });
    writeLatin1(`${method} ${target} HTTP/1.1\r\n`, writer);
    writer.bytes(bytes);
    const saysLength = body.length !== 0 || saysNoBody(method);
    writeFraming(writer, {
      length: saysLength ? body.length : undefined,
      connection: close ? "close" : undefined,
      upgrade,
    });
    this.#methods.push(method);
    this.#isLast = close;
    if (body.content === undefined) this.#body.begin(body.length);
    else writeContent(body.content, writer);
  }

  #check({ target, upgrade }: HttpRequest, method: string): void {
    if (this.#body.isOpen) {
      throw unsayable("request", { expected: "the end of the last body", received: "a head" });
    }
    if (this.#isLast) {
      throw unsayable("request", { expected: "nothing behind the last request", received: "one" });
    }
    if (!isToken(method)) {
      throw unsayable("request", { expected: "a method", received: JSON.stringify(method) });
    }
    if (typeof target !== "string" || !TARGET.test(target)) {
      throw unsayable("request", {
        expected: "a target without blanks and controls",
        received: JSON.stringify(target),
      });
    }
    if (upgrade !== undefined && !upgrade.split("/").every(isToken)) {
      throw unsayable("request", {
        expected: "the name of a protocol",
        received: JSON.stringify(upgrade),
      });
    }
  }
}
