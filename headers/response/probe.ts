import { bytes as rawBytes } from "../../codec/raw_bytes.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import type { Connection } from "../../net/connection.ts";
import { withDeadline } from "../../net/deadlines.ts";
import { dial } from "../../net/dial.ts";
import { ClosedError, DeadlineError } from "../../net/errors.ts";
import type { Trace } from "../../net/trace.ts";
import type { Transport } from "../../net/transport.ts";
import { HeadReader, type RawHead } from "./head_reader.ts";
import { Hop, type HopTiming, type ProbedHead } from "./hop.ts";
import { inspectHead } from "./inspect_head.ts";
import { type ProbeRequest, requestBytes, type RequestOptions } from "./request.ts";

/** Opens the byte stream of one hop. It says in `timing` how long what it does took; a handshake is left to the probe. */
export type OpenHop = (
  url: URL,
  options: { readonly signal: AbortSignal; readonly timing: HopTiming },
) => Promise<Transport>;

/** How a server is asked. */
export interface ProbeOptions extends RequestOptions {
  /** Opens the byte stream. */
  readonly open: OpenHop;
  /** Until the connection stands, name and TLS included. @default {10000} */
  readonly connectMs?: number;
  /** Until the whole head is there, however it drips. @default {10000} */
  readonly headMs?: number;
  /** Without a byte of the body. @default {30000} */
  readonly idleMs?: number;
  /** Sees all bytes. */
  readonly trace?: Trace | undefined;
  /** The number that traces name the connection by. @default {0} */
  readonly id?: number;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** The clock to go by. @default {systemClock} */
  readonly clock?: Clock;
}

/** Says that no head came. */
export class NoHeadError extends Error {
  /** The class's name. */
  override readonly name = "NoHeadError";
  /** What was under way. */
  readonly tried: "connect" | "talk";
  /** What was asked for. */
  readonly url: URL;

  /** Makes the error of a failure. */
  constructor(
    tried: "connect" | "talk",
    { url, cause }: { readonly url: URL; readonly cause: unknown },
  ) {
    super("Cannot receive a head", { cause });
    this.tried = tried;
    this.url = url;
  }
}

/**
 * Asks a server once, and returns its answer up to the end of its head: a head that breaks the rules is one as well, as
 * far as it goes. The caller disposes of what it gets.
 *
 * @throws {NoHeadError} The connection did not stand, or no byte of an answer came; its `cause` says why.
 * @throws {ProtocolError} The request has a field that cannot be sent.
 *
 * @example
 * ```ts
 * import { bytes, serve } from "@parley/sockets";
 * import { probeHead } from "@parley/sockets/headers";
 * import { assert } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using server = serve(listener, { codec: bytes() }, async (connection) => {
 *   await connection.receive();
 *   await connection.send(new TextEncoder().encode("HTTP/1.1 200 OK\nServer: odd\r\n\r\n"));
 * });
 * const { hostname, port } = server.addr;
 *
 * using hop = await probeHead(
 *   { url: new URL(`http://127.0.0.1:${port}/`), method: "HEAD", fields: [] },
 *   { agent: "example", open: (_url, { signal }) => Deno.connect({ hostname, port, signal }) },
 * );
 * const [head] = hop.heads;
 * assert(head.status === 200 && head.faults[0]?.kind === "bare-lf");
 * ```
 */
export async function probeHead(request: ProbeRequest, options: ProbeOptions): Promise<Hop> {
  const asked = requestBytes(request, options);
  const { clock = systemClock } = options;
  const timing: HopTiming = {};
  const connection = await connected(request.url, { options, timing, clock });
  try {
    const reading = new AnswerReading(connection, { timing, clock });
    const heads = await reading.read(asked, options);
    return new Hop({ request, timing, heads, connection, rest: reading.rest() });
  } catch (cause) {
    connection.abort();
    throw new NoHeadError("talk", { url: request.url, cause });
  }
}

