/** A queue that knows how much it holds, the oldest first. Taking the oldest away costs the same however many there are. */
export class SizedQueue<Item> {
  readonly #sizeOf: (item: Item) => number;
  #items: (Item | undefined)[] = [];
  /** Where the oldest stands; what is in front of it is gone. */
  #first = 0;
  #bytes = 0;

  /** Holds nothing yet. */
  constructor(sizeOf: (item: Item) => number) {
    this.#sizeOf = sizeOf;
  }

  /** How many there are. */
  get length(): number {
    return this.#items.length - this.#first;
  }
  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The oldest one. */
  get oldest(): Item | undefined {
    return this.at(0);
  }

  /** Returns the one behind so many older ones. */
  at(index: number): Item | undefined {
    return this.#items[this.#first + index];
  }

  /** Adds one behind the others. */
  add(item: Item): void {
    this.#items.push(item);
    this.#bytes += this.#sizeOf(item);
  }

  /** Takes the oldest one away, and returns it. */
  drop(): Item | undefined {
    const { oldest } = this;
    if (oldest === undefined) return undefined;
    this.#bytes -= this.#sizeOf(oldest);
    this.#items[this.#first++] = undefined;
    // Each one is moved a bounded number of times.
    if (this.#first * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }

  /** Takes all away. */
  clear(): void {
    this.#items = [];
    this.#first = this.#bytes = 0;
  }
}
