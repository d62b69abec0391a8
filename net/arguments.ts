import type { Codec } from "../codec/codec.ts";
import type { Listener, Transport } from "./transport.ts";

/** Refuses what is no codec. @throws {TypeError} It is one of those functions that make codecs, or something else. */
export function requireCodec<In, Out>(codec: Codec<In, Out>): Codec<In, Out> {
  if (typeof codec?.session === "function") return codec;
  // Checked JavaScript cannot come here, so the compiler takes it for impossible.
  const given: unknown = codec;
  const problem = typeof given === "function"
    ? `it is the function ${given.name || "that makes one"}; call it, as in lines()`
    : `${String(given)} has no session()`;
  throw new TypeError(`Cannot use codec: ${problem}`);
}

/** Refuses what is no byte stream. @throws {TypeError} It cannot be read and written. */
export function requireTransport(transport: Transport): Transport {
  if (typeof transport?.read === "function" && typeof transport.write === "function") {
    return transport;
  }
  throw new TypeError(
    `Cannot use transport: ${
      String(transport)
    } has no read() and write(), as Deno.connect gives them`,
  );
}

/** Refuses what is no listener. @throws {TypeError} It cannot accept. */
export function requireListener<L extends Listener>(listener: L): L {
  if (typeof listener?.accept === "function") return listener;
  throw new TypeError(
    `Cannot serve: the first argument has no accept(), as Deno.listen gives it: ${
      String(listener)
    }`,
  );
}

/**
 * Refuses options that nobody would look at.
 *
 * @throws {TypeError} One of them has none of the names, or they are no object.
 */
export function requireNames(
  given: object,
  { what, names }: { what: string; names: readonly string[] },
): void {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`Cannot set ${what}: ${String(given)} is no object`);
  }
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`Cannot set ${unknown}: the ${what} are ${names.join(", ")}`);
}
