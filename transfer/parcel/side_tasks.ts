/** Tasks that go on beside a loop, a few at a time. */
export class SideTasks {
  readonly #max: number;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  /** Lets up to `max` tasks run at the same time. `onError` is called with what one rejects with. */
  constructor({ max, onError }: { max: number; onError: (error: unknown) => void }) {
    this.#max = max;
    this.#onError = onError;
  }

  /** Waits until there is room, then starts a task; `done` settles when the task has. */
  async start(task: () => Promise<void>): Promise<{ readonly done: Promise<void> }> {
    while (this.#running.size >= this.#max) await Promise.race(this.#running);
    const done = task().catch(this.#onError);
    this.#running.add(done);
    void done.finally(() => this.#running.delete(done));
    return { done };
  }

  /** Waits until all tasks that were started have settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}
