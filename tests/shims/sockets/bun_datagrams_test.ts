import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import type {
  BunRuntime,
  BunUdpHandlers,
  BunUdpOptions,
  BunUdpSocket,
} from "../../../shims/bun.ts";
import { bindBunDatagrams } from "../../../shims/sockets/bun_datagrams.ts";

const NOBODY = { address: "127.0.0.1", port: 9 };
const bytes = new Uint8Array([1, 2, 3]);

/** Stands in for Bun: each send does what the next of the given answers says. */
function bunThat(...answers: readonly (boolean | Error)[]) {
  const waiting = [...answers];
  const sent: string[] = [];
  const bound: BunUdpOptions[] = [];
  const socket: BunUdpSocket = {
    address: { address: "127.0.0.1", port: 4321 },
    send(data, port, address) {
      const answer = waiting.shift() ?? true;
      if (answer instanceof Error) throw answer;
      if (answer) sent.push(`${data.length} to ${address}:${port}`);
      return answer;
    },
    setBroadcast: (isOn) => isOn,
    close: () => waiting.unshift(new Error("it is closed")),
    ref() {},
    unref() {},
  };
  const bun: BunRuntime = {
    listen: () => ({ stop() {} }),
    udpSocket(options) {
      bound.push(options);
      return Promise.resolve();
    },
    peek: () => socket,
  };
  const handlers = (): BunUdpHandlers => bound[0]!.socket;
  return { bun, bound, handlers, sent, socket };
}

const refused = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

function bind(bun: BunRuntime, { reuseAddress = false } = {}) {
  const arrived: [Uint8Array, unknown][] = [];
  const socket = bindBunDatagrams(bun, {
    address: "127.0.0.1",
    port: 0,
    reuseAddress,
    arrived: (bytes, from) => arrived.push([bytes, from]),
    failed() {},
    // They are looked at as they are.
    explained: (error) => error as Error,
  });
  return { socket, arrived };
}

Deno.test("a datagram socket of Bun is bound when it is made, and shares its port when asked", () => {
  const { bun, bound } = bunThat();
  assertEquals(bind(bun).socket.bound, { address: "127.0.0.1", port: 4321 });
  bind(bun, { reuseAddress: true });
  assertEquals(bound.map(({ flags }) => flags), [0, 4]);
});

Deno.test("a datagram socket of Bun is closed when it cannot be set up", () => {
  const { bun, socket } = bunThat();
  let closed = 0;
  socket.close = () => void closed++;
  socket.setBroadcast = () => {
    throw new Error("no broadcast");
  };
  assertThrows(() => bind(bun), Error, "no broadcast");
  assertEquals(closed, 1);
});

Deno.test("a datagram that comes on Bun is handed on as plain bytes", () => {
  const { bun, handlers, socket } = bunThat();
  const { arrived } = bind(bun);
  handlers().data(socket, new Uint8Array([7]), 5, "127.0.0.1");
  assertEquals(arrived, [[new Uint8Array([7]), { address: "127.0.0.1", port: 5 }]]);
  assertStrictEquals(arrived[0]![0].constructor, Uint8Array);
});

Deno.test("send() on Bun sends again when it hears of an earlier datagram that nobody took", async () => {
  const { bun, sent } = bunThat(refused(), refused());
  assertEquals(await bind(bun).socket.send(bytes, NOBODY), 3);
  assertEquals(sent, ["3 to 127.0.0.1:9"]);
});

Deno.test("send() on Bun rejects when nothing but refusals come, and with any other error", async () => {
  const always = bunThat(...Array.from({ length: 9 }, refused));
  await assertRejects(() => bind(always.bun).socket.send(bytes, NOBODY), Error, "refused");
  const other = bunThat(new Error("too long"));
  await assertRejects(() => bind(other.bun).socket.send(bytes, NOBODY), Error, "too long");
});

Deno.test("send() on Bun waits for room when there is none", async () => {
  const { bun, sent, handlers } = bunThat(false, false);
  const { socket } = bind(bun);
  const sending = Promise.all([socket.send(bytes, NOBODY), socket.send(bytes, NOBODY)]);
  assertEquals(sent, []);
  handlers().drain();
  assertEquals(await sending, [3, 3]);
  assertEquals(sent.length, 2);
});

Deno.test("send() on Bun rejects when the socket is closed while it waits for room", async () => {
  const { bun } = bunThat(false);
  const { socket } = bind(bun);
  const sending = socket.send(bytes, NOBODY);
  socket.close();
  await assertRejects(() => sending, Error, "it is closed");
});
