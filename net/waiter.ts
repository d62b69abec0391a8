import { ProtocolError } from "../codec/errors.ts";
import { counted } from "./counted.ts";
import { forgettable, rejected } from "./rejection.ts";

interface Settle<In> {
  resolve(result: IteratorResult<In, undefined>): void;
  reject(error: unknown): void;
}

/** There will be no message. */
export const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };

/** A pending `next()`. */
export class Waiter<In> {
  /** What the caller waits for. */
  readonly result: Promise<IteratorResult<In, undefined>>;
  #resolve!: Settle<In>["resolve"];
  #reject!: Settle<In>["reject"];

  constructor() {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Settles it. */
  resolve(result: IteratorResult<In, undefined>): void {
    this.#resolve(result);
  }

  /** Fails it, which ends no process where the caller forgot it. */
  reject(error: unknown): void {
    forgettable(this.result);
    this.#reject(error);
  }
}

/** A pending call for something else than a message: `readBody` or `peek`. */
export interface Taker {
  /** Looks at what has come, and says whether that was enough; it is then settled. */
  attempt(): boolean;
  reject(error: unknown): void;
  /** Where bytes of a body may go straight. */
  readonly into?: Uint8Array;
  /** So many bytes went straight there. */
  passed?(count: number): void;
}

/** Rejects a call that would wait beside another one. */
export function alreadyWaiting(): Promise<never> {
  const problem = "another call waits for the next one already";
  return rejected(new TypeError(`Cannot wait for a message: ${problem}`));
}

/** Makes the error that says that messages came which belong to the protocol before a switch. */
export function sentAhead(count: number, offset: number): ProtocolError {
  const received = counted(count, "message");
  return new ProtocolError(`Cannot switch codec: ${received} came ahead of the switch`, {
    code: "unexpected-message",
    side: "remote",
    offset,
    expected: "nothing before the switch",
    received,
  });
}
