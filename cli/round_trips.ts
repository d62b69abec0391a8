/** What is sent, and how long an answer to it may take. */
export interface RoundTripsOptions {
  /** What each datagram holds. @default its number, so that each is told from the others */
  readonly message?: Uint8Array<ArrayBuffer> | undefined;
  /**
   * Bytes of each datagram: what lacks is filled up, and what is too much is cut. A number that would be cut is left out.
   *
   * @default what there is
   */
  readonly bytes?: number | undefined;
  /** An answer that takes longer is late, and what it answers is lost, in milliseconds. */
  readonly waitMs: number;
}

/** An answer, and what it answers. */
export interface RoundTrip {
  /** The number of the datagram that it answers, from 1. */
  readonly number: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** `again`, it was answered before; `late`, it was given up. */
  readonly kind: "first" | "again" | "late";
}

/** What all round trips were, times in milliseconds. */
export interface RoundTripSummary {
  readonly sent: number;
  readonly answered: number;
  readonly lostPercent: number;
  /** Answers to what was answered or given up already. */
  readonly extra: number;
  /** An answer without a number may have been given to another datagram than its own: something was lost, doubled or late. */
  readonly isUncertain: boolean;
  /** Undefined where nothing was answered in time. */
  readonly times: {
    readonly minMs: number;
    readonly averageMs: number;
    readonly maxMs: number;
    /** The standard deviation of all. */
    readonly deviationMs: number;
  } | undefined;
}

/** Something that was sent: when, and what became of it. */
interface Sent {
  readonly number: number;
  readonly atMs: number;
  state: "waiting" | "answered" | "lost";
}

/** So much of what was sent is known however old it is, for answers that come late or again. */
const MIN_KNOWN = 1_000;
/** No more is known, however long answers may take; one that comes after that is late. */
const MAX_KNOWN = 100_000;

/**
 * Measures round trips over what may lose, double and reorder datagrams. An answer that begins as what was sent, with its
 * number, belongs to that and to nothing else; one without a number is given to what has waited for longest, which is
 * certain only where one waits at a time: {@linkcode RoundTrips.isInStep}. Time enters as an argument.
 */
export class RoundTrips {
  readonly #options: RoundTripsOptions;
  /** What was sent, by its number, the oldest first. */
  readonly #sent = new Map<number, Sent>();
  /** The number of the oldest one that is known. */
  #oldest = 1;
  /** None before this number waits. */
  #first = 1;
  #waiting = 0;
  #count = 0;
  #answered = 0;
  #extra = 0;
  /** An answer came that holds no number. */
  #hasUnnumbered = false;
  /** It came while several waited. */
  #wasAmbiguous = false;
  #minMs = Infinity;
  #maxMs = 0;
  #sumMs = 0;
  #sumOfSquares = 0;

  constructor(options: RoundTripsOptions) {
    this.#options = options;
  }

  /**
   * Says whether the next one is to be sent only when all are over: without a number in it, or in what comes back, answers
   * to two that wait cannot be told apart.
   */
  get isInStep(): boolean {
    return this.#hasUnnumbered || !this.#isNumbered(this.#count + 1);
  }

  /** Says whether what was sent has its answer, or is given up. */
  isOver(nowMs: number): boolean {
    return this.#firstWaiting(nowMs) === undefined;
  }

  /** Returns how long it takes until what has waited for longest is given up, in milliseconds; 0 where nothing waits. */
  restMs(nowMs: number): number {
    const first = this.#firstWaiting(nowMs);
    return first ? first.atMs + this.#options.waitMs - nowMs : 0;
  }

