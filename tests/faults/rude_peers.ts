import { assert, assertEquals } from "@std/assert";
import type { Socket } from "node:net";
import {
  ClosedError,
  Connection,
  lines,
  ProtocolError,
  serve,
  type ServeOptions,
} from "../../mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turns } from "../../testing/turns.ts";
import { connectResetting } from "../cli/peer.ts";
import { EventLog } from "../net/event_log.ts";

/** Clients at one time. */
const AT_ONCE = 20;
/** So much is answered that sockets do not hold it all. */
const MUCH = `${"x".repeat(8000)}\n`.repeat(20);

/** What a client does once it is connected. */
const WAYS: Readonly<Record<string, (socket: Socket) => void>> = {
  "resets at once": (socket) => socket.resetAndDestroy(),
  "finishes at once": (socket) => socket.resume().end(),
  "sends half a line and resets": (socket) => {
    socket.write("half a li", () => socket.resetAndDestroy());
  },
  "sends half a line and finishes": (socket) => socket.resume().end("half a li"),
  "sends garbage and resets": (socket) => {
    const garbage = Uint8Array.from({ length: 10_000 }, (_, index) => index * 7 % 256);
    socket.write(garbage, () => socket.resetAndDestroy());
  },
  "reads nothing and resets": (socket) => {
    socket.write(MUCH, () => socket.resetAndDestroy());
  },
  "finishes, and resets while it is answered": (socket) => {
    socket.end(MUCH, () => socket.resetAndDestroy());
  },
  "closes with an answer unread": (socket) => {
    socket.write(MUCH);
    socket.once("readable", () => socket.destroy());
  },
};

/** Ends a number of connections in all rude ways, and tests that a server and its honest clients take no notice. */
export function testRudePeers(count: number): void {
  Deno.test(`serve() answers honest clients while ${count} others end in ${Object.keys(WAYS).length} rude ways`, async () => {
    const { server, log, port } = startServing();
    const ways = Object.values(WAYS);
    let begun = 0;
    let ended = false;
    const beRude = async () => {
      while (begun < count) await end(port, ways[begun++ % ways.length]!);
    };
    const rude = Promise.all(Array.from({ length: AT_ONCE }, beRude)).finally(() => ended = true);

    let honest = 1;
    {
      await using standing = await connectHonest(port);
      for (let round = 0; !ended; round++) {
        await assertAnswered(standing, `standing ${round}`);
        honest++;
        await using passing = await connectHonest(port);
        await assertAnswered(passing, `passing ${round}`);
      }
      await rude;
    }
    const { counts } = server;
    while (counts.accepted + counts.lost < count + honest) await turns(1);
    // The clock stands still: nobody who has gone is waited for until a deadline passes.
    while (server.connections.size > 0) await turns(1);
    assertEquals([counts.accepted + counts.lost, counts.refused], [count + honest, 0]);
    assertEquals(counts.acceptFailed, 0);
    assertEquals(log.count("opened"), counts.accepted);
    assertEquals(log.count("closed"), counts.accepted);
    assertEquals(log.count("failed"), counts.failed);
    for (const event of log.events) {
      if (event.type !== "failed") continue;
      const { error } = event;
      assert(error instanceof ClosedError || error instanceof ProtocolError, String(error));
    }
    assertEquals(await server.shutdown(), { drained: 0, cut: 0 });
  });
}

/** Resets connections before anybody accepts them, and tests that an honest client behind them is served. */
export function testDeadBeforeAccept(count: number): void {
  Deno.test(`serve() serves the client behind ${count} that were reset before they were accepted`, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    for (let index = 0; index < count; index++) {
      await end(port, (socket) => socket.resetAndDestroy());
    }
    await using honest = await connectHonest(port);
    const { server, clock, log } = startServing(listener);
    await assertAnswered(honest, "is anybody there?");
    assertEquals(server.counts, {
      accepted: 1,
      refused: 0,
      failed: 0,
      lost: count,
      acceptFailed: 0,
    });
    assertEquals([log.events.map(({ type }) => type), clock.now()], [["opened"], 0]);
    await honest.close();
    await server.shutdown();
  });
}

function startServing(listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })) {
  const clock = new FakeClock();
  const log = new CountingLog();
  const options: ServeOptions<string> = { codec: lines(), clock, onEvent: log.onEvent };
  const server = serve(listener, options, async (connection) => {
    for await (const line of connection) await connection.send(line);
  });
  return { server, clock, log, port: listener.addr.port };
}

class CountingLog extends EventLog {
  count(wanted: string): number {
    return this.events.filter(({ type }) => type === wanted).length;
  }
}

async function end(port: number, way: (socket: Socket) => void): Promise<void> {
  const socket = await connectResetting(port);
  await new Promise<void>((resolve) => {
    // What the server answers to rudeness is no matter here.
    socket.on("error", () => {});
    socket.once("close", () => resolve());
    way(socket);
  });
}

async function connectHonest(port: number): Promise<Connection<string>> {
  return new Connection(await Deno.connect({ hostname: "127.0.0.1", port }), lines());
}

async function assertAnswered(connection: Connection<string>, line: string): Promise<void> {
  await connection.send(line);
  assertEquals(await connection.receive(), line);
}
