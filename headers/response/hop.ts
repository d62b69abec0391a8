import { ByteWriter } from "../../codec/bytes/byte_writer.ts";
import type { Decoder } from "../../codec/codec.ts";
import { httpClientCodec, type HttpClientMessage } from "../../codec/http/mod.ts";
import type { Address } from "../../net/address.ts";
import type { Connection } from "../../net/connection.ts";
import type { RawHead } from "./head_reader.ts";
import type { InspectedHead } from "./inspect_head.ts";
import type { ProbeRequest } from "./request.ts";

/** How long each part of a hop took, in milliseconds; what there was not is undefined. */
export interface HopTiming {
  /** The name was looked up. */
  lookupMs?: number | undefined;
  /** An address was connected to, whichever of them stood first. */
  connectMs?: number | undefined;
  /** The TLS handshake. */
  tlsMs?: number | undefined;
  /** From the request up to the first byte of the answer. */
  firstByteMs?: number | undefined;
}

/** One head of an answer. */
export interface ProbedHead extends InspectedHead {
  /** Its bytes as they came. */
  readonly raw: RawHead;
}

/** What a server answered, up to the end of its head; its body waits until somebody wants it. */
export class Hop implements Disposable {
  /** What was asked. */
  readonly request: ProbeRequest;
  /** How long it took. */
  readonly timing: Readonly<HopTiming>;
  /** The heads: those in front of the answer (1xx), and the answer's own, which is the last. */
  readonly heads: readonly [...ProbedHead[], ProbedHead];
  readonly #connection: Connection<Uint8Array>;
  readonly #rest: Uint8Array;

  /** Takes over the connection that the heads came from. */
  constructor(
    { request, timing, heads, connection, rest }: {
      request: ProbeRequest;
      timing: HopTiming;
      heads: readonly [...ProbedHead[], ProbedHead];
      connection: Connection<Uint8Array>;
      rest: Uint8Array;
    },
  ) {
    this.request = request;
    this.timing = timing;
    this.heads = heads;
    this.#connection = connection;
    this.#rest = rest;
  }

  /** Who answered. */
  get remoteAddr(): Address {
    return this.#connection.remoteAddr;
  }

  /**
   * The body in the pieces in which it comes, out of its chunks; to be iterated once. It is read by the strict rules, so a
   * head that breaks them has none.
   *
   * @throws {BodyError} The head breaks them.
   * @throws {ProtocolError} The body breaks them, or ends too early.
   * @throws {DeadlineError} No byte came in time.
   */
  async *body(): AsyncGenerator<Uint8Array, void> {
    const session = httpClientCodec().session();
    // What was asked says whether there is a body.
    const asked = { method: this.request.method, target: "/", fields: { Host: "-" } };
    session.encode(asked, new ByteWriter());
    const { decoder } = session;
    for (const { raw } of this.heads) decoder.push(raw.bytes);
    decoder.push(this.#rest);
    let left = this.heads.length;
    for (;;) {
      try {
        for (const message of messagesOf(decoder)) {
          if (message.type === "response") {
            left -= 1;
            if (left === 0 && message.body === 0) return;
          } else if (message.type === "body") yield message.bytes;
          else return;
        }
      } catch (cause) {
        throw left === 0 ? cause : new BodyError(cause);
      }
      const piece = await this.#connection.receive();
      if (piece) decoder.push(piece);
      else decoder.end();
    }
  }

  /** Ends the connection: what the server still sends is not read. */
  [Symbol.dispose](): void {
    this.#connection.abort();
  }
}

function* messagesOf(decoder: Decoder<HttpClientMessage>): Generator<HttpClientMessage> {
  for (let message; (message = decoder.next()) !== undefined;) yield message;
}

/** Says that there is no body to be read, because its head leaves open where that would be. */
export class BodyError extends Error {
  /** The class's name. */
  override readonly name = "BodyError";

  /** Makes the error of what the strict rules say of the head. */
  constructor(cause: unknown) {
    super("Cannot read the body: its head breaks the rules", { cause });
  }
}