  /** Returns the next datagram, which is sent now, and its number. */
  next(nowMs: number): { readonly number: number; readonly bytes: Uint8Array<ArrayBuffer> } {
    const number = ++this.#count;
    this.#sent.set(number, { number, atMs: nowMs, state: "waiting" });
    this.#waiting++;
    this.#forget(nowMs);
    return { number, bytes: this.#bytesOf(number) };
  }

  /** Takes an answer; undefined where nothing that is known waits for one. */
  heard(answer: Uint8Array, nowMs: number): RoundTrip | undefined {
    const sent = this.#answeredBy(answer, nowMs);
    if (sent === undefined) {
      this.#extra++;
      return undefined;
    }
    const { number, atMs, state } = sent;
    const ms = nowMs - atMs;
    const kind = state === "answered" ? "again" : this.#isLate(sent, nowMs) ? "late" : "first";
    this.#settle(sent, "answered");
    if (kind === "first") this.#countAnswer(ms);
    else this.#extra++;
    return { number, ms, kind };
  }

  /** Returns what all of them were. */
  summary(): RoundTripSummary {
    const [sent, answered, extra] = [this.#count, this.#answered, this.#extra];
    const lostPercent = sent === 0 ? 0 : 100 * (sent - answered) / sent;
    const isUncertain = this.#hasUnnumbered &&
      (this.#wasAmbiguous || extra > 0 || answered < sent);
    const all = { sent, answered, lostPercent, extra, isUncertain };
    if (answered === 0) return { ...all, times: undefined };
    const averageMs = this.#sumMs / answered;
    // Rounding may leave it below nothing.
    const variance = Math.max(0, this.#sumOfSquares / answered - averageMs ** 2);
    const [minMs, maxMs] = [this.#minMs, this.#maxMs];
    return { ...all, times: { minMs, averageMs, maxMs, deviationMs: Math.sqrt(variance) } };
  }

  #countAnswer(ms: number): void {
    this.#answered++;
    this.#minMs = Math.min(this.#minMs, ms);
    this.#maxMs = Math.max(this.#maxMs, ms);
    this.#sumMs += ms;
    this.#sumOfSquares += ms ** 2;
  }

  #answeredBy(answer: Uint8Array, nowMs: number): Sent | undefined {
    const number = this.#options.message === undefined ? numberIn(answer) : undefined;
    if (number !== undefined) {
      return this.#isAnswerTo(number, answer) ? this.#sent.get(number) : undefined;
    }
    this.#hasUnnumbered = true;
    const first = this.#firstWaiting(nowMs);
    if (this.#waiting > 1) this.#wasAmbiguous = true;
    return first;
  }

  /** A server may cut what it sends back, or add to it: then the number is whole where what follows it is there as well. */
  #isAnswerTo(number: number, answer: Uint8Array): boolean {
    if (!this.#isNumbered(number)) return false;
    const sent = this.#bytesOf(number);
    const head = sent.subarray(0, headOf(number).length + 1);
    return head.every((byte, at) => byte === answer[at]);
  }

  #firstWaiting(nowMs: number): Sent | undefined {
    for (; this.#first <= this.#count; this.#first++) {
      const one = this.#sent.get(this.#first);
      if (one?.state !== "waiting") continue;
      if (!this.#isLate(one, nowMs)) return one;
      this.#settle(one, "lost");
    }
    return undefined;
  }

  #settle(one: Sent, state: "answered" | "lost"): void {
    if (one.state === "waiting") this.#waiting--;
    one.state = state;
  }

  #forget(nowMs: number): void {
    while (this.#sent.size > MIN_KNOWN) {
      // What is known has no gaps.
      const oldest = this.#sent.get(this.#oldest)!;
      if (this.#sent.size <= MAX_KNOWN && !this.#isLate(oldest, nowMs)) return;
      this.#settle(oldest, "lost");
      this.#sent.delete(this.#oldest++);
    }
  }

  #isLate({ atMs }: Sent, nowMs: number): boolean {
    return nowMs - atMs > this.#options.waitMs;
  }

  #isNumbered(number: number): boolean {
    const { message, bytes = Infinity } = this.#options;
    return message === undefined && headOf(number).length <= bytes;
  }

  #bytesOf(number: number): Uint8Array<ArrayBuffer> {
    const {
      message = encoder.encode(this.#isNumbered(number) ? headOf(number) : HEAD),
      bytes = message.length,
    } = this.#options;
    const filled = new Uint8Array(bytes).fill(FILL);
    filled.set(message.subarray(0, bytes));
    return filled;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HEAD = "parley ";
/** Longer than any number with what stands before it. */
const MAX_HEAD_BYTES = 32;
/** A dot. */
const FILL = 0x2e;

function headOf(number: number): string {
  return `${HEAD}${number}`;
}

function numberIn(answer: Uint8Array): number | undefined {
  const [, digits] = /^parley (\d+)/.exec(decoder.decode(answer.subarray(0, MAX_HEAD_BYTES))) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
