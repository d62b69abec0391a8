import { assert, assertEquals, assertRejects } from "@std/assert";
import * as codec from "../../codec/mod.ts";
import { bundle, BUNDLES } from "./bundle.ts";
import { CHROMIUM, visit } from "./chromium.ts";
import type { JSHandle } from "./packages.ts";
import { file, type Site } from "./site.ts";

type Parley = typeof codec;

const BUNDLED_CODEC = 'export * from "./codec/mod.ts";';

const PAGE = `<!DOCTYPE html>
<title>codec/ in a page</title>
<link rel="icon" href="data:,">
<script type="module" src="/codec.js"></script>`;

const NEEDS_CHROMIUM = { ignore: CHROMIUM === undefined };

Deno.test("codec/ is made of its own files alone when it is bundled", BUNDLES, async () => {
  const { code, inputs } = await bundle(BUNDLED_CODEC);
  assertEquals(inputs.filter((path) => !/^(codec\/[\w/]+|entry)\.ts$/.test(path)), []);
  assert(inputs.includes("codec/lines.ts"));
  assertEquals(code.match(/\bDeno\b|\bnode:|\bimport\b/g), null);
});

Deno.test("a bundle fails when it imports what no browser has", BUNDLES, async () => {
  const error = await assertRejects(() => bundle('import "node:net";'), Error);
  assert(error.message.includes("node:net is not there in a browser"), error.message);
});

Deno.test("codec/ does what it does in Deno when it runs in a page (needs chromium)", {
  ...NEEDS_CHROMIUM,
  ...BUNDLES,
}, async (t) => {
  const { code } = await bundle(BUNDLED_CODEC);
  await visit(siteOf(code), async ({ page }) => {
    const parley: JSHandle<Parley> = await page.evaluateHandle("import('/codec.js')");

    await t.step("it exports all its names", async () => {
      const names = await parley.evaluate((module) => Object.keys(module));
      assertEquals(names.toSorted(), Object.keys(codec).toSorted());
    });

    await t.step("lines() gives lines when they are cut inside a character", async () => {
      const given = await parley.evaluate(({ lines }) => {
        const decoder = lines().decoder();
        const bytes = new TextEncoder().encode("one\r\né\nrest");
        const messages: (string | undefined)[] = [];
        for (const chunk of [bytes.subarray(0, 6), bytes.subarray(6)]) {
          decoder.push(chunk);
          for (let line; (line = decoder.next()) !== undefined;) messages.push(line);
        }
        decoder.end();
        return [...messages, decoder.next(), decoder.next()];
      });
      assertEquals(given, ["one", "é", "rest", undefined]);
    });

    await t.step("lengthPrefixed() encodes the bytes that it decodes", async () => {
      const given = await parley.evaluate(({ lengthPrefixed }) => {
        const decoder = lengthPrefixed().decoder();
        const encoded = lengthPrefixed().encode(Uint8Array.of(7, 255));
        for (const byte of encoded) decoder.push(Uint8Array.of(byte));
        return { encoded: [...encoded], decoded: [...decoder.next() ?? []] };
      });
      assertEquals(given, { encoded: [0, 0, 0, 2, 7, 255], decoded: [7, 255] });
    });

    await t.step("decodeStream() gives the lines of a fetched body", async () => {
      const given = await parley.evaluate(async ({ decodeStream, lines }) => {
        const { body } = await fetch("/lines");
        const messages: string[] = [];
        for await (const line of body!.pipeThrough(decodeStream(lines()))) messages.push(line);
        return messages;
      });
      assertEquals(given, ["first", "zwölf", "", "last"]);
    });

    await t.step("encodeStream() makes a body", async () => {
      const given = await parley.evaluate(async ({ encodeStream, netstring }) => {
        const { readable, writable } = encodeStream(netstring());
        const text = new Response(readable).text();
        const writer = writable.getWriter();
        for (const word of ["hello", ""]) await writer.write(new TextEncoder().encode(word));
        await writer.close();
        return await text;
      });
      assertEquals(given, "5:hello,0:,");
    });

    await t.step("json() is understood by Deno, and understands it", async () => {
      const given = await parley.evaluate(async ({ checksummed, json, lengthPrefixed }) => {
        const format = json(checksummed(lengthPrefixed()));
        const body = new Uint8Array(format.encode({ hello: ["wörld", 1.5, null] }));
        const answer = await fetch("/answer", { method: "POST", body });
        const decoder = format.decoder();
        decoder.push(new Uint8Array(await answer.arrayBuffer()));
        return decoder.next();
      });
      assertEquals(given, { heard: { hello: ["wörld", 1.5, null] } });
    });

    await t.step("next() throws LimitError, which says what came", async () => {
      const given = await parley.evaluate(({ LimitError, lines }) => {
        const decoder = lines({ maxBytes: 3 }).decoder();
        decoder.push(new TextEncoder().encode("long\n"));
        try {
          return decoder.next();
        } catch (error) {
          if (!(error instanceof LimitError)) throw error;
          return { name: error.name, limit: error.limit, got: error.got, message: error.message };
        }
      });
      assertEquals(given, {
        name: "LimitError",
        limit: "maxLineBytes",
        got: 4,
        message: "Cannot decode line: at least 4 bytes exceed maxLineBytes 3",
      });
    });

    await t.step("defineCodec() takes a codec that the page wrote", async () => {
      const given = await parley.evaluate(({ BufferedDecoder, defineCodec }) => {
        class Pairs extends BufferedDecoder<number> {
          protected override decode(
            buffer: codec.ReceiveBuffer,
          ): number | undefined {
            return buffer.length < 2 ? undefined : buffer.take(2)[0];
          }
        }
        const pairs = defineCodec<number>(() => new Pairs(), (byte, writer) => {
          writer.u8(byte);
          writer.u8(byte);
        });
        const decoder = pairs.decoder();
        decoder.push(pairs.encode(7));
        return decoder.next();
      });
      assertEquals(given, 7);
    });
  });
});

Deno.test("visit() throws what the page reports (needs chromium)", NEEDS_CHROMIUM, async () => {
  const site = siteOf(`
    console.error("told");
    await import("/nowhere.js").catch(() => {});
    throw new TypeError("thrown");
  `);
  const error = await assertRejects(() =>
    visit(site, async ({ page }) => {
      await page.evaluate("import('/codec.js').catch(() => {})");
    }), AggregateError);
  for (const told of ["Console error: told", "404", "thrown"]) {
    assert(error.message.includes(told), error.message);
  }
  assertEquals(error.errors.length, 3, error.message);
});

function siteOf(script: string): Site {
  return {
    "/": () => file("html", PAGE),
    "/codec.js": () => file("js", script),
    "/lines": () => new Response(chunked("first\nzwölf\n\nlast")),
    "/answer": async (request) => {
      const format = codec.json(codec.checksummed(codec.lengthPrefixed()));
      const decoder = format.decoder();
      decoder.push(await request.bytes());
      return new Response(new Uint8Array(format.encode({ heard: decoder.next() ?? null })));
    },
  };
}

/** Returns text as a stream of single bytes, so that it is cut anywhere. */
function chunked(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  return ReadableStream.from(Array.from(bytes, (byte) => Uint8Array.of(byte)));
}