async function connected(
  url: URL,
  { options, timing, clock }: { options: ProbeOptions; timing: HopTiming; clock: Clock },
): Promise<Connection<Uint8Array>> {
  const { open, connectMs = 10_000, idleMs = 30_000, id = 0, trace, signal } = options;
  let openedAt = 0;
  try {
    const connection = await dial(
      async (signal) => {
        const transport = await open(url, { signal, timing });
        openedAt = clock.now();
        return transport;
      },
      {
        codec: rawBytes(),
        id,
        clock,
        deadlines: { connectMs, handshakeMs: connectMs, idleMs },
        ...trace && { trace },
        ...signal && { signal },
      },
    );
    if (url.protocol === "https:") timing.tlsMs = clock.now() - openedAt;
    return connection;
  } catch (cause) {
    throw new NoHeadError("connect", { url, cause });
  }
}

/** Heads that may come in front of the answer's own. */
const MAX_EARLY_HEADS = 20;

class AnswerReading {
  readonly #connection: Connection<Uint8Array>;
  readonly #timing: HopTiming;
  readonly #clock: Clock;
  readonly #reader = new HeadReader();
  readonly #heads: ProbedHead[] = [];
  #askedAt = 0;

  constructor(
    connection: Connection<Uint8Array>,
    { timing, clock }: { timing: HopTiming; clock: Clock },
  ) {
    this.#connection = connection;
    this.#timing = timing;
    this.#clock = clock;
  }

  async read(
    asked: Uint8Array,
    { headMs = 10_000, signal }: ProbeOptions,
  ): Promise<[...ProbedHead[], ProbedHead]> {
    this.#askedAt = this.#clock.now();
    const peer = this.#connection.remoteAddr;
    try {
      const reading = (signal: AbortSignal) => this.#answer(asked, signal);
      const options = { phase: "head", ms: headMs, peer, signal, clock: this.#clock } as const;
      const last = await withDeadline(reading, options);
      return [...this.#heads, last];
    } catch (error) {
      const isEnd = error instanceof DeadlineError || error instanceof ClosedError;
      if (this.#reader.waitingBytes === 0 || !isEnd || signal?.aborted) throw error;
      const end = error instanceof DeadlineError ? "late" : "lost";
      return [...this.#heads, headOf(this.#reader.takeAll(end))];
    }
  }

  /** Bytes that came behind the heads. */
  rest(): Uint8Array {
    return this.#reader.rest();
  }

  async #answer(asked: Uint8Array, signal: AbortSignal): Promise<ProbedHead> {
    // A server may answer and go without having read it all.
    this.#connection.send(asked).catch(ignore);
    for (;;) {
      const raw = this.#reader.next();
      if (raw) {
        const head = headOf(raw);
        if (!isEarly(head) || this.#heads.length === MAX_EARLY_HEADS) return head;
        this.#heads.push(head);
        continue;
      }
      const piece = await this.#connection.receive({ signal });
      if (piece) {
        this.#timing.firstByteMs ??= this.#clock.now() - this.#askedAt;
        this.#reader.push(piece);
      } else {
        this.#reader.end();
        if (this.#reader.waitingBytes === 0) throw noAnswer(this.#heads.length);
      }
    }
  }
}

function headOf(raw: RawHead): ProbedHead {
  return { ...inspectHead(raw), raw };
}

/** Says whether another head follows (RFC 9110, 15.2); behind 101 comes another protocol. */
function isEarly({ status = 0, raw }: ProbedHead): boolean {
  return status >= 100 && status < 200 && status !== 101 && raw.end === "whole";
}

function noAnswer(heads: number): ClosedError {
  const why = heads === 0
    ? "the server closed the connection without an answer"
    : "the server closed the connection before its answer";
  return new ClosedError(`Cannot receive a head: ${why}`, {
    code: "connection-closed",
    by: "peer",
  });
}

function ignore(): void {}
