import { assert, assertEquals } from "@std/assert";
import { connectFiles } from "../../clients/files.ts";
import { AddressList, lines, serve, type ServeOptions } from "../../mod.ts";
import type { ServerEvent } from "../../net/server_events.ts";
import { serveFiles } from "../../servers/files.ts";
import { serveGreeting } from "../../servers/greeting.ts";
import { serveReverse } from "../../servers/reverse.ts";
import { serveTalkback } from "../../servers/talkback.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryListener } from "../../testing/memory_listener.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";
import { turns } from "../../testing/turns.ts";
import {
  type FileSendResult,
  Inbox,
  sendFiles,
  type SendFilesOptions,
  sendSimpleFiles,
} from "../../transfer/mod.ts";
import { connectPeer } from "../cli/peer.ts";
import { inFolder } from "../contract/folder.ts";
import { printedBy } from "../net/printed.ts";
import { BreakingLinks } from "../transfer/breaking_links.ts";
import { filesIn, memorySource, someBytes } from "../transfer/dialogue.ts";
import { noSync } from "../transfer/no_sync.ts";

/** How a listener that somebody passed in may fail. A rejection that nobody handles would end the test. */
const FAILURES = {
  throws(): void {
    throw new Error("a bug in a listener");
  },
  rejects(): Promise<void> {
    return Promise.reject(new Error("a bug in a listener"));
  },
  "never settles": () => new Promise<void>(() => {}),
} as const;

type Failure = keyof typeof FAILURES;

/** Returns a new listener that fails, at what `when` says. */
function failing<Event = unknown>(
  how: Failure,
  when: (event: Event) => boolean = () => true,
): (event: Event) => void {
  return (event) => when(event) ? FAILURES[how]() : undefined;
}

/** How often a listener that failed says so. */
function saying(how: Failure, times = 1): number {
  return how === "never settles" ? 0 : times;
}

/** What a server gets that tells what it hears. */
interface HeardServer {
  port: number;
  onEvent: () => void;
  onMessage: (client: number) => void;
}

/** What is used of it. */
interface StartedServer extends AsyncDisposable {
  readonly addr: Deno.NetAddr;
}

const EVENTS = ["opened", "closed", "failed", "refused", "accept-failed", "all"] as const;

/** Has each event of a server happen, and returns what its peers and its counts saw. */
async function serveAll(options: Partial<ServeOptions<string>>): Promise<unknown> {
  const listener = new MemoryListener();
  const clock = new FakeClock();
  const all: ServeOptions<string> = {
    codec: lines(),
    clock,
    deny: new AddressList(["10.6.6.6"]),
    limits: { maxConnectionsPerAddress: 2 },
    refusal: ({ max }) => `only ${max}`,
    ...options,
  };
  const server = serve(listener, all, async (connection) => {
    for await (const line of connection) {
      await connection.send(line);
      if (line === "fail") throw new RangeError("a bug in the handler");
    }
  });
  listener.fail(new Error("an accept that failed"));
  const shaking = Object.assign(new MemoryTransport(), {
    handshake: () => Promise.reject(new Deno.errors.InvalidData("no TLS")),
  });
  const peers = [
    listener.connect("10.0.0.1"),
    listener.connect("10.0.0.1"),
    listener.connect("10.0.0.1"),
    listener.connect("10.6.6.6"),
    listener.connect(shaking),
    listener.connect("10.0.0.2"),
  ];
  const [good, bad, , , , resetting] = peers;
  good?.deliver("one\n", "two\n");
  bad?.deliver("fail\n");
  await turns(8);
  resetting?.reset();
  for (const peer of peers) peer.finish();
  await turns(8);
  const left = [server.connections.size, clock.pending];
  const result = await server.shutdown();
  const seen = peers.map(({ written, writeClosed, closed }) => [written, writeClosed, closed]);
  return { seen, counts: { ...server.counts }, left, result, pending: clock.pending };
}

