// The pages of the headers server in a real browser. Whatever its console reports fails the test: a style, a script or a
// request that the policy of the page does not allow among it.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveHeaders } from "../../servers/headers.ts";
import { CHROMIUM, visitUrl } from "./chromium.ts";
import { contrastOf } from "./contrast.ts";
import type { Page } from "./packages.ts";

const NEEDS_CHROMIUM = { ignore: CHROMIUM === undefined };
const MARKUP = "<script>document.title='owned'</script><img src=x onerror=alert(1)>";
/** A phone and a desktop. */
const WIDTHS = [390, 1280];

/** What runs in the page needs of it; its types would be those of every module, so they stay out. */
interface Drawn {
  readonly parentElement: Drawn;
  readonly innerText: string;
  readonly scrollWidth: number;
  readonly clientWidth: number;
}
declare const document: {
  readonly documentElement: Drawn;
  querySelector(selector: string): Drawn;
};

const textOf = async (page: Page, selector: string) =>
  await page.locator(selector).first().textContent() ?? "";

/** Says whether the page can be moved sideways. */
const isWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

Deno.test(
  "headers shows a browser what it sends, and runs nothing of it (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    let count = 0;
    await using server = serveHeaders({ port: 0, onRequest: () => count++ });
    const url = `http://127.0.0.1:${server.addr.port}`;
    await visitUrl(`${url}/${MARKUP}?q=${MARKUP}#x`, async ({ page }) => {
      page.on("dialog", () => {
        throw new Error("The page ran what was sent");
      });

      await t.step("it is one request, without one for an icon", () => assertEquals(count, 1));

      await t.step("markup in the path and the query is text", async () => {
        assertMatch(await page.title(), /^GET \/%3Cscript%3E/);
        assertEquals(
          await page.locator("script, img").count(),
          0,
        );
      });

      await t.step("markup in cookies and fields is text", async () => {
        await page.context().addCookies([
          { name: "markup", value: MARKUP.replaceAll(/[;,\s]/g, "+"), url },
          { name: "long", value: "x".repeat(3000), url },
        ]);
        await page.setExtraHTTPHeaders({ "X-Markup": MARKUP });
        await page.goto(`${url}/next/${"long".repeat(200)}`);
        assertStringIncludes(await textOf(page, "main"), "X-Markup");
        assertStringIncludes(await textOf(page, "section[aria-labelledby=cookies]"), "<img+src=x");
        assertEquals(
          await page.locator("script, img").count(),
          0,
        );
      });

      for (const width of WIDTHS) {
        await t.step(`it fits a window of ${width} pixels`, async () => {
          await page.setViewportSize({ width, height: 800 });
          assertEquals(await isWide(page), false);
        });
      }

      for (const colorScheme of ["light", "dark"] as const) {
        await t.step(`it can be read where the system is ${colorScheme}`, async () => {
          await page.emulateMedia({ colorScheme });
          for (
            const selector of [
              "h1",
              ".method",
              ".quiet",
              "tbody th",
              "td",
              "thead th",
              "a",
              "summary",
            ]
          ) {
            const contrast = await contrastOf(page, selector);
            assert(contrast >= 4.5, `${selector}: ${contrast}`);
          }
        });
      }

      await t.step("a form that is sent is shown as well", async () => {
        await page.setExtraHTTPHeaders({});
        const answer = await page.context().request.post(`${url}/form`, {
          form: { who: "Zoë", what: "<b>" },
          headers: { Accept: "text/html" },
        });
        assertEquals(answer.status(), 200);
        assertStringIncludes(await answer.text(), "means &quot;&lt;b&gt;&quot;");
      });

      await t.step("a keyboard opens the head as it came", async () => {
        await page.focus("summary");
        await page.keyboard.press("Enter");
        assertMatch(
          await page.evaluate(() => document.querySelector("details").innerText),
          /\nGET \/next\//,
        );
      });
    });
  },
);

