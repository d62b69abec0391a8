// The load: CONNECTIONS WebSockets, each with IN_FLIGHT messages of BYTES bytes under way, for MS milliseconds after a
// warm-up. Frames are made before; what comes back is compared once, and counted then. Prints messages a second.
// Arguments: PORT CONNECTIONS IN_FLIGHT BYTES MS [text|binary|json]; json is compressed.
import { assertEquals } from "@std/assert";
import { clientFrame, jsonText, type LoadMessage } from "./client_frames.ts";
import { openWebSocket } from "./opening.ts";
import { AnswerCounter, answersIn } from "./server_frames.ts";

const [what = "text"] = Deno.args.slice(5);
const [port = 0, connections = 64, inFlight = 1, bytes = 20, ms = 1000] = Deno.args.map(Number);
const compressed = what === "json";
/** Several, where the same one would be packed into nothing. */
const messages = Array.from({ length: compressed ? 16 : 1 }, (_, seed) => loadMessage(seed));
const batches = messages.map((_, first) =>
  joined(Array.from({ length: inFlight }, (_, index) => {
    return clientFrame(messages[(first + index) % messages.length]!, { compressed });
  }))
);
const longest = Math.max(...batches.map(({ length }) => length));
/** The code of a server is compiled meanwhile. */
const warmUpMs = Math.max(1_000, ms / 3);
let answered = 0;
let running = true;

function loadMessage(seed: number): LoadMessage {
  if (what === "binary") return { kind: "binary", bytes: new Uint8Array(bytes).fill(0xa7) };
  const text = compressed ? jsonText(bytes, seed) : "x".repeat(bytes);
  return { kind: "text", bytes: new TextEncoder().encode(text) };
}

async function talk(): Promise<void> {
  const conn = await openWebSocket(port, { compressed });
  const counter = new AnswerCounter();
  const into = new Uint8Array(longest > 64 * 1024 ? 256 * 1024 : 64 * 1024);
  for (let turn = 0; running; turn++) {
    const batch = batches[turn % batches.length]!;
    // What the sockets cannot hold comes back while it is still being sent.
    if (batch.length > 64 * 1024) {
      await Promise.all([send(conn, batch), receive(conn, { counter, into })]);
    } else {
      await send(conn, batch);
      await receive(conn, { counter, into });
    }
    answered += inFlight;
  }
  conn.close();
}

async function send(conn: Deno.TcpConn, batch: Uint8Array): Promise<void> {
  for (let at = 0; at < batch.length;) at += await conn.write(batch.subarray(at));
}

/** Waits for as many messages as a batch has, and returns their bytes where somebody wants to see them. */
async function receive(
  conn: Deno.TcpConn,
  { counter, into, seen }: { counter: AnswerCounter; into: Uint8Array; seen?: Uint8Array[] },
): Promise<void> {
  for (let missing = inFlight; missing > 0;) {
    const count = await conn.read(into);
    if (count === null) throw new Error("The server hung up");
    const chunk = into.subarray(0, count);
    seen?.push(chunk.slice());
    missing -= counter.push(chunk);
    if (missing < 0) throw new Error("The server sent more than it was sent");
  }
}

/** Holds that the server sends back what it was sent. */
async function requireEcho(): Promise<void> {
  const conn = await openWebSocket(port, { compressed });
  const seen: Uint8Array[] = [];
  const rest = { counter: new AnswerCounter(), into: new Uint8Array(64 * 1024), seen };
  for (const batch of batches) {
    await Promise.all([send(conn, batch), receive(conn, rest)]);
  }
  conn.close();
  const sent = batches.flatMap((_, first) =>
    Array.from({ length: inFlight }, (_, index) => messages[(first + index) % messages.length]!)
  );
  assertEquals(await answersIn(joined(seen)), sent);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

await requireEcho();
const talking = Promise.all(Array.from({ length: connections }, talk));
await new Promise((resolve) => setTimeout(resolve, warmUpMs));
answered = 0;
const start = performance.now();
await new Promise((resolve) => setTimeout(resolve, ms));
const perSecond = answered / (performance.now() - start) * 1000;
running = false;
await talking;
console.log(Math.round(perSecond));
