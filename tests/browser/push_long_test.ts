// The push server and its page together, in a real browser, and the page of the tutorial that this server replaces.

import { assert, assertEquals } from "@std/assert";
import { servePush } from "../../servers/push.ts";
import { CHROMIUM, visitUrl } from "./chromium.ts";
import type { Page } from "./packages.ts";

const NEEDS_CHROMIUM = { ignore: CHROMIUM === undefined };
/** Where a picture of the page for the documents goes, if somebody wants one: PARLEY_PICTURES=docs */
const PICTURES = Deno.env.get("PARLEY_PICTURES");

const isConnected = (page: Page) =>
  page.locator("[role=status]", { hasText: "Connected" }).waitFor();
const isShown = (page: Page, text: string) =>
  page.locator("#messages > li", { hasText: text }).first().waitFor();

async function send(page: Page, text: string): Promise<void> {
  await page.fill("#box", text);
  await page.locator("#send").click();
}

Deno.test(
  "two windows of the push page see what each of them sends, and what a back end posts (needs chromium)",
  NEEDS_CHROMIUM,
  async () => {
    await using server = servePush({ port: 0, onEvent() {} });
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const post = async (body: string) => {
      const answer = await fetch(`${url}topics/news`, { method: "POST", body });
      await answer.body?.cancel();
    };
    await post("The build of last night is green.");
    await visitUrl(`${url}#news`, async ({ page }) => {
      await page.setViewportSize({ width: 1000, height: 640 });
      await isConnected(page);
      await isShown(page, "The build of last night is green.");
      const other = await page.context().newPage();
      await other.goto(`${url}#news`);
      await isConnected(other);
      await page.locator("#present", { hasText: "2 present" }).waitFor();

      await send(other, "Can the release go out at ten?");
      await isShown(page, "Can the release go out at ten?");
      await send(page, "Yes: I watch the numbers meanwhile.");
      await isShown(other, "Yes: I watch the numbers meanwhile.");
      await page.locator(".own", { hasText: "I watch the numbers" }).waitFor();
      assertEquals(await other.locator(".own", { hasText: "I watch the numbers" }).count(), 0);

      await post("<img src=x onerror=\"document.title='owned'\">");
      for (const one of [page, other]) {
        await isShown(one, "<img src=x onerror=");
        assertEquals(await one.locator("#log img").count(), 0);
        assert(await one.title() !== "owned");
      }
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/push-page.png` });
      await other.close();
      await page.locator("#present", { hasText: "1 present" }).waitFor();
    });
  },
);

Deno.test(
  "the page reads on where it was when its server comes back (needs chromium)",
  NEEDS_CHROMIUM,
  async () => {
    let server = servePush({ port: 0, onEvent() {} });
    const { port } = server.addr;
    await using after = new AsyncDisposableStack();
    after.defer(() => void server.shutdown({ graceMs: 0 }));
    await visitUrl("about:blank", async ({ page }) => {
      await page.goto(`http://127.0.0.1:${port}/#news`);
      await isConnected(page);
      await send(page, "before");
      await isShown(page, "before");
      await server.shutdown();
      await page.locator("[role=status]", { hasText: "Disconnected" }).waitFor();
      server = servePush({ port, onEvent() {} });
      await page.locator("#retry").click().catch(() => {});
      await isConnected(page);
      await send(page, "after");
      await isShown(page, "after");
    }).catch((error) => {
      // While no server is there, the browser says so on its console.
      if (!/ERR_CONNECTION_REFUSED/.test(String(error))) throw error;
    });
  },
);

/** A page in the manner of the tutorial: it knows nothing but an address, and shows what comes on its console. */
const TUTORIAL_PAGE = `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>push</title></head><body>
<input id="content"><button id="send">send</button>
<script>
const socket = new WebSocket("ws://localhost:PORT");
socket.onopen = () => console.log("open");
socket.onmessage = ({ data }) => console.log("message:" + data);
socket.onerror = () => console.error("error");
document.getElementById("send").onclick = () => socket.send(document.getElementById("content").value);
</script></body></html>`;

Deno.test(
  "the page of the tutorial works against it as it is (needs chromium)",
  NEEDS_CHROMIUM,
  async () => {
    await using server = servePush({ port: 0, onEvent() {} });
    await using site = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () =>
        new Response(TUTORIAL_PAGE.replace("PORT", String(server.addr.port)), {
          headers: { "Content-Type": "text/html" },
        }),
    );
    await visitUrl("about:blank", async ({ page }) => {
      const said: string[] = [];
      page.on("console", (message) => void said.push(message.text()));
      const has = async (text: string) => {
        while (!said.includes(text)) await page.waitForTimeout(10);
      };
      await page.goto(`http://localhost:${site.addr.port}/`);
      await has("open");
      const long = "測試é".repeat(100);
      for (const text of ["hello", long]) {
        await page.fill("#content", text);
        await page.locator("#send").click();
        // One message, and no piece of it.
        await has(`message:${text}`);
      }
      assertEquals(said.filter((text) => text.startsWith("message:")).length, 2);
    });
  },
);
