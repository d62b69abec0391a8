import { assertEquals } from "@std/assert";
import { Connection, lines, serve, type Server, shutdownOnSignals } from "../../mod.ts";
import { startChild } from "./child.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { LineReader } from "./line_reader.ts";
import { stateOf, turns } from "../../testing/turns.ts";
import { onNode } from "../runtime.ts";
import { printedBy } from "./printed.ts";

const FLAGS = ["--allow-net=127.0.0.1:0"];

type Listeners = Map<Deno.Signal, Set<() => void>>;

/** Runs a test in which signals are this map's, and never the process's. */
async function withSignals(test: (listeners: Listeners) => Promise<void>): Promise<void> {
  const { addSignalListener, removeSignalListener } = Deno;
  const listeners: Listeners = new Map();
  Deno.addSignalListener = (signal, listener) => {
    listeners.set(signal, (listeners.get(signal) ?? new Set()).add(listener));
  };
  Deno.removeSignalListener = (signal, listener) => {
    listeners.get(signal)?.delete(listener);
  };
  try {
    await test(listeners);
  } finally {
    Object.assign(Deno, { addSignalListener, removeSignalListener });
  }
}

function raise(listeners: Listeners, signal: Deno.Signal): void {
  for (const listener of listeners.get(signal) ?? []) listener();
}

/** A server with one client, whose handler never ends. */
async function busyServer(): Promise<{ server: Server<string>; clock: FakeClock }> {
  const clock = new FakeClock();
  const listener = new MemoryListener();
  const server = serve(listener, { codec: lines(), clock }, () => new Promise<void>(() => {}));
  listener.connect();
  await turns();
  return { server, clock };
}

Deno.test(
  "shutdownOnSignals() shuts down at the first signal, exits at the second (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    for (const [first, second] of [["SIGINT", "SIGTERM"], ["SIGTERM", "SIGTERM"]] as const) {
      await withSignals(async (listeners) => {
        const { server, clock } = await busyServer();
        const heard: unknown[] = [];
        shutdownOnSignals(server, {
          onSignal: (signal) => heard.push(signal),
          exit: (code) => heard.push(code),
        });
        assertEquals(await stateOf(server.finished), "pending");
        raise(listeners, first);
        assertEquals([heard, await stateOf(server.finished)], [[first], "pending"]);
        raise(listeners, second);
        assertEquals(heard, [first, 130]);
        await clock.advance(5000);
        await server.finished;
      });
    }
  },
);

Deno.test(
  "shutdownOnSignals() hears no signal when the server has finished (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    await withSignals(async (listeners) => {
      const server = serve(new MemoryListener(), { codec: lines() }, () => {});
      shutdownOnSignals(server);
      assertEquals([...listeners.values()].map(({ size }) => size), [1, 1]);
      await server.shutdown();
      await turns();
      assertEquals([...listeners.values()].map(({ size }) => size), [0, 0]);
    });
  },
);

Deno.test(
  "shutdownOnSignals() shuts down all the same when onSignal throws or rejects (needs a Deno to change)",
  {
    ignore: onNode,
  },
  async () => {
    const failures = [
      () => {
        throw new Error("a bug in onSignal");
      },
      () => Promise.reject(new Error("a bug in onSignal")),
    ];
    for (const onSignal of failures) {
      const printed = await printedBy(() =>
        withSignals(async (listeners) => {
          const { server, clock } = await busyServer();
          shutdownOnSignals(server, { onSignal: () => onSignal(), exit: () => {} });
          raise(listeners, "SIGINT");
          await clock.advance(5000);
          await server.finished;
        })
      );
      assertEquals(printed.length, 1);
    }
  },
);

Deno.test("shutdownOnSignals() lets a process end by itself when a signal comes", async () => {
  await using child = startChild("signals.ts", { flags: FLAGS });
  const output = new LineReader(child.stdout);
  const port = Number(await output.next());
  await using client = new Connection(await Deno.connect({ hostname: "127.0.0.1", port }), lines());
  await client.send("hello");
  assertEquals(await client.receive(), "hello");
  child.kill("SIGTERM");
  assertEquals(await client.receive(), undefined);
  assertEquals([await output.next(), await output.next()], ["SIGTERM", "drained"]);
  await client.close();
  assertEquals(await output.next(), "finished");
  const { code } = await child.status;
  assertEquals(code, 0);
  await Promise.all([output.cancel(), child.stderr.cancel()]);
});

Deno.test("shutdownOnSignals() ends a process at once when a second signal comes", async () => {
  await using child = startChild("signals.ts", { flags: FLAGS, args: ["deaf"] });
  const output = new LineReader(child.stdout);
  const port = Number(await output.next());
  await using client = new Connection(await Deno.connect({ hostname: "127.0.0.1", port }), lines());
  await client.send("hello");
  assertEquals(await client.receive(), "hello");
  child.kill("SIGINT");
  assertEquals([await output.next(), await output.next()], ["SIGINT", "drained"]);
  child.kill("SIGINT");
  assertEquals((await child.status).code, 130);
  await Promise.all([output.cancel(), child.stderr.cancel()]);
});
