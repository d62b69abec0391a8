import { hostOf } from "../../net/address.ts";

/** How many clients of one address there may be, where a proxy in front makes all of them look like one. */
export class ClientLimit {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** Lets so many be there. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one more until it is disposed of; nothing where there are as many already (IPv6: of one /64). */
  claim(address: string): Disposable | undefined {
    const host = hostOf({ transport: "tcp", hostname: address, port: 0 });
    const count = this.#counts.get(host) ?? 0;
    if (count >= this.#max) return undefined;
    this.#counts.set(host, count + 1);
    let isThere = true;
    return {
      [Symbol.dispose]: () => {
        if (!isThere) return;
        isThere = false;
        const left = this.#counts.get(host)! - 1;
        if (left > 0) this.#counts.set(host, left);
        else this.#counts.delete(host);
      },
    };
  }
}
