import type { Address } from "./address.ts";

/** One byte stream: what every connection that Deno's TCP, TLS and Unix calls return has. */
export interface Transport {
  /** Our end. */
  readonly localAddr: Address;
  /** The peer's end. */
  readonly remoteAddr: Address;
  /** Reads up to as many bytes as fit; null is the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that no more will be written; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both directions at once. */
  close(): void;
  /** Sends small writes at once (TCP). */
  setNoDelay?(noDelay?: boolean): void;
  /** Does the handshake (TLS). */
  handshake?(): Promise<unknown>;
}

/** What accepts connections: what Deno's TCP, TLS and Unix listeners have. */
export interface Listener<Addr extends Address = Address> {
  /** Where it listens. */
  readonly addr: Addr;
  /** Waits for the next connection. */
  accept(): Promise<Transport>;
  /** Stops listening. */
  close(): void;
}

/** Closes what nobody uses any more. A second close of Deno's throws: whoever had it may have closed it before. */
export function closeQuietly(closable: { close(): void }): void {
  try {
    closable.close();
  } catch {
    // It is over either way.
  }
}

/** Returns what is made of something that is open, and closes it where that fails. */
export async function closedOnFailure<T>(
  open: { close(): void },
  make: () => Promise<T>,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    closeQuietly(open);
    throw error;
  }
}
