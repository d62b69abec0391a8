import type { Transport } from "./transport.ts";

/** Returns a transport whose first reads give bytes that came before it was made. */
export function withFirstBytes(transport: Transport, first: Uint8Array): Transport {
  let rest = first;
  return {
    localAddr: transport.localAddr,
    remoteAddr: transport.remoteAddr,
    read(into) {
      if (rest.length === 0) return transport.read(into);
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return Promise.resolve(count);
    },
    write: (bytes) => transport.write(bytes),
    closeWrite: () => transport.closeWrite(),
    close: () => transport.close(),
    ...transport.setNoDelay && { setNoDelay: (on?: boolean) => transport.setNoDelay?.(on) },
  };
}
