import { isTlsAlert, otherProtocolError } from "../codec/other_protocols.ts";
import type { Address } from "./address.ts";
import type { Transport } from "./transport.ts";

/** As many bytes tell an alert of TLS from everything else. */
const LOOK_BYTES = 2;

/**
 * Returns a byte stream of a client that speaks plainly, which looks at the server's first bytes: a server that speaks TLS
 * answers plain bytes with an alert, and then `read` rejects with a `ProtocolError` whose code is `other-protocol`. It is
 * for protocols in which no server begins with the bytes 15 03.
 */
export function expectPlain(transport: Transport): Transport {
  return new PlainTransport(transport);
}

class PlainTransport implements Transport {
  readonly #inner: Transport;
  #first: number[] | undefined = [];

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  get localAddr(): Address {
    return this.#inner.localAddr;
  }

  get remoteAddr(): Address {
    return this.#inner.remoteAddr;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#first ? this.#look(this.#first, into) : this.#inner.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#inner.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#inner.closeWrite();
  }

  close(): void {
    this.#inner.close();
  }

  setNoDelay(noDelay?: boolean): void {
    this.#inner.setNoDelay?.(noDelay);
  }

  async #look(first: number[], into: Uint8Array): Promise<number | null> {
    const count = await this.#inner.read(into);
    if (count === null) return null;
    first.push(...into.subarray(0, Math.min(count, LOOK_BYTES - first.length)));
    if (isTlsAlert(Uint8Array.from(first))) throw otherProtocolError("server", { spoken: "tls" });
    if (first.length === LOOK_BYTES) this.#first = undefined;
    return count;
  }
}
