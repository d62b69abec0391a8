/** Has one thing done after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: (() => void) | undefined;

  /** Does something when all before it is over, whether that failed or not. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#waiting === 0 ? work() : this.#last.then(work);
    this.#waiting++;
    this.#last = turn.then(this.#over, this.#over);
    return turn;
  }

  /** Calls `idle` when nothing is under way any more: at once, or later. */
  whenIdle(idle: () => void): void {
    if (this.#waiting === 0) idle();
    else this.#idle = idle;
  }

  readonly #over = (): void => {
    this.#waiting--;
    if (this.#waiting === 0) this.#idle?.();
  };
}
