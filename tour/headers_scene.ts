import { program as headersClient } from "../clients/headers.ts";
import { lines, serve } from "../mod.ts";
import { program as headersServer } from "../servers/headers.ts";
import type { Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";

/** A head is asked for, a request comes in pieces, and an answer breaks the rules. */
export const headersScene: Scene = {
  name: "headers",
  title: "Headers: what a server sends, and what a client sends",
  notice:
    "HEAD brought a head and no body; the request that came in three pieces was one request, " +
    "with its cookies taken apart; and the answer without a status was shown as far as it goes",
  async play(stage) {
    const { port } = await stage.server(headersServer);
    const url = `http://127.0.0.1:${port}`;
    const head = await stage.client(headersClient, [`${url}/welcome`]);
    stage.check(
      "a head comes without its body",
      head.code === 0 && head.printed.includes("HTTP/1.1 200 OK"),
    );
    await browse(stage, port);
    const broken = await stage.client(headersClient, [brokenServer(stage)]);
    stage.check(
      "an answer that breaks the rules is shown, and the exit code is 1",
      broken.code === 1 && broken.printed.includes("RFC 9112"),
    );
  },
};

async function browse(stage: Stage, port: number): Promise<void> {
  await using browser = await stage.line(port);
  for (
    const piece of [
      "GET /<script> HT",
      "TP/1.1\r\nHost: localhost\r\nCook",
      "ie: a=1; b=two\r\n\r\n",
    ]
  ) {
    stage.say("slow browser", JSON.stringify(piece));
    await browser.send(new TextEncoder().encode(piece));
    await browser.flush();
  }
  const first = await browser.receive();
  stage.say("slow browser", first ?? "(nothing)");
  stage.check("a request that is cut is one request", first?.startsWith("HTTP/1.1 200") === true);
}

/** Starts a server that answers one client as an old tutorial does, and returns its URL. */
function brokenServer(stage: Stage): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  serve(listener, { codec: lines(), limits: { maxAccepted: 1 } }, async (client) => {
    await client.receive();
    stage.say("old server", "http/1.1 ok");
    await client.send("http/1.1 ok");
    await client.send("");
  });
  return `http://127.0.0.1:${listener.addr.port}`;
}
