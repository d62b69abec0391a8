import { shown } from "../codec/arguments.ts";
import type { Listener, Transport } from "./transport.ts";

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
    `Cannot serve: ${shown(listener)} has no accept(), as Deno.listen gives it`,
  );
}
