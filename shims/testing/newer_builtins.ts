// What the tests use of the language, and Node 20 does not have yet. The package itself does without.

/** Gives an object what it does not have. */
function supply(target: object, methods: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in target)) {
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    }
  }
}

supply(Promise, {
  withResolvers<T>(): PromiseWithResolvers<T> {
    let resolve!: PromiseWithResolvers<T>["resolve"];
    let reject!: PromiseWithResolvers<T>["reject"];
    const promise = new Promise<T>((onResolved, onRejected) => {
      resolve = onResolved;
      reject = onRejected;
    });
    return { promise, resolve, reject };
  },
});

supply(Array, {
  async fromAsync<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const item of items) all.push(item);
    return all;
  },
});

supply(Uint8Array, {
  fromHex: (hex: string): Uint8Array =>
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
});

supply(Uint8Array.prototype, {
  toHex(this: Uint8Array): string {
    return Array.from(this, (byte) => byte.toString(16).padStart(2, "0")).join("");
  },
});

type Resource = AsyncDisposable | Disposable;

supply(globalThis, {
  /** Of the standard's class, what the tests use. */
  AsyncDisposableStack: class {
    readonly #resources: Resource[] = [];

    use<T extends Resource>(resource: T): T {
      this.#resources.push(resource);
      return resource;
    }

    async [Symbol.asyncDispose](): Promise<void> {
      for (const resource of this.#resources.reverse()) {
        if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
        else resource[Symbol.dispose]();
      }
    }
  },
});