for (const how of Object.keys(FAILURES) as Failure[]) {
  for (const type of EVENTS) {
    Deno.test(`serve() answers the same when onEvent ${how} at ${type}`, async () => {
      const expected = await serveAll({ onEvent: () => {} });
      const onEvent = failing(how, (event: ServerEvent) => type === "all" || event.type === type);
      let answered: unknown;
      const printed = await printedBy(async () => {
        answered = await serveAll({ onEvent });
      });
      assertEquals(answered, expected);
      assertEquals(printed.length, saying(how), printed.join("\n"));
    });
  }

  for (const type of ["bytes", "message", "note"] as const) {
    Deno.test(`serve() answers the same when trace ${how} at ${type}`, async () => {
      const expected = await serveAll({ onEvent: () => {} });
      const trace = failing(how, (event: { type: string }) => event.type === type);
      let answered: unknown;
      const printed = await printedBy(async () => {
        answered = await serveAll({ onEvent: () => {}, trace });
      });
      assertEquals(answered, expected);
      assertEquals(printed.length, saying(how), printed.join("\n"));
    });
  }

  Deno.test(`every server answers the same when onMessage ${how}`, async () => {
    const said = async (start: (options: HeardServer) => StartedServer, text: string) => {
      await using server = start({ port: 0, onEvent: () => {}, onMessage: failing(how) });
      const heard: string[] = [];
      for (let client = 0; client < 2; client++) {
        await using peer = await connectPeer(server.addr.port);
        await peer.send(text);
        await peer.finish();
        heard.push(await peer.rest());
      }
      return heard;
    };
    const printed = await printedBy(async () => {
      assertEquals(await said(serveReverse, "abc\n"), ["cba\n", "cba\n"]);
      const greetings = await said(serveGreeting, "Ho\n");
      for (const text of greetings) assert(text.endsWith("I heard you.\nGoodbye!\n"), text);
      const talks = await said(serveTalkback, "a\nb\n");
      for (const text of talks) assert(text.endsWith("You said 'a'.\nYou said 'b'.\n"), text);
    });
    assertEquals(printed.length, saying(how, 3), printed.join("\n"));
  });

  for (const format of ["parcel", "simple"] as const) {
    Deno.test(`files are stored all the same in the ${format} format when each listener ${how}`, async () => {
      const printed = await printedBy(() =>
        inFolder(async (dir) => {
          const onFile = failing(how);
          const settings = { port: 0, dir, minFreeBytes: 0, onEvent: () => {}, onFile };
          await using server = await serveFiles(settings);
          const connect = () => connectFiles({ port: server.addr.port });
          const files = [memorySource("a.txt", someBytes(10)), memorySource("b", someBytes(99))];
          const skipped = { kind: "skipped", local: "c", reason: "no", isFine: true } as const;
          const options = {
            connect,
            onStart: failing(how),
            onBytes: failing(how),
            onDone: failing(how),
            onSkipped: failing(how),
          };
          const send = format === "parcel" ? sendFiles : sendSimpleFiles;
          await send(iterate([files[0]!, skipped, files[1]!]), options);
          assertEquals([...(await filesIn(dir)).values()].map(({ length }) => length).sort(), [
            10,
            99,
          ]);
          await server.shutdown();
        })
      );
      assertEquals(printed.length, saying(how, 5), printed.join("\n"));
    });
  }

  Deno.test(`sendFiles() connects again all the same when onRetry ${how}`, async () => {
    const printed = await printedBy(() =>
      inFolder(async (dir) => {
        const inbox = await Inbox.open(dir, { minFreeBytes: 0, sync: noSync });
        await using links = new BreakingLinks(inbox, [3000]);
        const results: FileSendResult[] = [];
        const options: SendFilesOptions = {
          connect: links.connect,
          random: () => 0,
          onRetry: failing(how),
          onDone: (_, result) => void results.push(result),
        };
        await sendFiles(iterate([memorySource("a", someBytes(5000))]), options);
        assertEquals([results.map(({ outcome }) => outcome), links.connects], [["stored"], 2]);
      })
    );
    assertEquals(printed.length, saying(how), printed.join("\n"));
  });
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, void> {
  for (const item of items) yield await Promise.resolve(item);
}
