import { ExplainedError } from "./explained_error.ts";

/**
 * Makes sure that there are sockets for datagrams: Deno has them where it was told so, whatever its types say.
 *
 * @throws {ExplainedError} There are none.
 */
export function requireDatagramSockets(runtime: { listenDatagram?: unknown } = Deno): void {
  if (runtime.listenDatagram !== undefined) return;
  throw new ExplainedError("Cannot open a socket for datagrams", {
    code: "not-supported",
    why: "Deno has them with --unstable-net alone",
    advice: ["add --unstable-net to the command"],
  });
}
