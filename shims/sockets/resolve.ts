import { lookup } from "node:dns";
import { isIP } from "node:net";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { requireHost } from "./address.ts";
import { noSuchHost } from "../errors/errors.ts";

/** What the thread runs: plain JavaScript, because Node starts it from this text. */
const LOOKUP = `
  const { lookup } = require("node:dns");
  const { port, done, host } = require("node:worker_threads").workerData;
  lookup(host, (error, address) => {
    port.postMessage({ address, code: error?.code });
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  });
`;

/**
 * Returns the address of a host at once, as Deno's calls that listen need it. Node looks names up only for who waits,
 * so a thread does it; addresses and `localhost` need none.
 *
 * @throws {URIError} It cannot be a host's name.
 * @throws {Error} There is no such host.
 */
export function resolveSync(hostname: string): string {
  const host = requireHost(hostname);
  if (isIP(host)) return host;
  if (host === "localhost") return "127.0.0.1";
  const done = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(LOOKUP, {
    eval: true,
    execArgv: [],
    workerData: { port: port2, done, host },
    transferList: [port2],
  });
  Atomics.wait(done, 0, 0);
  // What the thread above sends.
  const { message } = receiveMessageOnPort(port1) as {
    message: { address?: string; code?: string };
  };
  port1.close();
  void worker.terminate();
  if (message.address === undefined) throw noSuchHost(message.code);
  return message.address;
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string,
  family: number,
) => void;

/** Node's `lookup` for UDP: an address is answered at once, so that binding to it is over before the call returns. */
export function lookupNow(host: string, _options: unknown, done: LookupCallback): void {
  const family = isIP(host);
  if (family) done(null, host, family);
  else lookup(host, done);
}
