// A page in a real browser as a client of serveWebSocket.

import { assertEquals, assertMatch } from "@std/assert";
import { serveWebSocket, type WebSocketConnection } from "../../net/websocket/mod.ts";
import { CHROMIUM, visit } from "./chromium.ts";
import type { Page } from "./packages.ts";

const NEEDS_CHROMIUM = { ignore: CHROMIUM === undefined };
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1024 * 1024];

/** A page of no content, which may speak to a server of this machine. */
const SITE = {
  "/": () =>
    new Response("<!doctype html><link rel=icon href=data:,>", {
      headers: { "Content-Type": "text/html" },
    }),
};

interface Ended {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

interface Served extends AsyncDisposable {
  readonly url: string;
  /** Resolves to the next socket. */
  accepted(): Promise<WebSocketConnection>;
}

/** Echoes until a text says otherwise. */
function served(options: { compress?: boolean; protocols?: readonly string[] } = {}): Served {
  const waiting: ((socket: WebSocketConnection) => void)[] = [];
  const server = serveWebSocket(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    // The page is another origin than the server.
    { ...options, allowOrigin: () => true, onEvent() {} },
    async (socket) => {
      waiting.shift()?.(socket);
      for await (const message of socket) {
        if (message.kind === "text" && message.text === "pieces") {
          await socket.sendStream(["Grüße, ", "🦀".slice(0, 1), "🦀".slice(1)], { kind: "text" });
        } else if (message.kind === "text" && message.text.startsWith("close ")) {
          await socket.close(Number(message.text.slice(6)), "as it was asked");
        } else await socket.send(message);
      }
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}/`,
    accepted: () => new Promise((resolve) => waiting.push(resolve)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Sends messages of every size from the page, and returns the sizes that came back changed. */
const echo = (page: Page, url: string) =>
  page.evaluate(async ({ url, sizes }) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("It does not open"));
    });
    const answer = () =>
      new Promise<string | ArrayBuffer>((resolve, reject) => {
        socket.onmessage = ({ data }) => resolve(data);
        socket.onclose = ({ code }) => reject(new Error(`It closed with ${code}`));
      });
    const wrong: string[] = [];
    for (const size of sizes) {
      const text = "x".repeat(size);
      const unicode = "🦀é".repeat(size >> 3);
      const bytes = Uint8Array.from({ length: size }, (_, index) => Math.imul(index, index) >> 3);
      for (const message of [text, unicode]) {
        const next = answer();
        socket.send(message);
        if (await next !== message) wrong.push(`text of ${size}`);
      }
      const next = answer();
      socket.send(bytes);
      const came = new Uint8Array(await next as ArrayBuffer);
      if (came.length !== size || came.some((byte, index) => byte !== bytes[index])) {
        wrong.push(`binary of ${size}`);
      }
    }
    const next = answer();
    socket.send("pieces");
    const pieces = await next;
    const { extensions } = socket;
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    return { wrong, pieces, extensions };
  }, { url, sizes: SIZES });

/** Opens a socket in the page, says one thing, and returns how it ended. */
const ended = (
  page: Page,
  options: {
    url: string;
    say?: string;
    close?: { code: number; reason: string };
    protocols?: string[];
  },
) =>
  page.evaluate(async ({ url, say, close, protocols }) => {
    const socket = new WebSocket(url, protocols ?? []);
    const opened = new Promise((resolve) => socket.onopen = resolve);
    const over = new Promise<Ended & { protocol: string }>((resolve) =>
      socket.onclose = ({ code, reason, wasClean }) =>
        resolve({ code, reason, wasClean, protocol: socket.protocol })
    );
    await Promise.race([opened, over]);
    if (say !== undefined) socket.send(say);
    if (close) socket.close(close.code, close.reason);
    return await over;
  }, options);

for (const compress of [false, true]) {
  const how = compress ? "compressed" : "as they are";
  Deno.test(
    `serveWebSocket and a page exchange messages of every size ${how} (needs chromium)`,
    NEEDS_CHROMIUM,
    async () => {
      await using server = served({ compress });
      await visit(SITE, async ({ page }) => {
        const { wrong, pieces, extensions } = await echo(page, server.url);
        assertEquals([wrong, pieces], [[], "Grüße, 🦀"]);
        assertMatch(extensions, compress ? /^permessage-deflate/ : /^$/);
      });
    },
  );
}

Deno.test(
  "a page and serveWebSocket close each other (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = served({ protocols: ["b", "c"] });
    const { url } = server;
    await visit(SITE, async ({ page }) => {
      for (const close of [{ code: 1000, reason: "" }, { code: 4999, reason: "genug 🦀" }]) {
        await t.step(`the page closes with ${close.code}`, async () => {
          const accepted = server.accepted();
          const end = await ended(page, { url, close });
          assertEquals([end.code, end.wasClean], [close.code, true]);
          const { closeInfo } = await accepted;
          assertEquals([closeInfo.first, closeInfo.received], ["peer", close]);
        });
      }
      for (const code of [1000, 1001, 1011, 3000, 4999]) {
        await t.step(`the server closes with ${code}`, async () => {
          const accepted = server.accepted();
          const { protocol: _, ...end } = await ended(page, { url, say: `close ${code}` });
          assertEquals(end, { code, reason: "as it was asked", wasClean: true });
          const { closeInfo } = await accepted;
          assertEquals([closeInfo.first, closeInfo.received?.code], ["local", code]);
        });
      }
      await t.step("a message that is too large ends it with 1009", async () => {
        assertEquals((await ended(page, { url, say: "x".repeat(1024 * 1024 + 1) })).code, 1009);
      });
      await t.step("they speak the subprotocol that both know", async () => {
        const end = await ended(page, { url, protocols: ["a", "c"], say: "close 1000" });
        assertEquals(end.protocol, "c");
      });
    });
  },
);