Deno.test(
  "headers shows all requests in a browser as they come (needs chromium)",
  NEEDS_CHROMIUM,
  async (t) => {
    await using server = serveHeaders({
      port: 0,
      verify: [{ provider: "github", secret: "hush" }],
      onRequest() {},
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const send = async (path: string, init: RequestInit = {}) =>
      void await (await fetch(url + path, init)).body?.cancel();
    await send("/before");
    await visitUrl(`${url}/-/live`, async ({ page }) => {
      const items = page.locator("#requests > li");
      page.on("dialog", () => {
        throw new Error("The page ran what was sent");
      });

      await t.step("it says that it is connected, and shows what came before", async () => {
        await items.first().waitFor();
        assertMatch(await textOf(page, "#state"), /^Connected: /);
        assertStringIncludes(await textOf(page, "#requests"), "GET /before");
        assertEquals(await page.locator("#none").isVisible(), false);
      });

      await t.step("it shows what comes, newest first, as text", async () => {
        await send(`/${MARKUP}?q=%3Cb%3E`, {
          method: "POST",
          headers: { Cookie: "sid=hush", Authorization: "Basic hush", "X-Markup": MARKUP },
          body: `${MARKUP}\u202e`,
        });
        await items.nth(1).waitFor();
        const text = await items.first().textContent() ?? "";
        assertStringIncludes(text, "POST ");
        assertStringIncludes(text, MARKUP);
        assertStringIncludes(text, "github does not hold");
        assertStringIncludes(text, 'means "<b>"');
        assertMatch(text, /cookieleft out by the server \(8 bytes\)/i);
        assertStringIncludes(text, `${MARKUP}\\u{202e}`);
        assert(!text.includes("hush"));
        const foreign = "#requests :is(script, img, b)";
        assertEquals(
          await page.locator(foreign).count(),
          0,
        );
        assertEquals(await page.title(), "Requests as they come");
      });

      for (const width of WIDTHS) {
        await t.step(`it fits a window of ${width} pixels`, async () => {
          await page.setViewportSize({ width, height: 800 });
          const closed = page.locator("details:not([open]) > summary");
          while (await closed.count() > 0) await closed.first().click();
          assertEquals(await isWide(page), false);
        });
      }

      for (const colorScheme of ["light", "dark"] as const) {
        await t.step(`it can be read where the system is ${colorScheme}`, async () => {
          await page.emulateMedia({ colorScheme });
          for (const selector of ["h1", "#state", ".quiet", "button", "summary .quiet", ".fails"]) {
            const contrast = await contrastOf(page, selector);
            assert(contrast >= 4.5, `${selector}: ${contrast}`);
          }
        });
      }

      await t.step("it is cleared by its button, and goes on", async () => {
        await page.click("#clear");
        assertEquals(await items.count(), 0);
        assertEquals(await page.locator("#none").isVisible(), true);
        await send("/after");
        await items.first().waitFor();
        assertStringIncludes(await textOf(page, "#requests"), "GET /after");
      });

      await t.step("it shows the last 100", async () => {
        for (let count = 0; count < 101; count++) await send(`/many/${count}`);
        await items.first().filter({ hasText: "/many/100" }).waitFor();
        assertEquals(await items.count(), 100);
        assertStringIncludes(await items.last().textContent() ?? "", "/many/1 ");
      });
    });
  },
);

Deno.test(
  "headers goes on in a browser where another server takes its place (needs chromium)",
  NEEDS_CHROMIUM,
  async () => {
    const first = serveHeaders({ port: 0, onRequest() {} });
    const { port } = first.addr;
    const url = `http://127.0.0.1:${port}`;
    const send = async (path: string) => void await (await fetch(url + path)).body?.cancel();
    await send("/first");
    await visitUrl(`${url}/-/live`, async ({ page }) => {
      const items = page.locator("#requests > li");
      await items.filter({ hasText: "/first" }).waitFor();
      await first.shutdown();
      await page.locator("#state", { hasText: /^Disconnected/ }).waitFor();
      await using _ = serveHeaders({ port, onRequest() {} });
      await send("/second");
      await items.filter({ hasText: "/second" }).waitFor();
      // Those of the first server are another one's.
      assertEquals(await items.count(), 1);
      assertMatch(await textOf(page, "#state"), /^Connected/);
      await page.goto("about:blank");
    });
  },
);
