import { LOCALHOST } from "./pairs.ts";
import { evalCommand } from "./runtime.ts";
import { settles } from "./waiting.ts";

// It listens with room for one, prints its port, and stands still for ever: it accepts nobody.
const CODE = `
  import("node:net").then(({ createServer }) => {
    const server = createServer();
    server.listen({ host: "${LOCALHOST}", port: 0, backlog: 1 }, () => {
      console.log(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  });
`;

/** A port where connecting neither succeeds nor fails. */
export interface SilentListener extends AsyncDisposable {
  readonly port: number;
}

/** Starts a process that listens and never accepts, and fills the room for those who wait. */
export async function silentListener(): Promise<SilentListener> {
  const child = evalCommand(CODE).spawn();
  const output = child.stdout.getReader();
  const { value } = await output.read();
  const port = Number(new TextDecoder().decode(value));
  const waiting: Deno.Conn[] = [];
  // The system lets in one or two more than it was asked for.
  for (let full = false; !full;) {
    const giveUp = new AbortController();
    const connecting = Deno.connect({ hostname: LOCALHOST, port, signal: giveUp.signal });
    full = !await settles(connecting, { within: 150 });
    if (full) giveUp.abort();
    try {
      waiting.push(await connecting);
    } catch (error) {
      if (!full) throw error;
    }
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const conn of waiting) conn.close();
      child.kill("SIGKILL");
      await output.cancel();
      await child.status;
    },
  };
}
