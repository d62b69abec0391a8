// The page of the push server in a real browser, against a server that says what each test wants. Whatever its console
// reports fails the test: a script, a style or a connection that the page's policy does not allow among it.

import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { serveHttp } from "../../net/http/mod.ts";
import { upgradeWebSocket, type WebSocketConnection } from "../../net/websocket/mod.ts";
import { pushPage } from "../../push/page/push_page.ts";
import { hex } from "../../testing/bytes.ts";
import { CHROMIUM, visitUrl } from "./chromium.ts";
import { contrastOf } from "./contrast.ts";
import type { Page } from "./packages.ts";

const NEEDS_CHROMIUM = { ignore: CHROMIUM === undefined };
const MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>";

/** What runs in the page needs of it; its types would be those of every module, so they stay out. */
interface Drawn {
  readonly parentElement: Drawn;
  readonly scrollWidth: number;
  readonly clientWidth: number;

  scrollTop: number;
  readonly id: string;
  addEventListener(type: string, listener: (event: unknown) => void): void;
}
declare const document: {
  readonly documentElement: Drawn;
  readonly activeElement: Drawn;
  querySelector(selector: string): Drawn;
};

/** What the page of a test finds behind its address. */
interface Said {
  readonly id: string;
  readonly time: number;
  readonly from?: string;
  readonly text?: string;
  readonly base64?: string;
}

interface Follower {
  readonly socket: WebSocketConnection;
  readonly you: string;
  readonly topic: string;
}

/** Speaks as the push server does, from memory, and does what a test says. */
class StandIn implements AsyncDisposable {
  run = "1f3a";
  mayPublish = true;
  /** What handshakes and requests are answered with instead. */
  refusal: { status: number; message: string } | undefined;
  /** The next one who asks for what is behind an id is told that it is missing. */
  isMissing = false;
  /** What comes is neither published nor answered. */
  isDeaf = false;
  /** The targets of all handshakes. */
  readonly asked: string[] = [];
  readonly #history = new Map<string, Said[]>();
  readonly #followers = new Set<Follower>();
  readonly #server;
  #visitors = 0;
  #messages = 0;

