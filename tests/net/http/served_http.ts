import type { HttpServerMessage, HttpServerOutgoing } from "../../../codec/http/mod.ts";
import { type HttpHandler, serveHttp, type ServeHttpOptions } from "../../../net/http/mod.ts";
import type { Server } from "../../../net/serve.ts";
import type { ServerEvent } from "../../../net/server_events.ts";
import { POLL_TURNS } from "../../../net/turn.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { MemoryListener } from "../../../testing/memory_listener.ts";
import type { MemoryTransport } from "../../../testing/memory_transport.ts";
import { turns } from "../../../testing/turns.ts";

/** An HTTP server in memory. */
export interface ServedHttp {
  server: Server<HttpServerMessage, HttpServerOutgoing>;
  listener: MemoryListener;
  clock: FakeClock;
  events: ServerEvent[];
}

/** Answers each request with its path, and its body where it has one. */
export const answerPath: HttpHandler = async (http) => {
  for await (const request of http) {
    const body = request.hasBody ? ` ${await request.text()}` : "";
    await request.respond({ body: `${request.path}${body}` });
  }
};

/** Serves HTTP in memory, on a clock of the test's. */
export function servedHttp(
  handler: HttpHandler = answerPath,
  options: Partial<ServeHttpOptions> = {},
): ServedHttp {
  const listener = new MemoryListener();
  const clock = new FakeClock();
  const events: ServerEvent[] = [];
  const onEvent = (event: ServerEvent) => void events.push(event);
  const server = serveHttp(listener, { clock, onEvent, ...options }, handler);
  return { server, listener, clock, events };
}

/** A request with a Host, in the bytes of a client. */
export function asked(line: string, ...rest: string[]): string {
  return [`${line} HTTP/1.1`, "Host: a.b", ...rest, "", ""].join("\r\n");
}

/** Sends bytes, and returns what came back once the server has had its turn. */
export async function told(peer: MemoryTransport, ...chunks: string[]): Promise<string> {
  const before = peer.written.length;
  peer.deliver(...chunks);
  await turns(5);
  return peer.written.slice(before);
}

/** Returns the status lines of answers. */
export function statusLines(text: string): string[] {
  return Array.from(text.matchAll(/HTTP\/1\.1 (\d{3} [^\r]*)\r\n/g), ([, line]) => line!);
}

/** Returns why a connection failed, if it did. */
export function failuresOf(events: readonly ServerEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "failed"
      ? [event.error instanceof Error ? event.error.message : String(event.error)]
      : []
  );
}

/** Shuts a server down whose clients do not leave. */
export async function stop({ server, clock }: ServedHttp): Promise<void> {
  const stopped = server.shutdown();
  // What has arrived by now is handed out first.
  await turns(POLL_TURNS + 5);
  await clock.advance(1000);
  await stopped;
}
