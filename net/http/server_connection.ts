import type { HttpServerMessage } from "../../codec/http/mod.ts";
import type { Address } from "../address.ts";
import { ClosedError, DeadlineError } from "../errors.ts";
import { rejected } from "../rejection.ts";
import { nextTurn } from "../turn.ts";
import { DONE } from "../waiter.ts";
import { PLAIN_TEXT } from "./plain_text.ts";
import type { HttpTransport, RequestHost } from "./request_host.ts";
import { HttpServerRequest } from "./server_request.ts";

/** Requests of one client that are handed out in a row, without a look at what others sent. */
const MAX_IN_A_ROW = 32;

type RequestResult = IteratorResult<HttpServerRequest, undefined>;

const OVER: Promise<RequestResult> = Promise.resolve(DONE);

/**
 * A server's connection that speaks HTTP: an async iterable of requests, each of which is answered before the next one is
 * taken. Requests that came together are answered together. It ends where the client or an answer says so, when nothing
 * came for `idleMs` between two requests, and at a shutdown.
 */
export class HttpServerConnection
  implements AsyncIterableIterator<HttpServerRequest, undefined>, RequestHost {
  /** What it stands on. */
  readonly connection: HttpTransport;
  #current: HttpServerRequest | undefined;
  #requests = 0;
  /** Requests that had come already when they were asked for. */
  #inARow = 0;
  /** No further request is taken. */
  #isOver = false;

  /** Use {@linkcode serveHttp}. */
  constructor(connection: HttpTransport) {
    this.connection = connection;
  }

  /** The number that logs and traces name it by. */
  get id(): number {
    return this.connection.id;
  }
  /** The peer's end. */
  get remoteAddr(): Address {
    return this.connection.remoteAddr;
  }
  /** Our end. */
  get localAddr(): Address {
    return this.connection.localAddr;
  }
  /** Aborted when the connection should end: its server shuts down, or it is over. */
  get signal(): AbortSignal {
    return this.connection.signal;
  }
  /** How many requests have come on it. */
  get requests(): number {
    return this.#requests;
  }

  /** The requests, as they come. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * Waits for the next request; `done` says that there will be none.
   *
   * @throws {TypeError} The last one is not answered.
   * @throws {ProtocolError} What came is no request; the client was told so.
   * @throws {DeadlineError} A head was not whole within `headMs`; the client was told so.
   * @throws {ClosedError} The connection broke inside a request.
   */
  next(): Promise<IteratorResult<HttpServerRequest, undefined>> {
    const current = this.#current;
    if (current !== undefined && !this.#isOver) {
      if (!current.isAnswered || current.isStreaming) return rejected(notAnswered());
      if (current.isLast) this.#isOver = true;
      else if (current.hasBody && !current.body.isOver) return this.#afterBody(current);
    }
    return this.#next();
  }

  /** Ends an iteration; the connection stays as it is. */
  return(): Promise<IteratorResult<HttpServerRequest, undefined>> {
    return OVER;
  }

  /** No further request is taken: the connection speaks another protocol now. */
  leave(): void {
    this.#isOver = true;
    this.#current = undefined;
  }

  /** Answers the request that its handler left without an answer. */
  answerForHandler(): void {
    const current = this.#current;
    if (current === undefined || current.isAnswered) return;
    void current.respond({
      status: 500,
      fields: PLAIN_TEXT,
      body: "500 Internal Server Error\n",
      close: true,
    });
  }

  #next(): Promise<IteratorResult<HttpServerRequest, undefined>> {
    this.#current = undefined;
    if (this.#isOver) return OVER;
    try {
      const message = this.connection.tryReceive();
      if (message !== undefined) return this.#given(this.#resultOf(message));
    } catch (error) {
      return rejected(error);
    }
    this.#inARow = 0;
    return this.connection.next().then(this.#received, this.#failed);
  }

  /** Gives a request at once, or a turn later where its client has had many: one read may bring thousands. */
  #given(result: RequestResult): Promise<RequestResult> {
    if (++this.#inARow < MAX_IN_A_ROW) return Promise.resolve(result);
    this.#inARow = 0;
    return new Promise((resolve) => nextTurn(() => resolve(result)));
  }

  readonly #received = (
    { done, value }: IteratorResult<HttpServerMessage, undefined>,
  ): RequestResult => {
    if (!done) return this.#resultOf(value);
    this.#isOver = true;
    return DONE;
  };

  /** A client that is silent or leaves between two requests has done nothing wrong. */
  readonly #failed = (error: unknown): RequestResult => {
    // Another call waits already, and goes on.
    if (error instanceof TypeError) throw error;
    this.#isOver = true;
    const isIdle = error instanceof DeadlineError && error.phase === "idle";
    const hasLeft = error instanceof ClosedError && error.code === "connection-reset";
    if (isIdle || hasLeft) return DONE;
    throw error;
  };

  #resultOf(message: HttpServerMessage): RequestResult {
    // Behind a body whose end was taken nothing but a head comes.
    if (message.type !== "request") {
      throw new TypeError(`Cannot take a request: got ${message.type}`);
    }
    const value = new HttpServerRequest(message, { host: this, number: ++this.#requests });
    this.#current = value;
    return { done: false, value };
  }

  async #afterBody({ body }: HttpServerRequest): Promise<RequestResult> {
    if (body.isHeldBack || body.isLong || !await body.discard()) this.#isOver = true;
    return await this.#next();
  }
}

function notAnswered(): TypeError {
  return new TypeError("Cannot take the next request: the last one is not answered");
}