  constructor() {
    const { html, fields } = pushPage();
    this.#server = serveHttp(
      Deno.listen({ hostname: "127.0.0.1", port: 0 }),
      { onEvent() {} },
      async (http) => {
        for await (const request of http) {
          const isHandshake = request.fields.has("upgrade");
          if (isHandshake) this.asked.push(request.target);
          if (this.refusal && !request.path.endsWith("/")) {
            const { status, message } = this.refusal;
            const body = JSON.stringify({ error: { code: "refused", message } });
            await request.respond({ status, fields: { "Content-Type": "application/json" }, body });
          } else if (isHandshake) {
            const socket = await upgradeWebSocket(request, { protocols: ["parley.push"] });
            if (socket) await this.#follow(socket);
          } else await request.respond({ fields, body: html });
        }
      },
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Publishes on a topic, with an id of the run. */
  publish(topic: string, said: Omit<Said, "id" | "time">, time = Date.now()): void {
    const message = { id: `${this.run}-${++this.#messages}`, time, ...said };
    this.#history.set(topic, [...this.#history.get(topic) ?? [], message]);
    this.tell({ type: "message", ...message }, topic);
  }

  /** Tells everybody on a topic. */
  tell(told: Record<string, unknown>, topic = "default"): void {
    for (const follower of this.#on(topic)) void follower.socket.send(JSON.stringify(told));
  }

  /** Closes everybody on a topic. */
  async close(code: number, reason = "", topic = "default"): Promise<void> {
    await Promise.all(this.#on(topic).map(({ socket }) => socket.close(code, reason)));
  }

  /** Forgets what there was, as a server that was started again. */
  startAgain(run: string): void {
    this.run = run;
    this.#messages = 0;
    this.#visitors = 100;
    this.#history.clear();
  }

  #on(topic: string): Follower[] {
    return [...this.#followers].filter((one) => one.topic === topic);
  }

  async #follow(socket: WebSocketConnection): Promise<void> {
    const { pathname, searchParams } = new URL(socket.request!.target, this.url);
    const topic = decodeURIComponent(pathname.replace(/^(\/push)?\//, "")) || "default";
    const follower = { socket, topic, you: String(++this.#visitors) };
    this.#followers.add(follower);
    const present = this.#on(topic).length;
    const { run, mayPublish } = this;
    const say = (told: Record<string, unknown>) => void socket.send(JSON.stringify(told));
    say({ type: "hello", run, you: follower.you, topic, present, mayPublish });
    const history = this.#history.get(topic) ?? [];
    const lastId = searchParams.get("lastEventId");
    const last = history.findIndex(({ id }) => id === lastId);
    if (lastId !== null && (last < 0 || this.isMissing)) say({ type: "missed" });
    for (const message of history.slice(last + 1)) say({ type: "message", ...message });
    this.tell({ type: "presence", present }, topic);
    try {
      for await (const message of socket) {
        if (this.isDeaf) continue;
        if (message.kind === "text") {
          this.publish(topic, { from: follower.you, text: message.text });
        }
      }
    } finally {
      this.#followers.delete(follower);
      this.tell({ type: "presence", present: this.#on(topic).length }, topic);
    }
  }
}

const textOf = async (page: Page, selector: string) =>
  await page.locator(selector).first().textContent() ?? "";

/** Returns what stands in the list, each as its head and its text. */
const listed = async (page: Page) =>
  (await page.locator("#messages > li").allInnerTexts()).map((text) =>
    text.replace(/\n+/g, " | ").replace(/\d+:\d\d:\d\d.[AP]M/, "TIME")
  );

/** Waits until the status begins with these words. */
const stands = (page: Page, words: string) => {
  const hasText = new RegExp(`^${words.replace(/[.?()]/g, "\\$&")}`);
  return page.locator("[role=status]", { hasText }).waitFor();
};

const comes = (page: Page, text: string) =>
  page.locator("#messages > li", { hasText: text }).first().waitFor();

async function write(page: Page, text: string): Promise<void> {
  await page.fill("#box", text);
  await page.press("#box", "Enter");
}

/** Scrolls the log, and waits until the page has heard of it. */
const scroll = (page: Page, to: number) =>
  page.evaluate(async (top) => {
    const log = document.querySelector("#log");
    const scrolled = new Promise((resolve) => log.addEventListener("scroll", resolve));
    log.scrollTop = top;
    await scrolled;
  }, to);

/** Visits the page; what it runs of what was sent, or asks a person, fails the test. */
function visitPage(address: string, use: (page: Page) => Promise<void>): Promise<void> {
  return visitUrl(address, async ({ page }) => {
    page.on("dialog", () => {
      throw new Error("The page ran what was sent");
    });
    await use(page);
  });
}

/** Visits the page with a clock that only a test moves on; what comes from the server comes all the same. */
async function visitByClock(server: StandIn, use: (page: Page) => Promise<void>): Promise<void> {
  await visitUrl("about:blank", async ({ page }) => {
    await stopClock(page);
    await page.goto(server.url);
    await stands(page, "Connected.");
    await use(page);
  });
}

async function stopClock(page: Page): Promise<void> {
  await page.addInitScript("Math.random = () => 0.5");
  const now = Date.now();
  // It runs until it is told to stand, and is never turned back.
  await page.clock.install({ time: now - 60_000 });
  await page.clock.pauseAt(now);
}

Deno.test(
  "the push page shows what a person looks for (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = new StandIn();
    const yesterday = Date.now() - 24 * 60 * 60 * 1000;
    server.publish("default", { from: "x", text: "the first" }, yesterday);
    server.publish("default", { text: "by a program" });
    await visitPage(server.url, async (page) => {
      await t.step("it says that it is connected, and what came before, in order", async () => {
        await stands(page, "Connected.");
        await comes(page, "by a program");
        const [first = "", second] = await listed(page);
        assertMatch(first, /^Visitor x \w+ \d+, \d{4}, TIME \| the first$/);
        assertEquals(second, "Published by request TIME | by a program");
        assertEquals(await page.title(), "default");
        assertEquals(await textOf(page, "#present"), "1 present");
        assertEquals(server.asked, ["/default"]);
      });

      await t.step("its own message is marked with a word", async () => {
        await write(page, "from here");
        await comes(page, "from here");
        assertEquals((await listed(page))[2], "You TIME | from here");
        assertEquals(await page.inputValue("#box"), "");
        assertEquals(await page.evaluate(() => document.activeElement.id), "box");
      });

      await t.step("a message may have lines, and a button sends it as well", async () => {
        await page.locator("#box").pressSequentially("one");
        await page.press("#box", "Shift+Enter");
        await page.locator("#box").pressSequentially("two");
        await page.click("#send");
        await comes(page, "one\ntwo");
      });

      await t.step("markup is text, and nothing of it runs", async () => {
        await write(page, MARKUP);
        await comes(page, MARKUP);
        assertEquals(await page.locator("#log :is(img, script)").count(), 0);
        assertEquals(await page.title(), "default");
      });

      await t.step("what would hide or reorder text is seen", async () => {
        server.publish("default", { from: "y\u202e", text: "a\u202eb\u0007c\u200bd 👩‍💻" });
        await comes(page, "a\\u{202e}b\\u{7}c\\u{200b}d 👩‍💻");
        assertMatch((await listed(page)).at(-1)!, /^Visitor y\\u\{202e\} TIME/);
      });

      await t.step("a binary message is its size and its first bytes", async () => {
        const bytes = hex("00ff10".repeat(20));
        const base64 = btoa(String.fromCharCode(...bytes));
        for (const sent of ["", btoa("a"), base64]) server.publish("default", { base64: sent });
        await comes(page, "Binary, 60 bytes");
        assertEquals((await listed(page)).slice(-3).map((text) => text.split(" | ")[1]), [
          "Binary, 0 bytes",
          "Binary, 1 byte: 61",
          `Binary, 60 bytes: ${"00 ff 10 ".repeat(11).slice(0, 32 * 3 - 1)} ...`,
        ]);
      });

      await t.step("of a very long message the beginning is shown", async () => {
        server.publish("default", { text: `${"x".repeat(19_999)}🦀${"y".repeat(9)}` });
        await comes(page, "(11 more characters are left out here.)");
      });

      await t.step("an empty message is not sent", async () => {
        const before = await page.locator("#messages > li").count();
        await page.press("#box", "Enter");
        await write(page, "not empty");
        await comes(page, "not empty");
        assertEquals(await page.locator("#messages > li").count(), before + 1);
      });

      await t.step("at most 500 are kept, and the end stays in sight", async () => {
        for (let count = 1; count <= 510; count++) {
          server.publish("default", { text: `no ${count}.` });
        }
        await comes(page, "no 510.");
        assertEquals(await page.locator("#messages > li").count(), 500);
        assertMatch((await listed(page))[0]!, /no 11\.$/);
        assert(await page.locator("#messages > li").last().isVisible());
        assertFalse(await page.locator("#newest").isVisible());
      });

      await t.step("who reads what is earlier is told of what is new", async () => {
        await scroll(page, -5000);
        server.publish("default", { text: "behind your back" });
        await page.click("#newest");
        assertEquals(await page.evaluate(() => document.querySelector("#log").scrollTop), 0);
        await page.locator("#newest").waitFor({ state: "hidden" });
        assertEquals(await page.evaluate(() => document.activeElement.id), "log");
      });
    });
  },
);

Deno.test("the push page can be read everywhere (needs chromium)", NEEDS_CHROMIUM, async (t) => {
  await using server = new StandIn();
  server.publish("long", { from: "x".repeat(60), text: "word ".repeat(99) + "x".repeat(999) });
  server.publish("long", { text: "שלום עולם" });
  await visitPage(`${server.url}#long`, async (page) => {
    await write(page, "mine");
    await comes(page, "mine");
    for (const [width, height] of [[320, 480], [390, 844], [844, 390], [1280, 800]] as const) {
      await t.step(`it fits a window of ${width} by ${height} pixels`, async () => {
        await page.setViewportSize({ width, height });
        const isWide = await page.evaluate(() =>
          document.documentElement.scrollWidth > document.documentElement.clientWidth
        );
        assertFalse(isWide);
        await page.locator("#send").scrollIntoViewIfNeeded();
        assert(await page.locator("#box").isVisible());
      });
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await t.step(`it can be read where the system is ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme });
        for (
          const selector of [
            "h1",
            "label",
            "#topic",
            "#join button",
            "#state",
            "#present",
            ".head",
            ".text",
            ".own strong",
            "#send",
            "#why",
          ]
        ) {
          const contrast = await contrastOf(page, selector);
          assert(contrast >= 4.5, `${selector}: ${contrast}`);
        }
      });
    }
    await t.step("a keyboard reaches all of it, in order", async () => {
      await page.focus("#topic");
      const reached: string[] = [];
      for (let count = 0; count < 4; count++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => document.activeElement.id));
      }
      assertEquals(reached, ["", "log", "box", "send"]);
    });
  });
});

Deno.test(
  "two push pages talk, each of its own topic (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = new StandIn();
    await visitPage(`${server.url}push/?token=a%26b#news`, async (page) => {
      const other = await page.context().newPage();
      await other.goto(`${server.url}push/#news`);
      await stands(page, "Connected.");
      await stands(other, "Connected.");

      await t.step("it works under a path, and passes its token on", () => {
        assertEquals(server.asked, ["/push/news?token=a%26b", "/push/news"]);
      });

      await t.step("both see how many there are, and what one says", async () => {
        await page.locator("#present", { hasText: "2 present" }).waitFor();
        await write(page, "to you");
        await comes(other, "to you");
        await comes(page, "to you");
        assertEquals(await listed(page), ["You TIME | to you"]);
        assertEquals(await listed(other), ["Visitor 1 TIME | to you"]);
      });

      await t.step("one joins another topic, and leaves this one", async () => {
        await page.fill("#topic", "a/b ü ");
        await page.press("#topic", "Enter");
        await stands(page, "Connected.");
        await other.locator("#present", { hasText: "1 present" }).waitFor();
        assertEquals(await textOf(page, "h1"), "a/b ü");
        assertEquals(new URL(page.url()).hash, "#a/b%20%C3%BC");
        assertEquals(server.asked.at(-1), "/push/a/b%20%C3%BC?token=a%26b");
        assertEquals(await listed(page), []);
        assert(await page.locator("#log", { hasText: "No message yet." }).isVisible());
        server.publish("news", { text: "not for you" });
        await write(page, "alone");
        await comes(page, "alone");
        assertEquals((await listed(page)).length, 1);
      });

      await t.step("the way back leads to the first topic, with what was said there", async () => {
        await page.goBack();
        await comes(page, "not for you");
        assertEquals((await listed(page)).length, 2);
        assertEquals(await page.inputValue("#topic"), "news");
        assertFalse(server.asked.at(-1)!.includes("lastEventId"));
      });

      await t.step("a name that is none is said to be none", async () => {
        await page.fill("#topic", "..");
        await page.press("#topic", "Enter");
        assertEquals(await textOf(page, "#fault"), "A browser takes this name for a folder.");
        await stands(page, "Connected.");
        await page.goto(`${server.url}push/?token=a%26b#healthz`);
        await stands(page, "Not connected.");
        assertEquals(await textOf(page, "#fault"), "The server has something else at this name.");
        assertEquals([await listed(page), await textOf(page, "#present")], [[], ""]);
        await page.goBack();
        await comes(page, "not for you");
        assertEquals(await textOf(page, "#fault"), "");
      });
      await other.close();
    });
  },
);

Deno.test(
  "the push page comes back, and loses nothing (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = new StandIn();
    server.publish("default", { text: "before" });
    await visitByClock(server, async (page) => {
      await t.step("a screen reader is told what is new, and not all that was", async () => {
        assertEquals(await page.getAttribute("#log", "aria-live"), "off");
        await page.clock.runFor(1000);
        assertEquals(await page.getAttribute("#log", "aria-live"), "polite");
      });
      await t.step(
        "it waits at least 5 s where the server asks for patience, and says so",
        async () => {
          for (
            const [code, words] of [
              [
                1013,
                "Disconnected: the server asks to come back later: too many. Connecting again in ",
              ],
              [1012, "Disconnected: the server starts again. Connecting again in "],
            ] as const
          ) {
            const { length } = server.asked;
            await server.close(code, "too many");
            await stands(page, words);
            const [, seconds] = /in (\d+) s \.\.\.$/.exec(await textOf(page, "[role=status]")) ??
              [];
            assert(Number(seconds) >= 5 && Number(seconds) <= 30, seconds);
            assert(await page.locator("#send").isDisabled());
            assertMatch(await textOf(page, "#why"), /while there is no connection/);
            assertEquals(await textOf(page, "#present"), "");
            server.publish("default", { text: `during ${code}` });
            await page.clock.runFor(4000);
            assertEquals(server.asked.length, length);
            await page.clock.fastForward(30_000);
            await comes(page, `during ${code}`);
            await stands(page, "Connected.");
          }
          assertEquals((await listed(page)).map((text) => text.split(" | ")[1]), [
            "before",
            "during 1013",
            "during 1012",
          ]);
          assertEquals(server.asked, [
            "/default",
            "/default?lastEventId=1f3a-1",
            "/default?lastEventId=1f3a-2",
          ]);
        },
      );

      await t.step("a person need not wait", async () => {
        await server.close(1013);
        await page.click("#retry");
        await stands(page, "Connected.");
        assertFalse(await page.locator("#retry").isVisible());
      });

      await t.step("its own messages stay its own", async () => {
        await write(page, "mine");
        await comes(page, "mine");
        await server.close(1001);
        await stands(page, "Disconnected: the server stops.");
        const you = String(server.asked.length);
        server.publish("default", { from: you, text: "mine, on its way at the end" });
        await page.click("#retry");
        await comes(page, "mine, on its way");
        assertEquals((await listed(page)).slice(-2).map((text) => text.slice(0, 4)), [
          "You ",
          "You ",
        ]);
      });

      await t.step("it says what nobody knows, and no more once it is known", async () => {
        server.isDeaf = true;
        await write(page, "perhaps");
        await write(page, "never");
        await server.close(1000);
        await comes(page, "It is not known whether this was published: never");
        server.isDeaf = false;
        const you = String(server.asked.length);
        server.publish("default", { from: you, text: "perhaps" });
        await page.click("#retry");
        await stands(page, "Connected.");
        await page.locator(".own", { hasText: "perhaps" }).waitFor();
        assertEquals((await listed(page)).slice(-2), [
          "It is not known whether this was published: never",
          "You TIME | perhaps",
        ]);
      });

      await t.step("it says in the list that something is missing", async () => {
        server.isMissing = true;
        await server.close(1000);
        await page.click("#retry");
        await comes(page, "Messages are missing here");
        server.isMissing = false;
      });

      await t.step("it begins anew where the server does", async () => {
        await server.close(1001);
        server.startAgain("2b");
        server.publish("default", { from: "1", text: "of another run" });
        await page.click("#retry");
        await comes(page, "of another run");
        assertEquals(await listed(page), [
          "It is not known whether this was published: never",
          "Messages are missing here: the server does not have them any more.",
          // It was visitor 1 of the other run.
          "Visitor 1 TIME | of another run",
        ]);
      });

      await t.step("it says why where the server refuses, and waits for a person", async () => {
        await server.close(1008, "you may not publish");
        await stands(page, "The server refuses: you may not publish.");
        const { length } = server.asked;
        await page.clock.fastForward(120_000);
        assertEquals(server.asked.length, length);
        server.mayPublish = false;
        await page.click("#retry");
        await stands(page, "Connected.");
        assertEquals(await textOf(page, "#why"), "You may read this topic, and not publish to it.");
        assert(await page.locator("#box").isDisabled());
        assert(await page.locator("#send").isDisabled());
      });
    });
  },
);

Deno.test(
  "the push page hears that nobody is there any more (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = new StandIn();
    await visitByClock(server, async (page) => {
      await t.step("it stays where the server says that it is alive", async () => {
        for (let count = 0; count < 8; count++) {
          server.tell({ type: "alive" });
          server.tell({ type: "something", newer: true });
          server.publish("default", { text: `alive ${count}` });
          await comes(page, `alive ${count}`);
          await page.clock.runFor(15_000);
        }
        assertEquals(server.asked.length, 1);
      });

      await t.step("it hears what came while it slept, before it judges", async () => {
        await page.clock.fastForward(3_600_000);
        server.publish("default", { text: "while you slept" });
        await comes(page, "while you slept");
        await page.clock.runFor(10_000);
        assertEquals(server.asked.length, 1);
      });

      await t.step("it comes back after silence", async () => {
        await page.clock.fastForward(60_000);
        await page.clock.runFor(10_000);
        await stands(page, "Connected.");
        assertEquals(server.asked, ["/default", "/default?lastEventId=1f3a-9"]);
      });
    });
  },
);

Deno.test(
  "the push page says why it cannot connect (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    const server = new StandIn();
    const { url } = server;
    await visitUrl("about:blank", async ({ page: watched }) => {
      // Chromium reports a handshake that fails, so this is a page whose console is not looked at.
      const page = await watched.context().newPage();
      await stopClock(page);
      server.refusal = { status: 401, message: "Cannot subscribe: there is no token." };
      await page.goto(url);

      await t.step("it asks with a request what the handshake does not tell", async () => {
        await stands(page, "Disconnected. Connecting again in 1 s ...");
        await page.clock.fastForward(1000);
        await stands(
          page,
          'The server refuses: Cannot subscribe: there is no token. The address of this page can end with "?token=...". Connecting again in ',
        );
        const { length } = server.asked;
        assertEquals(length, 2);
        await page.clock.runFor(4000);
        assertEquals(server.asked.length, length);
      });

      await t.step("it connects once it may", async () => {
        server.refusal = undefined;
        await page.clock.fastForward(30_000);
        await stands(page, "Connected.");
      });

      await t.step("it says that nobody answers", async () => {
        await server.close(1001);
        await stands(page, "Disconnected: the server stops.");
        await server[Symbol.asyncDispose]();
        await page.clock.fastForward(30_000);
        await stands(page, "Disconnected. Connecting again in ");
        await page.clock.fastForward(30_000);
        await stands(page, "Disconnected: the server cannot be reached. Connecting again in ");
      });
      await page.close();
    });
  },
);
