// This module is browser compatible.

import { requireCodec } from "./arguments.ts";
import { type Codec, type Decoder, defineCodec, type Session, sessionOver } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { TOKEN } from "./http/octets.ts";

/** What a peer was taken for by its first bytes. */
export type OtherProtocol = "http" | "tls";

const SPACE = 32;
/** The first bytes of a TLS record (RFC 8446, 5.1): its type, and the first byte of its version. */
const TLS_ALERT = 21;
const TLS_HANDSHAKE = 22;
const TLS_MAJOR = 3;
/** The types of the records that a TLS peer begins with. */
export const TLS_RECORDS: readonly number[] = [TLS_ALERT, TLS_HANDSHAKE];
const VERSION = "HTTP/";

/** Where in an HTTP request line the next byte stands. */
type Place = "method" | "target" | "version" | "elsewhere";

/**
 * Tells by its first bytes a client that speaks HTTP or TLS. An HTTP request is `METHOD target HTTP/` at the start of the
 * first line (RFC 9112, 3), however long the target is; nothing of it is kept.
 */
class ClientLook {
  /** What it is; undefined where it is nothing of these, or that is not known yet. */
  found: OtherProtocol | undefined;
  /** More bytes change nothing. */
  decided = false;
  #count = 0;
  #place: Place = "method";
  /** Bytes of the part that is being looked at. */
  #length = 0;

  /** Looks at the bytes that follow those it has seen. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.decided; at++) this.#look(chunk[at]!);
  }

  #look(byte: number): void {
    const index = this.#count++;
    if (index === 0 && byte === TLS_HANDSHAKE) return;
    if (index === 1 && this.#length === 0 && byte === TLS_MAJOR) return this.#decide("tls");
    this.#place = this.#next(byte);
    if (this.#place === "elsewhere") this.#decide(undefined);
  }

  #next(byte: number): Place {
    const place = this.#place;
    const length = this.#length++;
    if (place === "version") {
      if (byte !== VERSION.charCodeAt(length)) return "elsewhere";
      if (length + 1 === VERSION.length) this.#decide("http");
      return "version";
    }
    if (byte === SPACE && length > 0) {
      this.#length = 0;
      return place === "method" ? "target" : "version";
    }
    if (place === "target") return byte > SPACE ? "target" : "elsewhere";
    return TOKEN[byte] === 1 ? "method" : "elsewhere";
  }

  #decide(found: OtherProtocol | undefined): void {
    this.decided = true;
    this.found ??= found;
  }
}

/** Says whether a peer's first bytes are a record of TLS. */
export function isTlsRecord([type, major]: Uint8Array): boolean {
  return type !== undefined && TLS_RECORDS.includes(type) && major === TLS_MAJOR;
}

/** Says whether a server's first bytes are an alert of TLS: it was spoken to plainly, and cannot answer so. */
export function isTlsAlert(first: Uint8Array): boolean {
  return isTlsRecord(first) && first[0] === TLS_ALERT;
}

/** Makes the error that says that a client speaks something else than its server does. */
export function otherProtocolError(
  who: "client" | "server",
  { spoken }: { spoken: OtherProtocol },
): ProtocolError {
  const name = spoken.toUpperCase();
  return new ProtocolError(
    `Cannot talk to the ${who}: it speaks ${name}, which is not spoken here`,
    {
      code: "other-protocol",
      side: "remote",
      offset: 0,
      expected: "another protocol",
      received: name,
    },
  );
}

const ANSWER = "This server speaks another protocol.\n";
/** What the peer is told, in words that it understands, or that its error at least shows. */
const ANSWERS: Readonly<Record<OtherProtocol, string>> = {
  http: "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n" +
    `Content-Length: ${ANSWER.length}\r\nConnection: close\r\n\r\n${ANSWER}`,
  tls: "This server speaks no TLS.\n",
};

/**
 * Turns away clients that speak HTTP or TLS, by their first bytes: to be put around all other codecs of a server whose
 * protocol anything could be. Without
 * it any web page can have a browser send a line of its choice to such a server on the visitor's machine, in the body of
 * a POST. None of their bytes reach `codec`; an HTTP client gets a 400, without a word of what it sent, and the decoder
 * throws a {@linkcode ProtocolError} whose code is `other-protocol`.
 *
 * ```text
 *   50 4f 53 54 20 2f 20 48 54 54 50 2f      "POST / HTTP/": refused
 *   16 03                                    a TLS handshake: refused
 *   50 4f 53 54 20 2f 0a                     "POST /" LF: given to codec
 * ```
 *
 * @example
 * ```ts
 * import { lines } from "@parley/sockets";
 * import { refuseOtherProtocols } from "./other_protocols.ts";
 * import { assert, assertThrows } from "@std/assert";
 * const decoder = refuseOtherProtocols(lines()).decoder();
 * decoder.push(new TextEncoder().encode("POST / HTTP/1.1\r\nHost: 127.0.0.1:10000\r\n\r\nshutdown\r\n"));
 * const error = assertThrows(() => decoder.next());
 * assert(
 *   (error as Error).message === "Cannot talk to the client: it speaks HTTP, which is not spoken here",
 * );
 * ```
 */
export function refuseOtherProtocols<In, Out>(codec: Codec<In, Out>): Codec<In, Out> {
  requireCodec(codec);
  return defineCodec<In, Out>(() => {
    const inner = codec.session();
    const session: Session<In, Out> = {
      ...sessionOver<In, Out>(inner, {
        decoder: new LookingDecoder(inner.decoder, (found) => {
          session.refuse = (_, writer) => writer.text(ANSWERS[found]);
        }),
        encode: (message, writer) => inner.encode(message, writer),
      }),
      ...inner.encodeHead &&
        { encodeHead: (message, writer) => inner.encodeHead!(message, writer) },
    };
    return session;
  });
}

/** Looks at what comes first, and hands on what is of no other protocol. */
class LookingDecoder<In> implements Decoder<In> {
  readonly #inner: Decoder<In>;
  readonly #found: (what: OtherProtocol) => void;
  #look: ClientLook | undefined = new ClientLook();
  #failure: ProtocolError | undefined;
  readonly rest?: () => Uint8Array;
  readonly flush?: () => void;
  readonly peek?: (count: number) => Uint8Array;

  constructor(inner: Decoder<In>, found: (what: OtherProtocol) => void) {
    this.#inner = inner;
    this.#found = found;
    if (inner.rest) this.rest = () => inner.rest!();
    if (inner.flush) this.flush = () => inner.flush!();
    if (inner.peek) {
      this.peek = (count) => {
        this.#requireNone();
        return inner.peek!(count);
      };
    }
  }

  get offset(): number {
    return this.#inner.offset ?? 0;
  }

  get messageOffset(): number {
    return this.#inner.messageOffset ?? 0;
  }

  push(chunk: Uint8Array): void {
    const look = this.#look;
    if (look === undefined) return this.#inner.push(chunk);
    if (this.#failure !== undefined) return;
    look.push(chunk);
    if (look.found !== undefined) {
      this.#failure = otherProtocolError("client", { spoken: look.found });
      this.#found(look.found);
      return;
    }
    if (look.decided) this.#look = undefined;
    this.#inner.push(chunk);
  }

  end(): void {
    this.#inner.end();
  }

  next(): In | undefined {
    this.#requireNone();
    return this.#inner.next();
  }

  #requireNone(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
