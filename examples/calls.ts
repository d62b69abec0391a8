// Asks many questions at a time over one connection that comes back when it breaks; ids tell whose answer came.
//
//   deno run --allow-net=127.0.0.1:7010 examples/calls.ts

import { Calls, connect, escapeControls, jsonLines, serve } from "@parley/sockets";

/** What both sides say: JSON Lines, checked. */
const codec = jsonLines({
  parse(value): { id: number; text: string } {
    if (typeof value === "object" && value !== null && "id" in value && "text" in value) {
      const { id, text } = value;
      if (typeof id === "number" && typeof text === "string") return { id, text };
    }
    throw new TypeError("A message has an id and a text");
  },
});

const listener = Deno.listen({ hostname: "127.0.0.1", port: 7010 });
await using _server = serve(listener, { codec }, async (peer) => {
  for await (const { id, text } of peer) {
    // Short work is done first, and nobody waits for long work: the answers come in another order.
    setTimeout(() => peer.send({ id, text: text.toUpperCase() }), text.length * 10);
  }
});

await using calls = Calls.over((signal) => connect({ port: 7010, codec, signal }), {
  toMessage: (text: string, id) => ({ id, text }),
  idOf: ({ id }) => id,
  toReply: ({ text }) => text,
  backoff: { firstMs: 200, maxMs: 10_000 },
  onRetry: ({ delayMs }) => console.error(`No connection; next try in ${Math.ceil(delayMs)} ms`),
});

const questions = ["a long question", "short"].map(async (text) => {
  // Asking twice changes nothing, so it may be asked again where the connection breaks.
  console.log(escapeControls(await calls.call(text, { waitMs: 5_000, idempotent: true })));
});
await Promise.all(questions);
